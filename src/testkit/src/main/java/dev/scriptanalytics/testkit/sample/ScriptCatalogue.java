package dev.scriptanalytics.testkit.sample;

import static dev.scriptanalytics.testkit.sample.ScriptProfile.Field.Kind.COUNT;
import static dev.scriptanalytics.testkit.sample.ScriptProfile.Field.Kind.FLAG;
import static dev.scriptanalytics.testkit.sample.ScriptProfile.Field.Kind.ID;
import static dev.scriptanalytics.testkit.sample.ScriptProfile.Field.Kind.MONEY;
import static dev.scriptanalytics.testkit.sample.ScriptProfile.Field.Kind.SHARE;
import static dev.scriptanalytics.testkit.sample.ScriptProfile.Field.Kind.TEXT;
import static dev.scriptanalytics.testkit.sample.ScriptProfile.Field.Kind.WORD;
import static dev.scriptanalytics.testkit.sample.ScriptProfile.Language.NODE;
import static dev.scriptanalytics.testkit.sample.ScriptProfile.Language.PYTHON;

import dev.scriptanalytics.testkit.sample.SampleRun.Source;
import dev.scriptanalytics.testkit.sample.ScriptProfile.Breakdown;
import dev.scriptanalytics.testkit.sample.ScriptProfile.Field;
import java.time.Duration;
import java.util.List;

/**
 * The scripts of the sample: four tenants, fast and slow, steady and shaky ones, one with most of
 * the runs.
 */
public final class ScriptCatalogue {
  private ScriptCatalogue() {}

