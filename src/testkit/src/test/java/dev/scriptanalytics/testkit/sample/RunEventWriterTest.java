package dev.scriptanalytics.testkit.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.sample.SampleRun.Deployment;
import dev.scriptanalytics.testkit.sample.SampleRun.Details;
import dev.scriptanalytics.testkit.sample.SampleRun.Failure;
import dev.scriptanalytics.testkit.sample.SampleRun.Resources;
import dev.scriptanalytics.testkit.sample.SampleRun.Source;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunEventWriterTest {
  private final RunEventWriter events = new RunEventWriter();

  @Test
  void writesAStart() {
    SampleRun run = run("acme", Dialect.UTC, Timing.START_AND_END, RunStatus.SUCCESS, details());

    assertThat(new String(events.start(run), UTF_8))
        .isEqualTo(
            """
            {"account":"acme","run_id":"run_1","script":"Qbalance","deployment_id":"deploy_1",\
            "deployment_version":3,"function":"check_balance","status":"in_progress",\
            "source_type":"api","source":"billing-endpoint",\
            "started_at":"2025-05-14T06:07:27.100Z","trace_id":"beef"}""");
  }

  @Test
  void writesAnEndWithAllThatIsKnown() {
    SampleRun run = run("acme", Dialect.UTC, Timing.RESPONSE_TIME, RunStatus.FAILED, details());

    assertThat(new String(events.end(run), UTF_8))
        .isEqualTo(
            """
            {"account":"acme","run_id":"run_1","script":"Qbalance","deployment_id":"deploy_1",\
            "deployment_version":3,"function":"check_balance","status":"timed_out",\
            "source_type":"api","source":"billing-endpoint",\
            "started_at":"2025-05-14T06:07:27.100Z","ended_at":"2025-05-14T06:07:27.238Z",\
            "response_time_ms":138.250,"input":{"a":1},"output":{},\
            "error":{"code":"E","message":"m","stack_trace":["one","two"]},\
            "stdout":"out\\n","stderr":"err","trace_id":"beef","phases":{"inference":88.5},\
            "resources":{"memory_bytes":1024,"cpu_ms":1.5,"cold_start":true}}""");
  }

  @Test
  void writesNoAccountForTheDefaultOneAndTimesAsThePlatformSpellsThem() {
    SampleRun run = run("default", Dialect.SECONDS, Timing.NONE, RunStatus.SUCCESS, Details.NONE);

    assertThat(new String(events.end(run), UTF_8))
        .startsWith("{\"run_id\"")
        .contains("\"status\":\"successful\"")
        .endsWith("\"started_at\":1747202847.100}");
  }

  @Test
  void writesTheEndAloneOfARunThatHasToldItsStart() {
    SampleRun run = run("acme", Dialect.UTC, Timing.END, RunStatus.SUCCESS, Details.NONE);

    assertThat(new String(events.end(run), UTF_8))
        .contains("\"ended_at\":\"2025-05-14T06:07:27.238Z\"")
        .doesNotContain("started_at", "response_time_ms");
  }

  @Test
  void writesTheAttemptAndWhenItWasQueued() {
    SampleRun run =
        new SampleRun(
            "acme",
            "Qbalance",
            "run_1",
            2,
            new Deployment("v1.0.3", 0),
            "check_balance",
            new Source("api", "billing-endpoint"),
            100,
            Instant.parse("2025-05-14T06:07:27.100Z").toEpochMilli(),
            138_250,
            RunStatus.SUCCESS,
            Dialect.OFFSET,
            Timing.START_AND_END,
            Details.NONE);

    assertThat(new String(events.queued(run), UTF_8))
        .isEqualTo(
            """
            {"account":"acme","run_id":"run_1","attempt":2,"script":"Qbalance",\
            "deployment_id":"v1.0.3","function":"check_balance","status":"Pending",\
            "source_type":"api","source":"billing-endpoint",\
            "started_at":"2025-05-14T11:37:27+05:30"}""");
    assertThat(run.outcome().runId()).isEqualTo("run_1#2");
    assertThat(run.outcome().deployment()).hasToString("v1.0.3");
    assertThat(run.outcome().startedAt()).isEqualTo(run.startedAt() - 100);
  }

  private static SampleRun run(
      String account, Dialect dialect, Timing timing, RunStatus status, Details details) {
    return new SampleRun(
        account,
        "Qbalance",
        "run_1",
        new Deployment("deploy_1", 3),
        "check_balance",
        new Source("api", "billing-endpoint"),
        Instant.parse("2025-05-14T06:07:27.100Z").toEpochMilli(),
        138_250,
        status,
        dialect,
        timing,
        details);
  }

  private static Details details() {
    return new Details(
        "{\"a\":1}",
        "{}",
        new Failure("E", "m", List.of("one", "two")),
        "out\n",
        "err",
        "beef",
        Map.of("inference", 88.5),
        new Resources(1024, 1.5, Double.NaN, true));
  }
}
