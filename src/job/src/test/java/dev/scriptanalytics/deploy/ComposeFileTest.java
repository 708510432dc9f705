package dev.scriptanalytics.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.configuration.JobOptions;
import dev.scriptanalytics.deploy.ComposeFile.Condition;
import dev.scriptanalytics.deploy.ComposeFile.Restart;
import dev.scriptanalytics.deploy.ComposeFile.Service;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComposeFileTest {
  private static final ComposeFile COMPOSE =
      DeployedFiles.STRICT.convertValue(
          DeployedFiles.yaml("deploy/docker-compose.yml").get(0), ComposeFile.class);
  private static final Map<String, Service> SERVICES = COMPOSE.services();

  private static final Pattern PINNED = Pattern.compile("[a-z][a-z/-]*:v?\\d+\\.\\d+\\.[\\w.-]+");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_0-9]+)[:}]");
  private static final Pattern OF_COLLECTOR = Pattern.compile("\\$\\{env:([A-Z_0-9]+)\\}");
  private static final Pattern FROM_ENV = Pattern.compile("from_env=\"([A-Z_0-9]+)\"");
  private static final Pattern EXPORTED = Pattern.compile("(?m)^([A-Z_0-9]+)=");

  static Stream<String> services() {
    return SERVICES.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("services")
  void everyImageHasAVersion(String name) {
    assertThat(SERVICES.get(name).image()).matches(PINNED);
  }

  @Test
  void flinkIsOfTheVersionThatTheJobIsBuiltFor() {
    assertThat(SERVICES.get("jobmanager").image())
        .isEqualTo("flink:" + version("flink.version") + "-java17");
    assertThat(SERVICES.get("kafka").image()).isEqualTo("apache/kafka:" + version("kafka.version"));
  }

  @ParameterizedTest
  @MethodSource("services")
  void everythingThatIsMountedIsThere(String name) {
    for (String volume : SERVICES.get(name).volumes()) {
      String[] parts = volume.split(":", -1);
      if (parts[0].startsWith(".")) {
        Path file = Repository.path("deploy").resolve(parts[0]).normalize();
        assertThat(file).exists();
        assertThat(parts).as("%s is not to be written to", volume).hasSize(3).contains("ro");
      } else {
        assertThat(COMPOSE.volumes()).containsKey(parts[0]);
      }
      assertThat(parts[1]).startsWith("/");
    }
  }

  @ParameterizedTest
  @MethodSource("services")
  void everyCommandFindsTheFilesThatItNames(String name) {
    Service service = SERVICES.get(name);
    List<String> mounted = service.volumes().stream().map(v -> v.split(":", -1)[1]).toList();
    Matcher paths =
        Pattern.compile("/etc/script-analytics/[\\w./-]+")
            .matcher(service.entrypoint() + " " + service.command());

    while (paths.find()) {
      assertThat(mounted).contains(paths.group());
    }
  }

  @ParameterizedTest
  @MethodSource("services")
  void everyServiceWaitsForWhatCanHappen(String name) {
    SERVICES
        .get(name)
        .dependsOn()
        .forEach(
            (other, dependency) -> {
              assertThat(SERVICES).containsKey(other);
              assertThat(SERVICES.get(other).healthcheck() != null)
                  .as("%s is asked for its health", other)
                  .isEqualTo(dependency.condition() == Condition.HEALTHY);
            });
  }

  @Test
  void flinkIsAskedForItsHealthByGetSinceItsRestAnswersHeadWith404() {
    assertThat(SERVICES.get("jobmanager").healthcheck().test())
        .contains("wget", "http://127.0.0.1:8081/overview")
        .doesNotContain("--spider");
  }

  // Its entrypoint.sh takes these from the configuration, and ends the container where there is no
  // second one: https://github.com/ClickHouse/docker-library.
  @Test
  void clickHousesEntryPointFindsDataAndUsersInTheConfiguration() {
    String configuration = "deploy/clickhouse/config.xml";
    String users = DeployedFiles.xml(configuration, "/clickhouse/user_directories/users_xml/path");

    assertThat(DeployedFiles.xml(configuration, "/clickhouse/path"))
        .isEqualTo(mountOf("clickhouse", "clickhouse") + "/");
    assertThat(mountOf("clickhouse", "./clickhouse/" + users))
        .isEqualTo("/etc/clickhouse-server/" + users);
  }

  @ParameterizedTest
  @MethodSource("services")
  void secretsAreNamedAndNeverToldInTheFile(String name) {
    Service service = SERVICES.get(name);

    assertThat(COMPOSE.secrets().keySet()).containsAll(service.secrets());
    service
        .environment()
        .forEach(
            (key, value) -> {
              if (key.endsWith("__FILE")) {
                assertThat(service.secrets())
                    .contains(value.toString().replaceFirst("^/run/secrets/", ""));
              } else if (key.matches(".*(PASSWORD|SECRET|TOKEN|KEY).*")) {
                assertThat(value.toString()).matches("\\$\\{[A-Z_]+:(\\?[^}]+|-)\\}");
              }
            });
  }

  @ParameterizedTest
  @MethodSource("services")
  void onlyTheMachineItselfReachesThePorts(String name) {
    assertThat(SERVICES.get(name).ports()).allMatch(port -> port.startsWith("127.0.0.1:"));
  }

  @Test
  void theBrokerTakesItsConfiguration() {
    Map<String, Object> properties = new HashMap<>();
    SERVICES
        .get("kafka")
        .environment()
        .forEach(
            (name, value) ->
                properties.put(
                    name.replaceFirst("^KAFKA_", "").replace('_', '.').toLowerCase(Locale.ROOT),
                    value.toString()));

    assertThat(AbstractKafkaConfig.CONFIG_DEF.names()).containsAll(properties.keySet());
    assertThatCode(() -> new KafkaConfig(properties)).doesNotThrowAnyException();
    assertThat(Integer.parseInt(properties.get("message.max.bytes").toString()))
        .isGreaterThanOrEqualTo((int) JobOptions.EVENT_MAX_BYTES.defaultValue().getBytes());
  }

  @Test
  void flinkKnowsEveryOption() {
    SERVICES
        .get("jobmanager")
        .environment()
        .get("FLINK_PROPERTIES")
        .toString()
        .lines()
        .forEach(line -> assertThat(FlinkOptions.know(line.replaceFirst(":.*", ""))).isTrue());
  }

  @Test
  void theJobTakesTheArgumentsThatItIsSubmittedWith() {
    Service job = SERVICES.get("job");
    Map<String, String> environment = new HashMap<>();
    job.environment().forEach((name, value) -> environment.put(name, value.toString()));

    JobConfiguration configuration = JobConfiguration.fromArgs(submittedArguments(), environment);

    assertThat(configuration.get(JobOptions.KAFKA_BOOTSTRAP_SERVERS)).isEqualTo("kafka:9092");
    assertThat(configuration.get(JobOptions.CLICKHOUSE_URL)).endsWith("://clickhouse:8123");
    assertThat(job.secrets().stream().map(secret -> "/run/secrets/" + secret))
        .contains(configuration.get(JobOptions.CLICKHOUSE_PASSWORD_FILE));
    assertThat(DeployedFiles.text("deploy/compose/submit-job"))
        .contains("job_name=\"" + configuration.get(JobOptions.JOB_NAME) + "\"");
    assertThat(createdTopics())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(
                    JobOptions.RUNS_TOPICS,
                    JobOptions.LOGS_TOPICS,
                    JobOptions.OTLP_LOGS_TOPICS,
                    JobOptions.OTLP_SPANS_TOPICS)
                .flatMap(option -> configuration.get(option).stream())
                .toList());
  }

  @Test
  void clickHouseAndGrafanaHaveTheVariablesThatTheirFilesAskFor() {
    Set<String> ofClickHouse = new TreeSet<>(SERVICES.get("clickhouse").environment().keySet());
    ofClickHouse.removeIf(name -> name.equals("CLICKHOUSE_SKIP_USER_SETUP"));
    ofClickHouse.addAll(
        DeployedFiles.found(EXPORTED, DeployedFiles.text("deploy/compose/start-clickhouse")));
    assertThat(
            DeployedFiles.found(
                FROM_ENV,
                DeployedFiles.text("deploy/clickhouse/config.xml")
                    + DeployedFiles.text("deploy/clickhouse/users.xml")))
        .isEqualTo(ofClickHouse);

    Set<String> ofGrafana = new TreeSet<>(SERVICES.get("grafana").environment().keySet());
    ofGrafana.removeIf(name -> name.startsWith("GF_"));
    assertThat(
            DeployedFiles.found(
                VARIABLE,
                DeployedFiles.text(
                    "deploy/grafana/provisioning/datasources/script-analytics.yaml")))
        .isEqualTo(ofGrafana);
    assertThat(DeployedFiles.text("deploy/grafana/provisioning/dashboards/script-analytics.yaml"))
        .contains("path: " + mountOf("grafana", "./grafana/dashboards"));
  }

  @Test
  void theApiServerStartsFromItsImageWithoutRights() {
    Service api = SERVICES.get("api");
    List<String> arguments =
        ((List<?>) api.command()).stream().map(word -> word.toString().replace("$$", "$")).toList();

    ApiImage.expectToStart(arguments, api.environment());
    assertThat(ApiImage.arguments(arguments))
        .containsEntry("clickhouse.url", "http://clickhouse:8123");
    assertThat(api.dependsOn()).containsKey("schema");
    assertThat(api.build()).isEqualTo(new ComposeFile.Build("..", ApiImage.DOCKERFILE));
    assertThat(api.ports()).containsExactly("127.0.0.1:8080:" + ApiImage.option("api.port"));
    assertThat(api.healthcheck().test().toString())
        .contains("/127.0.0.1/" + ApiImage.option("api.port"), "/health/ready");
    assertThat(api.readOnly()).isTrue();
    assertThat(api.capDrop()).containsExactly("ALL");
    assertThat(api.securityOpt()).containsExactly("no-new-privileges:true");
    assertThat(MemorySize.parse(api.memLimit()))
        .isGreaterThanOrEqualTo(MemorySize.ofMebiBytes(512));
    assertThat(TimeUtils.parseDuration(api.stopGracePeriod()))
        .isGreaterThan(ApiImage.stopTimeout());
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy/Dockerfile", ApiImage.DOCKERFILE})
  void everythingThatAnImageCopiesIsSentToDocker(String dockerfile) {
    Set<String> copied =
        DeployedFiles.found(
            Pattern.compile("(?m)^COPY (\\S+) \\S+$"), DeployedFiles.text(dockerfile));

    assertThat(copied).isNotEmpty();
    assertThat(DeployedFiles.text(".dockerignore").lines())
        .startsWith("*")
        .containsAll(copied.stream().map(path -> "!" + path).toList());
    assertThat(copied)
        .filteredOn(path -> !path.contains("/target/"))
        .allSatisfy(path -> assertThat(Repository.path(path)).isRegularFile());
  }

  @Test
  void prometheusAsksServicesThatServeMetrics() {
    Map<String, Integer> ports =
        Map.of(
            "flink",
            Integer.parseInt(flinkProperty("metrics.reporter.prom.port")),
            "api",
            Integer.parseInt(ApiImage.option("api.port")));
    List<?> jobs =
        (List<?>) DeployedFiles.yaml("deploy/compose/prometheus.yaml").get(0).get("scrape_configs");

    assertThat(jobs).hasSize(ports.size());
    for (Object job : jobs) {
      Map<String, Object> scraped = DeployedFiles.map(job);
      assertThat(scraped).containsOnlyKeys("job_name", "dns_sd_configs");
      Map<String, Object> found =
          DeployedFiles.map(((List<?>) scraped.get("dns_sd_configs")).get(0));
      assertThat(found).containsOnlyKeys("names", "type", "port");
      assertThat(SERVICES.keySet())
          .containsAll(((List<?>) found.get("names")).stream().map(Object::toString).toList());
      assertThat(found).containsEntry("port", ports.get(scraped.get("job_name")));
    }
  }

  private static String flinkProperty(String key) {
    return SERVICES
        .get("jobmanager")
        .environment()
        .get("FLINK_PROPERTIES")
        .toString()
        .lines()
        .filter(line -> line.startsWith(key + ": "))
        .map(line -> line.substring(key.length() + 2))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theCollectorWritesToTheTopicsThatTheJobReads() {
    Map<String, Object> collector = DeployedFiles.yaml("deploy/compose/collector.yaml").get(0);
    String text = DeployedFiles.text("deploy/compose/collector.yaml");
    Map<String, Object> exporter = at(collector, "exporters", "kafka");

    assertThat(collector)
        .containsOnlyKeys("extensions", "receivers", "processors", "exporters", "service");
    // https://github.com/open-telemetry/opentelemetry-collector-contrib, exporter/kafkaexporter
    assertThat(exporter)
        .containsOnlyKeys(
            "brokers", "logs", "traces", "producer", "retry_on_failure", "sending_queue");
    assertThat(at(exporter, "logs")).containsOnlyKeys("topic", "encoding");
    assertThat(at(exporter, "traces")).containsOnlyKeys("topic", "encoding");
    assertThat(createdTopics())
        .contains(
            at(exporter, "logs").get("topic").toString(),
            at(exporter, "traces").get("topic").toString());
    assertThat((int) at(exporter, "producer").get("max_message_bytes"))
        .isLessThan((int) JobOptions.EVENT_MAX_BYTES.defaultValue().getBytes());
    assertThat(SERVICES.get("collector").environment().keySet())
        .isEqualTo(DeployedFiles.found(OF_COLLECTOR, text));
    assertThat(
            MemorySize.parse(
                (int) at(collector, "processors", "memory_limiter").get("limit_mib") + "m"))
        .isLessThan(MemorySize.parse(SERVICES.get("collector").memLimit()));
    for (String pipeline : List.of("logs", "traces")) {
      Map<String, Object> stages = at(collector, "service", "pipelines", pipeline);
      assertThat(stages).containsOnlyKeys("receivers", "processors", "exporters");
      stages.forEach(
          (kind, names) ->
              assertThat(at(collector, kind).keySet()).isEqualTo(Set.copyOf((List<?>) names)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deploy/clickhouse/apply-sql",
        "deploy/clickhouse/create-reader",
        "deploy/compose/create-topics",
        "deploy/compose/start-clickhouse",
        "deploy/compose/submit-job"
      })
  void scriptsAreExecutableAndBashReadsThem(String script) throws Exception {
    Path file = Repository.path(script);

    assertThat(Files.isExecutable(file)).isTrue();
    assertThat(new ProcessBuilder("bash", "-n", file.toString()).inheritIO().start().waitFor())
        .isZero();
  }

  /** With stand-ins for Flink's client, and for the half minute between two looks at the job. */
  @Test
  void theJobIsSubmittedOnceAndTheServiceEndsWhenItIsGone(@TempDir Path directory)
      throws Exception {
    Path calls = Files.createFile(directory.resolve("calls"));
    standIn(
        directory.resolve("flink"),
        "echo \"$1\" >>" + calls,
        "[[ $1 == run || ! -e "
            + directory
            + "/submitted ]] || echo '1 : Script Analytics (RUNNING)'",
        "[[ $1 != run ]] || touch " + directory + "/submitted");
    standIn(
        directory.resolve("sleep"),
        "echo sleep >>" + calls,
        "(($(grep -c sleep " + calls + ") < 3)) || rm -f " + directory + "/submitted");
    Files.createDirectory(directory.resolve("data"));
    Path built = Files.createDirectory(directory.resolve("target"));
    Files.createFile(built.resolve("script-analytics-1.jar"));
    Path script =
        Files.writeString(
            directory.resolve("submit-job"),
            DeployedFiles.text("deploy/compose/submit-job")
                .replace("/opt/script-analytics", built.toString())
                .replace("running=/tmp", "running=" + directory));
    ProcessBuilder service = new ProcessBuilder("bash", script.toString()).inheritIO();
    service.environment().merge("PATH", directory + ":", (path, first) -> first + path);
    service.environment().put("FLINK_DATA", directory.resolve("data").toString());

    assertThat(service.start().waitFor()).isOne();

    assertThat(calls).hasContent("list\nrun\nsleep\nlist\nsleep\nlist\nsleep\nlist");
    assertThat(directory.resolve("script-analytics-runs")).exists();
    assertThat(SERVICES.get("job").healthcheck().test()).contains("/tmp/script-analytics-runs");
    assertThat(SERVICES.get("job").restart()).isEqualTo(Restart.UNLESS_STOPPED);
  }

  private static void standIn(Path program, String... lines) throws IOException {
    Files.writeString(program, "#!/usr/bin/env bash\n" + String.join("\n", lines) + "\nexit 0\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  /** What stands behind the jar in submit-job, with the properties file of this repository. */
  private static String[] submittedArguments() {
    String command =
        DeployedFiles.text("deploy/compose/submit-job")
            .replaceFirst("(?s).*\"\\$jar\" ", "")
            .replaceFirst("(?s)\n}.*", "");
    List<String> words =
        new ArrayList<>(Arrays.asList(command.replace("\\\n", " ").split("\\s+", -1)));
    words.removeIf(String::isEmpty);
    int file = words.indexOf("--config") + 1;
    assertThat(words.get(file)).isEqualTo(mountOf("job", "./flink/script-analytics.properties"));
    words.set(file, Repository.path("deploy/flink/script-analytics.properties").toString());
    return words.toArray(String[]::new);
  }

  private static List<String> createdTopics() {
    Matcher topics =
        Pattern.compile("for topic in ([^;]+);")
            .matcher(DeployedFiles.text("deploy/compose/create-topics"));
    assertThat(topics.find()).isTrue();
    return List.of(topics.group(1).split(" ", -1));
  }

  private static String mountOf(String service, String source) {
    return SERVICES.get(service).volumes().stream()
        .filter(volume -> volume.startsWith(source + ":"))
        .map(volume -> volume.split(":", -1)[1])
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Object> at(Map<String, Object> map, String... path) {
    Map<String, Object> found = map;
    for (String key : path) {
      found = DeployedFiles.map(found.get(key));
    }
    return found;
  }

  private static String version(String property) {
    Matcher version =
        Pattern.compile("<" + property + ">([^<]+)<").matcher(DeployedFiles.text("pom.xml"));
    assertThat(version.find()).isTrue();
    return version.group(1);
  }
}