  static final List<ScriptProfile> SCRIPTS =
      List.of(
          new ScriptProfile(
              "acme",
              "Qbalance",
              PYTHON,
              Dialect.UTC,
              Logging.KORELOGGER,
              130,
              120,
              0.45,
              0.012,
              false,
              true,
              Duration.ofHours(9),
              List.of("check_balance", "check_balance", "list_accounts"),
              List.of(
                  new Source("api", "billing-endpoint"),
                  new Source("api", "mobile-endpoint"),
                  new Source("tool", "Balance enquiry"),
                  new Source("workflow", "Monthly statement")),
              List.of(new Field("customer_id", ID), new Field("currency", WORD)),
              List.of(new Field("balance", MONEY), new Field("available", MONEY)),
              List.of(
                  new Breakdown(
                      "LEDGER_TIMEOUT", "TimeoutError", "ledger did not answer within 3000 ms"),
                  new Breakdown("UNKNOWN_CUSTOMER", "KeyError", "'customer_id'")),
              List.of(
                  "INFO :: balance of customer {id} asked for",
                  "DEBUG :: ledger answered in {ms} ms",
                  "INFO :: {n} accounts found for customer {id}",
                  "WARNING :: balance in the cache is {n} seconds old, asking the ledger")),
          new ScriptProfile(
              "acme",
              "InvoicePdf",
              NODE,
              Dialect.UTC,
              Logging.PRINT,
              7,
              900,
              0.6,
              0.02,
              false,
              true,
              Duration.ofHours(31),
              List.of("renderInvoice", "renderReminder"),
              List.of(
                  new Source("workflow", "Monthly statement"),
                  new Source("api", "billing-endpoint")),
              List.of(new Field("invoice_id", ID), new Field("lines", COUNT)),
              List.of(new Field("pages", COUNT), new Field("bytes", COUNT)),
              List.of(
                  new Breakdown(
                      "TEMPLATE",
                      "TypeError",
                      "Cannot read properties of undefined (reading 'total')"),
                  new Breakdown("STORAGE", "Error", "bucket invoices is not writable")),
              List.of(
                  "rendering invoice {id}",
                  "template invoice-v{n} has {n} blocks",
                  "{n} lines on the invoice, {n} of them with a discount",
                  "rendered in {ms} ms")),
          new ScriptProfile(
              "acme",
              "FraudScore",
              PYTHON,
              Dialect.UTC,
              Logging.NATIVE,
              18,
              38,
              0.35,
              0.004,
              false,
              false,
              Duration.ofMinutes(80),
              List.of("score_transaction"),
              List.of(
                  new Source("api", "payments-endpoint"), new Source("workflow", "Card payment")),
              List.of(
                  new Field("transaction_id", ID),
                  new Field("amount", MONEY),
                  new Field("country", WORD)),
              List.of(new Field("score", SHARE), new Field("blocked", FLAG)),
              List.of(
                  new Breakdown("MODEL_STALE", "RuntimeError", "model is older than its features")),
              List.of(
                  "DEBUG :: {n} features of card {id} from the store",
                  "INFO :: transaction {id} scored in {ms} ms")),
          new ScriptProfile(
              "acme",
              "KycCheck",
              PYTHON,
              Dialect.UTC,
              Logging.KORELOGGER_IN_PART,
              4,
              2600,
              0.8,
              0.06,
              false,
              true,
              Duration.ofDays(3),
              List.of("verify_identity", "screen_sanctions"),
              List.of(new Source("workflow", "Onboarding"), new Source("tool", "Identity check")),
              List.of(new Field("applicant_id", ID), new Field("remark", TEXT)),
              List.of(new Field("verified", FLAG), new Field("confidence", SHARE)),
              List.of(
                  new Breakdown("UPSTREAM_503", "HTTPError", "503 Service Unavailable"),
                  new Breakdown("UNREADABLE", "ValueError", "document is not readable"),
                  new Breakdown("QUOTA", "HTTPError", "429 Too Many Requests")),
              List.of(
                  "INFO :: checking applicant {id}",
                  "DEBUG :: register asked, attempt {n}",
                  "WARNING :: register is slow: {ms} ms for applicant {id}",
                  "INFO :: result sent to {mail}")),
          new ScriptProfile(
              "globex",
              "Qbalance",
              NODE,
              Dialect.MILLIS,
              Logging.PRINT,
              5,
              75,
              0.4,
              0.03,
              false,
              true,
              Duration.ofDays(2),
              List.of("getBalance"),
              List.of(new Source("api", "treasury-endpoint")),
              List.of(new Field("account_id", ID)),
              List.of(new Field("balance", MONEY)),
              List.of(new Breakdown("ECONNRESET", "Error", "read ECONNRESET")),
              List.of("balance of account {id}: {n} entries", "answered in {ms} ms")),
          new ScriptProfile(
              "globex",
              "OrderRouting",
              NODE,
              Dialect.MILLIS,
              Logging.OTLP_PROTOBUF,
              14,
              55,
              0.5,
              0.008,
              false,
              true,
              Duration.ofHours(5),
              List.of("routeOrder", "splitOrder"),
              List.of(new Source("api", "orders-endpoint"), new Source("workflow", "Order intake")),
              List.of(new Field("order_id", ID), new Field("items", COUNT)),
              List.of(new Field("warehouse", WORD), new Field("parcels", COUNT)),
              List.of(new Breakdown("NO_STOCK", "RangeError", "no warehouse has all items")),
              List.of(
                  "INFO :: order {id} has {n} items",
                  "DEBUG :: {n} warehouses asked in {ms} ms",
                  "INFO :: order {id} goes out in {n} parcels")),
          new ScriptProfile(
              "globex",
              "StockSync",
              PYTHON,
              Dialect.MILLIS,
              Logging.ENDPOINT_LINES,
              3,
              6500,
              0.7,
              0.035,
              false,
              true,
              Duration.ofHours(40),
              List.of("sync_stock", "reconcile"),
              List.of(new Source("workflow", "Hourly stock"), new Source("tool", "Stock repair")),
              List.of(new Field("warehouse", WORD), new Field("full", FLAG)),
              List.of(new Field("changed", COUNT), new Field("skipped", COUNT)),
              List.of(
                  new Breakdown("LOCKED", "OperationalError", "database is locked"),
                  new Breakdown("OUT_OF_MEMORY", "MemoryError", "")),
              List.of(
                  "{n} rows from the warehouse",
                  "batch of {n} rows written in {ms} ms",
                  "{n} rows without a price, left out")),
          new ScriptProfile(
                  "globex",
                  "PriceQuote",
                  PYTHON,
                  Dialect.MILLIS,
                  Logging.OTLP_JSON,
                  10,
                  18,
                  0.3,
                  0.002,
                  false,
                  false,
                  Duration.ofMinutes(100),
                  List.of("quote"),
                  List.of(
                      new Source("api", "shop-endpoint"), new Source("api", "partner-endpoint")),
                  List.of(new Field("sku", ID), new Field("quantity", COUNT)),
                  List.of(new Field("price", MONEY), new Field("discount", SHARE)),
                  List.of(
                      new Breakdown("NO_PRICE", "LookupError", "no price list covers the item")),
                  List.of("DEBUG :: item {id} is on price list {n}", "INFO :: quoted in {ms} ms"))
              .deployedBy(DeploymentNaming.COMMIT),
          new ScriptProfile(
                  "initech",
                  "TicketTriage",
                  PYTHON,
                  Dialect.OFFSET,
                  Logging.NATIVE,
                  8,
                  420,
                  0.5,
                  0.025,
                  false,
                  true,
                  Duration.ofHours(14),
                  List.of("classify_ticket", "assign_ticket"),
                  List.of(
                      new Source("workflow", "Inbound mail"),
                      new Source("api", "helpdesk-endpoint")),
                  List.of(new Field("ticket_id", ID), new Field("subject", TEXT)),
                  List.of(new Field("queue", WORD), new Field("urgency", SHARE)),
                  List.of(
                      new Breakdown("BAD_LABEL", "ValueError", "label is not one of the queues"),
                      new Breakdown("UPSTREAM_503", "HTTPError", "503 Service Unavailable")),
                  List.of(
                      "INFO :: ticket {id} came in from {mail}",
                      "DEBUG :: {n} similar tickets found, model took {ms} ms",
                      "INFO :: ticket {id} goes to queue {n}"))
              .deployedBy(DeploymentNaming.SEMANTIC_VERSION),
          new ScriptProfile(
              "initech",
              "SummarizeCall",
              PYTHON,
              Dialect.OFFSET,
              Logging.ENDPOINT_ANSWER,
              3,
              9000,
              0.55,
              0.05,
              true,
              true,
              Duration.ofHours(27),
              List.of("summarize", "transcribe"),
              List.of(new Source("workflow", "Call ended"), new Source("tool", "Summary")),
              List.of(new Field("call_id", ID), new Field("seconds", COUNT)),
              List.of(new Field("summary", TEXT), new Field("confidence", SHARE)),
              List.of(
                  new Breakdown(
                      "CUDA_OOM", "RuntimeError", "CUDA out of memory. Tried to allocate 2.4 GiB"),
                  new Breakdown("AUDIO", "ValueError", "audio has no speech")),
              List.of(
                  "DEBUG :: model loaded in {ms} ms",
                  "INFO :: call {id} has {n} segments",
                  "WARNING :: low volume in segment {n} of call {id}",
                  "INFO :: summary of call {id} written in {ms} ms")),
          new ScriptProfile(
              "initech",
              "SentimentScore",
              PYTHON,
              Dialect.SECONDS,
              Logging.ENDPOINT,
              9,
              210,
              0.4,
              0.01,
              true,
              true,
              Duration.ofHours(60),
              List.of("score"),
              List.of(new Source("tool", "Sentiment"), new Source("api", "helpdesk-endpoint")),
              List.of(new Field("text", TEXT)),
              List.of(new Field("sentiment", SHARE), new Field("language", WORD)),
              List.of(new Breakdown("TOO_LONG", "ValueError", "text has more than 4096 tokens")),
              List.of("DEBUG :: text has {n} tokens", "INFO :: scored in {ms} ms")),
          new ScriptProfile(
                  "initech",
                  "LeadEnrichment",
                  NODE,
                  Dialect.SECONDS,
                  Logging.SPANS,
                  4,
                  1500,
                  0.9,
                  0.11,
                  false,
                  true,
                  Duration.ofDays(4),
                  List.of("enrichLead"),
                  List.of(new Source("workflow", "New lead"), new Source("tool", "Lead lookup")),
                  List.of(new Field("lead_id", ID), new Field("company", WORD)),
                  List.of(new Field("employees", COUNT), new Field("fit", SHARE)),
                  List.of(
                      new Breakdown("ETIMEDOUT", "Error", "connect ETIMEDOUT"),
                      new Breakdown("QUOTA", "Error", "429 Too Many Requests")),
                  List.of(
                      "asking {n} sources about lead {id}", "source {n} answered after {ms} ms"))
              .deployedBy(DeploymentNaming.COMMIT),
          new ScriptProfile(
              SampleRun.DEFAULT_ACCOUNT,
              "HelloWorld",
              NODE,
              Dialect.UTC,
              Logging.LINE,
              2,
              4,
              0.6,
              0.0,
              false,
              true,
              Duration.ofDays(20),
              List.of("handler"),
              List.of(new Source("api", "hello-endpoint")),
              List.of(new Field("name", WORD)),
              List.of(new Field("greeting", TEXT)),
              List.of(),
              List.of("hello, visitor {id}")));
}
