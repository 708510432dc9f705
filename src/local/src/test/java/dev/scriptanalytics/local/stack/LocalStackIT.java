package dev.scriptanalytics.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.rollup.KeepCells;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import dev.scriptanalytics.testkit.process.Waiting;
import dev.scriptanalytics.track.TrackRuns;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that README.md gives to a newcomer. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class LocalStackIT {
  // Ten ports that nothing else takes in the test.
  private static final int METRICS_PORTS = 32_100 + ThreadLocalRandom.current().nextInt(60) * 10;

  private static final Pattern METRIC = Pattern.compile("flink_(task|job)manager_\\w+");

  private static final List<String> METRICS_OF_THE_JOB =
      List.of(
          "numRecordsIn",
          "reason_rejectedRecords",
          TrackRuns.DUPLICATE_EVENTS,
          "reason_" + TrackRuns.CONTRADICTING_EVENTS,
          "currentEmitEventTimeLag",
          TrackRuns.OPEN_RUNS,
          TrackRuns.REMEMBERED_RUNS,
          KeepCells.CELLS,
          KeepCells.CHANGED_CELLS,
          KeepCells.EMITTED_ROLLUPS,
          "insertMillis",
          "retries",
          "rowsInFlight",
          Redactor.FAILURES);

  @TempDir private Path directory;
  private final Map<String, String> environment = new HashMap<>();

  private record Outcome(int exitCode, String output) {}

  @BeforeEach
  void beApartFromAnyOtherStack() {
    environment.put("SCRIPT_ANALYTICS_HOME", directory.resolve("a home").toString());
    for (StackPort port : StackPort.values()) {
      environment.put(port.name(), Integer.toString(Ports.free()));
    }
    environment.put("FLINK_METRICS_PORTS", METRICS_PORTS + "-" + (METRICS_PORTS + 9));
  }

  @AfterEach
  void stop() throws Exception {
    run("down");
  }

  @Test
  void startsShowsSomethingStopsAndGoesOn() throws Exception {
    Outcome up = run("up");
    assertThat(up.output()).contains("The first runs can be queried", "Everything runs.");
    assertThat(up.exitCode()).isZero();
    assertThat(runs()).isPositive();
    theApiServerAnswersAsUpSays(up.output());
    theApiServerShowsEntriesToWhatTheReadmeAsks();
    apiAndFlinkAreHealthyInTheWayThatComposeAsks();
    theApiServerIsStartedAnewWhenItHasEnded();
    servesEveryMetricThatADashboardShows();

    Outcome down = run("down");
    assertThat(down.exitCode()).as(down.output()).isZero();
    assertThat(run("status").exitCode()).isNotZero();

    Outcome again = run("up", "--no-sample");
    assertThat(again.output()).contains("from checkpoint", "Everything runs.");
    assertThat(again.exitCode()).isZero();
    assertThat(runs()).isPositive();

    thePageShowsWhatTheReadmeSends();
    goesOnAsBeforeWhenItsJobIsSubmittedByHand(stopWithSavepoint());
    stopWithSavepoint();
    assertThat(run("up", "--no-sample").output()).contains("from savepoint", "Everything runs.");
  }

  /** Node sends the events of the chapter for newcomers, and looks at the page in a browser. */
  private void thePageShowsWhatTheReadmeSends() throws Exception {
    boolean suits =
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64");
    if (!suits && System.getenv("BROWSER_PATH") == null) {
      System.err.println("Chromium from npm is for Linux on x86-64: let BROWSER_PATH name another");
      return;
    }
    Path output = directory.resolve("page.txt");
    ProcessBuilder node =
        new ProcessBuilder("sh", "-c", "./install && exec node --test first.test.mjs")
            .directory(Repository.path("src/page/test").toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    node.environment().putAll(environment);
    // Chromium is unpacked to the temporary directory.
    node.environment().put("TMPDIR", Files.createDirectory(directory.resolve("tmp")).toString());
    node.environment().put("PAGE_URL", "http://127.0.0.1:" + environment.get("API_PORT"));
    node.environment().put("PAGE_KEY", "sa_c2NyaXB0X3JlYWRlcjpyZWFkZXI");

    assertThat(node.start().waitFor()).as(() -> read(output)).isZero();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** It writes log entries, and masks them. */
  private void goesOnAsBeforeWhenItsJobIsSubmittedByHand(String savepoint) throws Exception {
    Outcome submitted =
        run(
            "flink",
            "run",
            "-d",
            "-s",
            savepoint,
            Repository.jobJar().toString(),
            "--config",
            environment.get("SCRIPT_ANALYTICS_HOME") + "/script-analytics.properties");
    assertThat(submitted.exitCode()).as(submitted.output()).isZero();
    Path entry = directory.resolve("entry.txt");
    Files.writeString(
        entry,
        "{\"run_id\":\"by_hand\",\"timestamp\":%d,\"level\":\"info\",\"message\":\"for dora@example.com\"}%n"
            .formatted(System.currentTimeMillis()));
    assertThat(run("produce", "script-logs", entry.toString()).exitCode()).isZero();
    assertThat(
            Waiting.until(
                Duration.ofMinutes(1),
                () ->
                    ask("SELECT any(log_message) FROM script_analytics.logs WHERE run_id = 'by_hand'")
                        .equals("for [redacted:email]")))
        .isTrue();
  }

  private String stopWithSavepoint() throws Exception {
    Matcher job = Pattern.compile("[0-9a-f]{32}").matcher(run("flink", "list").output());
    assertThat(job.find()).isTrue();
    Outcome stopped = run("flink", "stop", job.group());
    Matcher savepoint = Pattern.compile("Path: (\\S.*)").matcher(stopped.output());
    assertThat(savepoint.find()).as(stopped.output()).isTrue();
    return savepoint.group(1).strip();
  }

  /** The first thing that it tells of the stack, and the first line to try. */
  private void theApiServerAnswersAsUpSays(String told) throws Exception {
    String address = "http://127.0.0.1:" + environment.get("API_PORT");
    Matcher access =
        Pattern.compile("Everything runs\\.\n +Log in +(\\S+)\n.*\n +API +(\\S+), key (sa_\\S+)\n")
            .matcher(told);
    assertThat(access.find()).as(told).isTrue();
    assertThat(access.group(2)).isEqualTo(address);
    HttpResponse<Void> login =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(access.group(1))).build(),
                BodyHandlers.discarding());
    assertThat(login.statusCode()).isEqualTo(303);
    assertThat(login.headers().firstValue("Set-Cookie")).isPresent();
    Matcher line =
        Pattern.compile("Try it:\n +curl -H \"Authorization: Bearer (\\S+)\" \\\\\n +\"(\\S+)\"\n")
            .matcher(told);
    assertThat(line.find()).as(told).isTrue();
    assertThat(line.group(1)).isEqualTo(access.group(3));
    assertThat(line.group(2)).startsWith(address + "/v2/");

    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(line.group(2)))
                    .header("Authorization", "Bearer " + line.group(1))
                    .build(),
                BodyHandlers.ofString());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    Outcome status = run("status");
    assertThat(status.exitCode()).as(status.output()).isZero();
    assertThat(status.output()).contains(address + ", key " + access.group(3));
  }

  /** The lines of curl below the line with the key, the last of which follows a stream. */
  private void theApiServerShowsEntriesToWhatTheReadmeAsks() throws Exception {
    Matcher block =
        Pattern.compile("\n    KEY=(\\S+)\n((?:    .*\n)+)")
            .matcher(Files.readString(Repository.path("README.md")));
    assertThat(block.find()).isTrue();
    List<String> lines = List.of(block.group(2).replaceAll("\\\\\n *", "").split("\n", -1));
    assertThat(lines).filteredOn(line -> !line.isEmpty()).hasSize(3);
    for (String line : lines.subList(0, 3)) {
      assertThat(line).contains("curl", "-H \"Authorization: Bearer $KEY\"");
      String address =
          found("(http://127\\.0\\.0\\.1:8080[^\" ]*)", line)
              .replace("8080", environment.get("API_PORT"));
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(address))
              .header("Authorization", "Bearer " + block.group(1));
      if (line.contains(" -d ")) {
        request
            .header("Content-Type", found("-H \"Content-Type: ([^\"]+)\"", line))
            .POST(HttpRequest.BodyPublishers.ofString(found(" -d '(.*)'", line)));
      }
      try (Stream<String> answer =
          HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofLines()).body()) {
        assertThat(answer.anyMatch(part -> part.contains("\"message\":"))).as(line).isTrue();
      }
    }
  }

  private static String found(String pattern, String text) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    assertThat(found.find()).as(text).isTrue();
    return found.group(1);
  }

  private void theApiServerIsStartedAnewWhenItHasEnded() throws Exception {
    LocalProcess server =
        LocalProcess.running(Stack.API, Path.of(environment.get("SCRIPT_ANALYTICS_HOME")))
            .orElseThrow();
    server.kill();
    Outcome without = run("status");
    assertThat(without.exitCode()).isNotZero();
    assertThat(without.output()).containsPattern("api +does not run");

    assertThat(run("up", "--no-sample").output()).contains("Starting api", "Everything runs.");

    assertThat(run("status").exitCode()).isZero();
  }

  private void apiAndFlinkAreHealthyInTheWayThatComposeAsks() throws Exception {
    String compose = Files.readString(Repository.path("deploy/docker-compose.yml"));
    Matcher command =
        Pattern.compile("- bash\\s+- -c\\s+- >-\\s+(exec 3.*)\n +(.*)\n").matcher(compose);
    assertThat(command.find()).isTrue();
    String check = command.group(1) + " " + command.group(2);
    for (String port : List.of("API_PORT", "CLICKHOUSE_HTTP_PORT")) {
      // Another server does not know the path.
      assertThat(
              new ProcessBuilder("bash", "-c", check.replace("8080", environment.get(port)))
                  .inheritIO()
                  .start()
                  .waitFor())
          .as(port)
          .isEqualTo(port.equals("API_PORT") ? 0 : 1);
    }

    Matcher asked = Pattern.compile("http://127\\.0\\.0\\.1:8081(/\\w+)").matcher(compose);
    assertThat(asked.find()).isTrue();
    URI address =
        URI.create("http://127.0.0.1:" + environment.get("FLINK_REST_PORT") + asked.group(1));
    assertThat(
            HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding())
                .statusCode())
        .isEqualTo(200);
  }

  /** Some metrics appear with their first event, so the test causes these events. */
  private void servesEveryMetricThatADashboardShows() throws Exception {
    String ended =
        "{\"run_id\":\"r\",\"script\":\"s\",\"status\":\"%s\",\"started_at\":%d,\"response_time_ms\":5}%n";
    Path events = directory.resolve("events.txt");
    long now = System.currentTimeMillis();
    Files.writeString(
        events, "not JSON\n" + ended.formatted("ok", now) + ended.formatted("failed", now));
    assertThat(run("produce", "script-runs", events.toString()).exitCode()).isZero();
    Set<String> shown = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Repository.path("deploy/grafana"))) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        METRIC
            .matcher(Files.readString(file))
            .results()
            .map(MatchResult::group)
            .forEach(shown::add);
      }
    }
    METRICS_OF_THE_JOB.forEach(name -> shown.add("flink_taskmanager_job_task_operator_" + name));

    assertThat(Waiting.until(Duration.ofMinutes(1), () -> scraped().containsAll(shown)))
        .as("missing: %s", shown.stream().filter(name -> !scraped().contains(name)).toList())
        .isTrue();
  }

  /** The names of the metrics that Prometheus would find. */
  private static Set<String> scraped() {
    Set<String> names = new HashSet<>();
    for (int port = METRICS_PORTS; port < METRICS_PORTS + 10; port++) {
      METRIC.matcher(metricsAt(port)).results().map(MatchResult::group).forEach(names::add);
    }
    return names;
  }

  private static String metricsAt(int port) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
    try {
      return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    } catch (IOException nobodyListens) {
      return "";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private long runs() {
    return Long.parseLong(ask("SELECT count() FROM script_analytics.runs"));
  }

  private String ask(String query) {
    return new ClickHouseHttp(
            URI.create("http://127.0.0.1:" + environment.get("CLICKHOUSE_HTTP_PORT")))
        .query(query)
        .strip();
  }

  private Outcome run(String command, String... arguments)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Repository.path("deploy/local/" + command).toString());
    line.addAll(List.of(arguments));
    // To a file, because the daemons that stay would keep a pipe of the test open.
    Path output = Files.createTempFile(directory, command, ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    int exitCode = builder.start().waitFor();
    return new Outcome(exitCode, Files.readString(output));
  }
}
