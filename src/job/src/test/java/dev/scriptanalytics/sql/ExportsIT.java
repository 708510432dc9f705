package dev.scriptanalytics.sql;

import static dev.scriptanalytics.sql.Endpoints.encoded;
import static dev.scriptanalytics.sql.Endpoints.inPath;
import static dev.scriptanalytics.sql.Tables.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /exports/...} on a real server, as a reader of the account acme. */
class ExportsIT {
  private static final int MANY = 600_000;
  private static final List<String> ALL_EXPORTS =
      List.of(
          "runs_data.csv",
          "runs_data.excel.csv",
          "runs_data.ndjson",
          "runs_data.parquet",
          "logs_data.csv",
          "logs_data.excel.csv",
          "logs_data.ndjson",
          "logs_data.parquet",
          "logs_data.txt");

  /** What ClickHouse's format ParquetMetadata tells of the columns of a file. */
  private static final String PARQUET_COLUMNS =
      "Array(Tuple(name String, path String, max_definition_level UInt64,"
          + " max_repetition_level UInt64, physical_type String, logical_type String,"
          + " compression String, total_uncompressed_size UInt64, total_compressed_size UInt64,"
          + " space_saved String, encodings Array(String)))";

  @RegisterExtension static final ClickHouseExtension clickHouse = Endpoints.newServer();

  private static final Endpoints endpoints = new Endpoints(clickHouse);
  private static final Tables tables = new Tables(clickHouse);

  private static final Instant NOON = Tables.noonOfYesterday();

  private static final String DAY = NOON.toString().substring(0, 10);

  @BeforeEach
  void forgetAll() {
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
    clickHouse.query("TRUNCATE TABLE script_analytics.logs");
  }

  @Test
  void runsAreTheTableOfTheDashboardNewestFirst() {
    insertThreeRuns();
    HttpResponse<String> answer = export("pay", "runs_data.csv", "");
    assertThat(answer.body())
        .isEqualTo(
            """
            "Run ID","Status","Deployment Version","Response Time","Function","Executed On","Source Type","Source"
            "r3","In Progress",0,"","","%1$s 12:00:02.000","",""
            "r2","Failed",2,"","refund","%1$s 12:00:01.000","tool","desk"
            "r1","Success",1,"12.5","charge","%1$s 12:00:00.000","api","shop"
            """
                .formatted(DAY));
    assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
  }

  @Test
  void logsAreTheTableOfTheDashboardNewestFirst() {
    insertThreeEntries();
    assertThat(export("pay", "logs_data.csv", "").body())
        .isEqualTo(
            """
            "Log ID","Log Level","Log Message","Timestamp"
            "l3","Warning","say ""no""
            twice","%1$s 12:00:02.000000"
            "l2","Error","declined","%1$s 12:00:01.000000"
            "l1","Info","accepted","%1$s 12:00:00.000000"
            """
                .formatted(DAY));
  }

  @Test
  void logsAsTextAreOneLineAnEntryWhateverTheirMessages() {
    insertThreeEntries();
    HttpResponse<String> answer = export("pay", "logs_data.txt", "");
    assertThat(answer.body())
        .isEqualTo(
            """
            %1$sT12:00:02.000Z [WARN] say "no"
                twice (r1)
            %1$sT12:00:01.000Z [ERROR] bank: declined
            %1$sT12:00:00.000Z [INFO] shop: accepted in 4.3s (r1)
            """
                .formatted(DAY));
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain; charset=UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"runs_data", "logs_data"})
  void theTableForExcelIsTheSameWithAByteOrderMark(String data) {
    insertThreeRuns();
    insertThreeEntries();
    HttpResponse<String> plain = export("pay", data + ".csv", "");
    HttpResponse<String> forExcel = export("pay", data + ".excel.csv", "");
    assertThat(plain.body()).startsWith("\"");
    assertThat(forExcel.body()).isEqualTo("\ufeff" + plain.body());
    assertThat(forExcel.headers().firstValue("Content-Type"))
        .isEqualTo(plain.headers().firstValue("Content-Type"));
  }

  @Test
  void noMessageSourceOrRunCanForgeALineOfText() {
    tables.insert(
        "logs",
        row(
            "timestamp",
            NOON,
            "log_id",
            "1",
            "log_level",
            "Info",
            "source",
            "app\r\nx",
            "log_message",
            "one\u2028two\u2029three\u0085four\u000bfive\fsix\u001cseven\u001deight\u001enine\rten"
                + "\ttab\u001b[2J\u009b1m\u0000\u007f\u001f grün"
                + "\n\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
                + " \u200d\u2010\u2065",
            "run_id",
            "r\n(s)"));
    assertThat(export("pay", "logs_data.txt", "").body())
        .isEqualTo(
            """
            %sT12:00:00.000Z [INFO] app
                x: one
                two
                three
                four
                five
                six
                seven
                eight
                nine
                ten\ttab\\x1b[2J\\x9b1m\\x00\\x7f\\x1f grün
                \\u061c\\u200e\\u200f\\u202a\\u202b\\u202c\\u202d\\u202e\\u2066\\u2067\\u2068\\u2069 \u200d\u2010\u2065 (r
                (s))
            """
                .formatted(DAY));
  }

  @ParameterizedTest
  @ValueSource(strings = {"logs_data.csv", "logs_data.ndjson", "logs_data.txt"})
  void entriesOfAnInstantComeInTheOrderInWhichTheyWereLogged(String export) {
    tables.insert(
        "logs",
        at(NOON, "b", 10, "third"),
        at(NOON, "c", 9, "second"),
        at(NOON, "d", -1, "fifth"),
        at(NOON, "e", 10, "fourth"),
        at(NOON.plusMillis(1), "a", 0, "sixth"),
        at(NOON.minusMillis(1), "a", 99, "first"));
    assertThat(export("pay", export, "").body())
        .containsSubsequence("sixth", "fifth", "fourth", "third", "second", "first");
  }

  private static Map<String, Object> at(Instant time, String id, long sequence, String message) {
    return row(
        "timestamp",
        time,
        "log_id",
        id,
        "log_level",
        "Info",
        "sequence",
        Long.toUnsignedString(sequence),
        "log_message",
        message);
  }

  @Test
  void forProgramsThereAreAllColumns() throws IOException {
    insertThreeRuns();
    insertThreeEntries();
    JsonNode run = new ObjectMapper().readTree(lines(export("pay", "runs_data.ndjson", "")).get(2));
    assertThat(run.get("run_id").asText()).isEqualTo("r1");
    assertThat(run.get("response_time").asDouble()).isEqualTo(12.5);
    assertThat(run.has("output")).isTrue();
    JsonNode entry =
        new ObjectMapper().readTree(lines(export("pay", "logs_data.ndjson", "")).get(2));
    assertThat(entry.get("log_message").asText()).isEqualTo("accepted");
    assertThat(entry.get("duration_ms").asDouble()).isEqualTo(4300);
  }

  @ParameterizedTest
  @CsvSource({"runs, run_id, r3 r2 r1", "logs, log_id, l3 l2 l1"})
  void parquetIsReadBackAsItWas(String kind, String id, String expected) throws IOException {
    insertThreeRuns();
    insertThreeEntries();
    HttpResponse<InputStream> answer =
        endpoints.open("dora", path("pay", kind + "_data.parquet", ""));
    clickHouse.query("CREATE OR REPLACE TABLE read_back (id String) ENGINE = Memory");
    clickHouse
        .http()
        .insertAs(
            "default",
            "",
            "INSERT INTO read_back SELECT "
                + id
                + " FROM input('"
                + id
                + " String') FORMAT Parquet",
            answer.body().readAllBytes());
    assertThat(clickHouse.query("SELECT arrayStringConcat(groupArray(id), ' ') FROM read_back"))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"runs, status, Success", "logs, log_level, Info"})
  void aWordIsTextToAReaderOfParquet(String kind, String column, String word) throws IOException {
    insertThreeRuns();
    insertThreeEntries();
    byte[] parquet =
        endpoints.open("dora", path("pay", kind + "_data.parquet", "")).body().readAllBytes();
    clickHouse.query(
        "CREATE OR REPLACE TABLE described (name String, type String) ENGINE = Memory");
    clickHouse
        .http()
        .insertAs(
            "default",
            "",
            "INSERT INTO described SELECT column.name, column.logical_type"
                + " FROM (SELECT arrayJoin(columns) AS column FROM input('columns "
                + PARQUET_COLUMNS
                + "')) FORMAT ParquetMetadata",
            parquet);
    assertThat(clickHouse.query("SELECT type FROM described WHERE name = '" + column + "'"))
        .isEqualTo("String");
    assertThat(clickHouse.query("SELECT count() FROM described WHERE type = 'Enum'"))
        .isEqualTo("0");
    clickHouse.query("CREATE OR REPLACE TABLE read_words (word String) ENGINE = Memory");
    clickHouse
        .http()
        .insertAs(
            "default",
            "",
            "INSERT INTO read_words SELECT "
                + column
                + " FROM input('"
                + column
                + " String') FORMAT Parquet",
            parquet);
    assertThat(clickHouse.query("SELECT has(groupArray(word), '" + word + "') FROM read_words"))
        .isEqualTo("1");
  }

  @Test
  void everyExportIsADownloadOfItsAddressesLastPart() {
    for (String export : ALL_EXPORTS) {
      HttpResponse<String> answer = export("pay", export, "");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      // The header names no file: a browser takes the last part of the address.
      assertThat(answer.headers().allValues("Content-Disposition")).containsExactly("attachment");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a \"quoted\" name",
        "with/slash",
        "Prüfung 检查",
        "it's",
        "a_runs_data.csv",
        "100%25",
        "back\\slash",
        "two\r\nX-Evil: 1",
        "?account=globex&x",
        ""
      })
  void aScriptOfAnyNameIsExportedAndItsNameGetsIntoNoHeader(String script) {
    tables.insert("runs", row("script", script, "executed_on", NOON, "run_id", "r", "version", 3));
    HttpResponse<String> answer = export(script, "runs_data.csv", "");
    assertThat(answer.body().lines().skip(1)).hasSize(1).allMatch(line -> line.startsWith("\"r\""));
    assertThat(answer.headers().map()).doesNotContainKey("x-evil");
    assertThat(answer.headers().firstValue("Content-Disposition")).hasValue("attachment");
  }

  @ParameterizedTest
  @CsvSource({
    "T12:00:00Z, T12:00:01Z",
    "T12:00:00.000Z, T12:00:01.000Z",
    "T12:00Z, T12:00:01",
    "T12:00:00, T12:00:00.001Z",
    "' 12:00:00', T12:00:01Z",
    "T14:00:00%2B02:00, T12:00:01Z",
    "T14:00:00+02:00, T12:00:01Z",
    "T10:30:00-01:30, T12:00:00.0015Z",
  })
  void timesAreIso8601AndRangesHalfOpen(String from, String to) {
    tables.insert(
        "runs",
        row("executed_on", NOON.minusMillis(1), "run_id", "before", "version", 3),
        row("executed_on", NOON, "run_id", "in", "version", 3),
        row("executed_on", NOON.plusSeconds(1), "run_id", "after", "version", 3));
    HttpResponse<String> answer =
        endpoints.get(
            "dora",
            "/exports/pay_runs_data.csv?account=acme&from="
                + DAY
                + from.replace(" ", "%20")
                + "&to="
                + DAY
                + to);
    assertThat(ids(answer)).containsExactly("in");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "from=2026-01-01&to=2026-01-02 | DB::Exception: account is missing",
        "account=acme&to=2026-01-02 | DB::Exception: from must be a time such as",
        "account=acme&from=2026-01-01 | DB::Exception: to must be a time such as",
        "account=acme&from=yesterday&to=2026-01-02 | DB::Exception: from must be a time such as",
        "account=acme&from=2026-01-01&to=1767312000 | DB::Exception: to must be a time such as",
        "account=acme&from=2026-01-01T00:00:00ZZ&to=2026-01-02 | DB::Exception: from must be a time such as",
        "account=acme&from=2026-13-41&to=2026-01-02 | DB::Exception: from must be a time such as",
        "account=acme&account=globex&from=2026-01-01&to=2026-01-02 | Duplicate name `account`",
        "account=acme&script=other&from=2026-01-01&to=2026-01-02 | Duplicate name `script`",
        "account=acme&from=2026-01-01&to=2026-01-02&fitler=1 | Unknown setting 'fitler'",
        "account=acme&from=2026-01-01&to=2026-01-02&max_memory_usage=0 | readonly mode",
        "account=acme&from=2026-01-01&to=2026-01-02&readonly=0 | readonly mode",
        "account=acme&from=2026-01-01&to=2026-01-02&query=SELECT+1 | Unknown setting 'query'"
      })
  void whatCannotBeAskedForIsNamed(String parameters, String message) {
    HttpResponse<String> answer = endpoints.get("dora", "/exports/pay_runs_data.csv?" + parameters);
    assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
    assertThat(answer.body()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'all':[]} | r3 r2 r1",
        "{'any':[]} |",
        "{'all':[{'column':'status','op':'equals','value':'Failed'}]} | r2",
        "{'all':[{'column':'status','op':'not_equals','value':'Failed'}]} | r3 r1",
        "{'all':[{'column':'status','op':'in','value':['Failed','Success']}]} | r2 r1",
        "{'all':[{'column':'status','op':'not_in','value':['Failed','Success']}]} | r3",
        "{'all':[{'column':'run_id','op':'in','value':[]}]} |",
        "{'all':[{'column':'function','op':'contains','value':'arg'}]} | r1",
        "{'all':[{'column':'function','op':'not_contains','value':'arg'}]} | r3 r2",
        "{'all':[{'column':'function','op':'contains','value':'%'}]} |",
        "{'all':[{'column':'source','op':'starts_with','value':'sh'}]} | r1",
        "{'all':[{'column':'source','op':'not_starts_with','value':'sh'}]} | r3 r2",
        "{'all':[{'column':'source_type','op':'empty'}]} | r3",
        "{'all':[{'column':'source_type','op':'not_empty'}]} | r2 r1",
        "{'all':[{'column':'response_time','op':'equals','value':12.5}]} | r1",
        "{'all':[{'column':'response_time','op':'not_equals','value':12.5}]} | r3 r2",
        "{'all':[{'column':'response_time','op':'greater','value':12}]} | r1",
        "{'all':[{'column':'response_time','op':'greater','value':12.5}]} |",
        "{'all':[{'column':'response_time','op':'at_least','value':12.5}]} | r1",
        "{'all':[{'column':'response_time','op':'less','value':1e3}]} | r1",
        "{'all':[{'column':'response_time','op':'at_most','value':12}]} |",
        "{'all':[{'column':'response_time','op':'empty'}]} | r3 r2",
        "{'all':[{'column':'deployment_version','op':'empty'}]} | r3",
        "{'all':[{'column':'deployment_version','op':'in','value':[1,2]}]} | r2 r1",
        "{'all':[{'column':'deployment_version','op':'greater','value':-1}]} | r3 r2 r1",
        "{'all':[{'column':'deployment_version','op':'at_least','value':1},"
            + "{'column':'deployment_version','op':'less','value':2}]} | r1",
        "{'any':[{'column':'run_id','op':'equals','value':'r3'},"
            + "{'column':'response_time','op':'less','value':99}]} | r3 r1",
        "{'any':[{'column':'run_id','op':'equals','value':'r3'},"
            + "{'column':'run_id','op':'equals','value':'r2'}]} | r3 r2",
        "{'any':[{'column':'function','op':'not_empty'},"
            + "{'column':'response_time','op':'not_empty'}]} | r2 r1"
      })
  void aFilterOfRunsLetsThroughWhatItSays(String filter, String expected) {
    insertThreeRuns();
    assertThat(String.join(" ", ids(export("pay", "runs_data.csv", filter.replace('\'', '"')))))
        .isEqualTo(expected == null ? "" : expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'all':[{'column':'log_level','op':'in','value':['Warning','Error']}]} | l3 l2",
        "{'all':[{'column':'log_message','op':'contains','value':'say \\\"no\\\"\\ntw'}]} | l3",
        "{'all':[{'column':'log_message','op':'starts_with','value':'acc'}]} | l1",
        "{'all':[{'column':'run_id','op':'equals','value':'r1'}]} | l3 l1",
        "{'all':[{'column':'source','op':'empty'}]} | l3",
        "{'all':[{'column':'duration_ms','op':'at_most','value':4300}]} | l1",
        "{'any':[{'column':'log_id','op':'equals','value':'l1'},"
            + "{'column':'log_level','op':'equals','value':'Error'}]} | l2 l1"
      })
  void aFilterOfLogsLetsThroughWhatItSays(String filter, String expected) {
    insertThreeEntries();
    assertThat(
            lines(export("pay", "logs_data.ndjson", filter.replace('\'', '"'))).stream()
                .map(line -> line.substring(11, 13))
                .collect(Collectors.joining(" ")))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nothing | filter is not JSON",
        "all | filter is not JSON",
        "{'all':[} | filter is not JSON",
        "{'all':[]} x | filter is not JSON",
        "[] | filter must be",
        "{} | filter must be",
        "{'some':[]} | filter must be",
        "{'all':{}} | filter must be",
        "{'all':[],'any':[]} | filter must be",
        "{'all':[],'all':[]} | filter must be",
        "{'all':[1]} | a condition must be",
        "{'all':[{'any':[]}]} | a condition must be",
        "{'all':[{'column':'status','op':'empty','and':1}]} | a condition must be",
        "{'all':[{'column':1,'op':'empty'}]} | a condition must be",
        "{'all':[{'column':'status','op':'empty','op':'empty'}]} | a condition must be",
        "{'all':[{'column':'executed_on','op':'empty'}]} | column must be one of run_id, status",
        "{'all':[{'column':'run_id) OR (1','op':'empty'}]} | column must be one of run_id, status",
        "{'all':[{'column':'status','op':'like','value':'x'}]} | op must be",
        "{'all':[{'column':'status','op':'greater','value':'x'}]} | op must be",
        "{'all':[{'column':'response_time','op':'contains','value':'1'}]} | op must be",
        "{'all':[{'column':'run_id','op':'in','value':'r1'}]} | in and not_in need an array",
        "{'all':[{'column':'run_id','op':'equals','value':['r1']}]} | in and not_in need an array",
        "{'all':[{'column':'run_id','op':'equals'}]} | in and not_in need an array",
        "{'all':[{'column':'run_id','op':'empty','value':''}]} | in and not_in need an array",
        "{'all':[{'column':'run_id','op':'equals','value':1}]} | value must be text",
        "{'all':[{'column':'run_id','op':'equals','value':null}]} | value must be text",
        "{'all':[{'column':'run_id','op':'in','value':['r1',2]}]} | value must be text",
        "{'all':[{'column':'response_time','op':'less','value':'12'}]} | value must be text",
        "{'all':[{'column':'response_time','op':'less','value':true}]} | value must be text",
        "{'all':[{'column':'status','op':'equals','value':'failed'}]} | status is In Progress"
      })
  void whatAFilterCannotSayIsNamed(String filter, String message) {
    insertThreeRuns();
    HttpResponse<String> answer =
        endpoints.get(
            "dora",
            path("pay", "runs_data.csv", "")
                + "&filter="
                + encoded(filter.equals("nothing") ? "" : filter.replace('\'', '"')));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(500);
    assertThat(answer.headers().firstValue("X-ClickHouse-Exception-Code")).hasValue("395");
    assertThat(answer.body()).contains(message);
  }

  @Test
  void aFilterHasAHundredConditionsAtMost() {
    insertThreeRuns();
    String condition = "{\"column\":\"run_id\",\"op\":\"equals\",\"value\":\"r1\"}";
    assertThat(ids(export("pay", "runs_data.csv", "{\"any\":[" + times(condition, 100) + "]}")))
        .containsExactly("r1");
    assertThat(export("pay", "runs_data.csv", "{\"any\":[" + times(condition, 101) + "]}").body())
        .contains("more than 100 conditions");
  }

  @Test
  void aCellThatASpreadsheetWouldCalculateIsText() {
    tables.insert(
        "runs",
        row(
            "executed_on",
            NOON,
            "version",
            3,
            "run_id",
            "=1+1",
            "function",
            "+A1",
            "source_type",
            "-1",
            "source",
            "@SUM(A1)"));
    tables.insert(
        "logs",
        row(
            "timestamp",
            NOON,
            "log_id",
            "\t=1",
            "log_level",
            "Info",
            "log_message",
            "\r=cmd|' /C calc'!A0"));
    assertThat(export("pay", "runs_data.csv", "").body())
        .contains("\"'=1+1\"", "\"'+A1\"", "\"'-1\"", "\"'@SUM(A1)\"");
    assertThat(export("pay", "logs_data.csv", "").body())
        .contains("\"'\t=1\"", "\"'\r=cmd|' /C calc'!A0\"");
    // Only a spreadsheet evaluates formulas.
    assertThat(export("pay", "runs_data.ndjson", "").body()).contains("\"run_id\":\"=1+1\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"＝", "＋", "－", "＠"})
  void aFullWidthSignBeginsAFormulaToo(String sign) {
    tables.insert(
        "logs",
        row(
            "timestamp",
            NOON,
            "log_id",
            "1",
            "log_level",
            "Info",
            "log_message",
            sign + "SUM(A1)",
            "run_id",
            "r"));
    assertThat(export("pay", "logs_data.csv", "").body()).contains("\"'" + sign + "SUM(A1)\"");
  }

  @Test
  void onlyTheFirstCharacterOfACellMakesAFormula() {
    tables.insert(
        "logs", row("timestamp", NOON, "log_id", "a=1", "log_level", "Info", "log_message", "検＝１"));
    assertThat(export("pay", "logs_data.csv", "").body()).contains("\"a=1\"", "\"検＝１\"");
  }

  @Test
  void noEndpointShowsAnotherAccountsRows() {
    insertThreeRuns();
    insertThreeEntries();
    for (String table : List.of("runs", "logs")) {
      clickHouse.query(
          "INSERT INTO script_analytics.%1$s SELECT * REPLACE ('globex' AS account) FROM script_analytics.%1$s"
              .formatted(table));
    }
    for (String export : ALL_EXPORTS) {
      String mine = path("pay", export, "");
      String other = mine.replace("account=acme", "account=globex");
      String none = endpoints.get("dora", mine.replace("account=acme", "account=nobody")).body();
      assertThat(endpoints.get("dora", mine).body().length()).isGreaterThan(none.length());
      assertThat(endpoints.get("dora", other).body().length()).isEqualTo(none.length());
      assertThat(endpoints.get("emil", mine).body().length()).isEqualTo(none.length());
      assertThat(endpoints.get("nobody", mine).statusCode()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "' OR 1 = 1 --",
        "acme') UNION ALL SELECT * FROM system.users --",
        "\\' OR 1 = 1 --",
        "\\\\",
        "{account:String}",
        "*",
        "%",
        "acme\0",
        "acme'; DROP TABLE script_analytics.runs; --",
        "\r\nX-Evil: 1",
        "../../etc/passwd",
        "$(id)"
      })
  void nothingThatARequestSaysBecomesSql(String text) {
    insertThreeRuns();
    insertThreeEntries();
    for (String export : List.of("runs_data.csv", "logs_data.txt")) {
      String none = export("absent", export, "").body();
      String plain = path("pay", export, "");
      for (String path :
          List.of(
              path(text, export, ""),
              plain.replace("account=acme", "account=" + encoded(text)),
              plain.replaceFirst("from=[^&]*", "from=" + encoded(text)),
              plain.replaceFirst("to=[^&]*", "to=" + encoded(text)),
              plain + "&filter=" + encoded(text),
              plain
                  + "&filter="
                  + encoded(
                      "{\"all\":[{\"column\":\"run_id\",\"op\":\"equals\",\"value\":"
                          + new ObjectMapper().valueToTree(text)
                          + "}]}"))) {
        HttpResponse<String> answer = endpoints.get("dora", path);
        if (answer.statusCode() == 200) {
          assertThat(answer.body().length()).as(path).isEqualTo(none.length());
        } else {
          assertThat(answer.headers().firstValue("X-ClickHouse-Exception-Code").orElseThrow())
              .as(answer.body())
              .isNotEqualTo("62");
        }
        assertThat(answer.headers().map()).doesNotContainKey("x-evil");
      }
    }
    assertThat(ids(export("pay", "runs_data.csv", ""))).containsExactly("r3", "r2", "r1");
  }

  @Test
  void anExportThatFailsHalfWayDoesNotEndAsACompleteOne() throws IOException {
    insertManyRuns();
    HttpResponse<InputStream> answer = endpoints.open("mia", path("many", "runs_data.csv", ""));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> answer.body().transferTo(OutputStream.nullOutputStream()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void closingTheConnectionEndsThatExportAndNoOther() throws IOException {
    insertManyRuns();
    String path = path("many", "runs_data.ndjson", "");
    HttpResponse<InputStream> other = endpoints.open("dora", path);
    HttpResponse<InputStream> closed = endpoints.open("dora", path);
    assertThat(runningExports()).isEqualTo(2);
    closed.body().close();
    assertThat(Waiting.until(Duration.ofSeconds(30), () -> runningExports() == 1)).isTrue();
    try (InputStream rest = other.body()) {
      byte[] all = rest.readAllBytes();
      assertThat(new String(all, StandardCharsets.UTF_8).lines()).hasSize(MANY);
    }
  }

  private static int runningExports() {
    return Integer.parseInt(
        clickHouse.query("SELECT count() FROM system.processes WHERE user = 'dora'"));
  }

  private static void insertManyRuns() {
    clickHouse.query(
        "INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status,"
            + " output, retention_days) SELECT 'acme', 'many', toDateTime64('"
            + Tables.time(NOON)
            + "', 3, 'UTC') + toIntervalMillisecond(number), hex(sipHash128(number)), 3, 'Success',"
            + " hex(sipHash128(number, 1)), 30 FROM numbers("
            + MANY
            + ")");
  }

  private static void insertThreeRuns() {
    tables.insert(
        "runs",
        row(
            "executed_on",
            NOON,
            "run_id",
            "r1",
            "version",
            3,
            "status",
            "Success",
            "deployment_version",
            1,
            "response_time",
            12.5,
            "function",
            "charge",
            "source_type",
            "api",
            "source",
            "shop"),
        row(
            "executed_on",
            NOON.plusSeconds(1),
            "run_id",
            "r2",
            "version",
            3,
            "status",
            "Failed",
            "deployment_version",
            2,
            "function",
            "refund",
            "source_type",
            "tool",
            "source",
            "desk"),
        row(
            "executed_on",
            NOON.plusSeconds(2),
            "run_id",
            "r3",
            "version",
            1,
            "status",
            "In Progress"));
  }

  private static void insertThreeEntries() {
    tables.insert(
        "logs",
        row(
            "timestamp",
            NOON,
            "log_id",
            "l1",
            "log_level",
            "Info",
            "log_message",
            "accepted",
            "run_id",
            "r1",
            "source",
            "shop",
            "duration_ms",
            4300),
        row(
            "timestamp",
            NOON.plusSeconds(1),
            "log_id",
            "l2",
            "log_level",
            "Error",
            "log_message",
            "declined",
            "source",
            "bank",
            "duration_ms",
            30_000),
        row(
            "timestamp",
            NOON.plusSeconds(2),
            "log_id",
            "l3",
            "log_level",
            "Warning",
            "log_message",
            "say \"no\"\ntwice",
            "run_id",
            "r1"));
  }

  private static HttpResponse<String> export(String script, String export, String filter) {
    return endpoints.get("dora", path(script, export, filter));
  }

  /** The address of an export for the account acme on the day of {@link #NOON}. */
  private static String path(String script, String export, String filter) {
    return "/exports/"
        + inPath(script)
        + "_"
        + export
        + "?account=acme&from="
        + DAY
        + "T00:00:00Z&to="
        + NOON.plus(1, ChronoUnit.DAYS).toString()
        + (filter.isEmpty() ? "" : "&filter=" + encoded(filter));
  }

  private static List<String> ids(HttpResponse<String> csv) {
    assertThat(csv.statusCode()).as(csv.body()).isEqualTo(200);
    return csv.body().lines().skip(1).map(line -> line.split("\"", -1)[1]).toList();
  }

  private static List<String> lines(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body().lines().toList();
  }

  private static String times(String text, int count) {
    return String.join(",", Collections.nCopies(count, text));
  }
}
