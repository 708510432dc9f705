package dev.scriptanalytics.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.util.InstantiationUtil;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobConfigurationTest {
  private static final String SHIPPED = "deploy/flink/script-analytics.properties";

  private static final String SECRET = "tr0ub4dor&3";

  @TempDir Path directory;

  @Test
  void takesItsDefaultsWhenOnlyWhatIsRequiredIsGiven() {
    JobConfiguration configuration = configured();

    assertThat(configuration.get(JobOptions.EVENT_MAX_AGE)).isEqualTo(Duration.ofDays(30));
    assertThat(configuration.get(JobOptions.EVENT_MAX_BYTES)).isEqualTo(MemorySize.ofMebiBytes(8));
    assertThat(configuration.get(JobOptions.RUNS_TOPICS)).containsExactly("script-runs");
    assertThat(configuration.get(JobOptions.RUN_TIMEOUT)).isZero();
    assertThat(configuration.get(JobOptions.CAPTURED_KORELOGGER)).isEqualTo(KoreloggerCapture.AUTO);
    assertThat(configuration.get(JobOptions.CLICKHOUSE_PASSWORD)).isNull();
  }

  @Test
  void takesArgumentsInBothFormsAndThemOverTheFile() throws IOException {
    Path file =
        write(
            """
            kafka.bootstrap.servers=from-file:9092
            clickhouse.url = http://localhost:8123\s\s
            sink.batch-rows=5
            job.name=From the file
            """);

    JobConfiguration configuration =
        JobConfiguration.fromArgs(
            new String[] {
              "--job.name",
              "From the command line",
              "--config",
              file.toString(),
              "--captured.pattern=^(a)=(b)$"
            },
            Map.of());

    assertThat(configuration.get(JobOptions.JOB_NAME)).isEqualTo("From the command line");
    assertThat(configuration.get(JobOptions.SINK_BATCH_ROWS)).isEqualTo(5);
    assertThat(configuration.get(JobOptions.CLICKHOUSE_URL)).isEqualTo("http://localhost:8123");
    assertThat(configuration.get(JobOptions.CAPTURED_PATTERN)).isEqualTo("^(a)=(b)$");
  }

  @Test
  void replacesVariablesFromTheEnvironmentAnywhereInAValueAndOnlyOnce() {
    JobConfiguration configuration =
        JobConfiguration.fromArgs(
            new String[] {
              "--kafka.bootstrap.servers=${HOST}:${PORT}",
              "--clickhouse.url=http://${HOST}:8123",
              "--clickhouse.password=${PASSWORD}"
            },
            Map.of("HOST", "broker", "PORT", "9092", "PASSWORD", "${HOST} $1 \\"));

    assertThat(configuration.get(JobOptions.KAFKA_BOOTSTRAP_SERVERS)).isEqualTo("broker:9092");
    assertThat(configuration.get(JobOptions.CLICKHOUSE_PASSWORD)).isEqualTo("${HOST} $1 \\");
  }

  @Test
  void namesOptionAndVariableWhenTheEnvironmentLacksIt() {
    assertThatProblemsOf("--job.name=${NOWHERE}")
        .containsExactly("job.name needs the environment variable NOWHERE, which is not set");
  }

  @Test
  void leavesKafkasOwnPlaceholdersToKafka() {
    assertThat(configured("--kafka.ssl.key.password=${file:/etc/k:pw}").kafkaProperties())
        .containsEntry("ssl.key.password", "${file:/etc/k:pw}");
  }

  @Test
  void passesWhatBeginsWithKafkaOrClickHouseThroughWithoutThatPrefix() {
    JobConfiguration configuration =
        configured("--kafka.security.protocol=SSL", "--clickhouse.socket_timeout=5000");

    Properties expected = new Properties();
    expected.setProperty("bootstrap.servers", "localhost:9092");
    expected.setProperty("group.id", "script-analytics");
    expected.setProperty("isolation.level", "read_committed");
    expected.setProperty("security.protocol", "SSL");
    assertThat(configuration.kafkaProperties()).isEqualTo(expected);
    assertThat(configuration.clickHouseProperties())
        .containsExactly(Map.entry("socket_timeout", "5000"));
  }

  @Test
  void readsUncommittedRecordsOnlyWhereThatIsAskedFor() {
    assertThat(configured().kafkaProperties()).containsEntry("isolation.level", "read_committed");
    assertThat(configured("--kafka.isolation.level=read_uncommitted").kafkaProperties())
        .containsEntry("isolation.level", "read_uncommitted");
  }

  @ParameterizedTest
  @CsvSource({
    "event.max-aeg, event.max-age",
    "sink.batchrows, sink.batch-rows",
    "jobname, job.name",
    "kafka.bootstrap.server, kafka.bootstrap.servers",
    "kafka.group, kafka.group.id",
    "clickhouse.user, clickhouse.username",
    "clickhouse.pasword, clickhouse.password",
  })
  void suggestsTheNearestOptionForAnUnknownOne(String written, String meant) {
    assertThatProblemsOf("--" + written + "=1")
        .containsExactly("unknown option " + written + "; did you mean " + meant + "?");
  }

  @Test
  void pointsToTheHelpWhenNothingIsNear() {
    assertThatProblemsOf("--completely.different=1")
        .containsExactly("unknown option completely.different; --help lists all options");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "source.idle-timeout | soon",
        "source.idle-timeout | 10",
        "source.idle-timeout | 1 ms",
        "event.max-bytes | much",
        "event.max-bytes | 1 b",
        "event.max-bytes | 1 tb",
        "sink.batch-rows | 0",
        "sink.batch-rows | 1.5",
        "job.max-parallelism | 40000",
        "job.allow-no-checkpoints | perhaps",
        "captured.korelogger | sometimes",
        "log.level.scale | log4j",
        "captured.pattern | (one group)",
        "captured.pattern | ((",
        "runs.topics | a,,b",
        "runs.topics | a b",
        "runs.topics | a,a",
        "logs.topics | a,,b",
        "logs.topics | a,a",
        "otlp.logs.topics | a b",
        "korelogger.attribute.message | a\"b",
        "kafka.bootstrap.servers | localhost",
        "kafka.isolation.level | serializable",
        "clickhouse.url | localhost:8123",
        "clickhouse.url | http://localhost:8123/path",
        "clickhouse.database | a.b",
        "retention.accounts | acme",
        "retention.accounts | acme:many",
        "retention.accounts | acme:0",
        "retention.accounts | acme:1,acme:2",
        "retention.accounts | :1",
      })
  void namesOptionValueAndWhatIsAllowedWhenAValueIsNotGood(String key, String value) {
    assertThatProblemsOf("--" + key + "=" + value)
        .singleElement()
        .asString()
        .startsWith(key + " is '" + value + "'; it must be ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:8123",
        "https://click.example/",
        "jdbc:clickhouse:http://localhost:8123",
        "jdbc:clickhouse:https://[::1]:8443",
        "jdbc:ch:http://10.0.0.1:1",
      })
  void acceptsTheAddressOfClickHouseWithAndWithoutJdbc(String url) {
    assertThat(configured("--clickhouse.url=" + url).get(JobOptions.CLICKHOUSE_URL)).isEqualTo(url);
  }

  @Test
  void readsListsWithBlanksAndMapsOfAccounts() {
    JobConfiguration configuration =
        configured("--runs.topics= a , b,c ", "--retention.accounts=acme:90, tiny:7,a:b : 1");

    assertThat(configuration.get(JobOptions.RUNS_TOPICS)).containsExactly("a", "b", "c");
    assertThat(configuration.retentionDays("acme")).isEqualTo(90);
    assertThat(configuration.retentionDays("tiny")).isEqualTo(7);
    assertThat(configuration.retentionDays("a:b")).isEqualTo(1);
    assertThat(configuration.retentionDays("another")).isEqualTo(30);
  }

  @Test
  void takesAnEmptyValueForNotSet() throws IOException {
    Path file = write("clickhouse.password-file=\nretention.accounts=\nrun.timeout=\n");

    JobConfiguration configuration = configured("--config", file.toString());

    assertThat(configuration.get(JobOptions.CLICKHOUSE_PASSWORD_FILE)).isNull();
    assertThat(configuration.get(JobOptions.RUN_TIMEOUT)).isZero();
    assertThat(configuration.retentionDays("acme")).isEqualTo(30);
  }

  @Test
  void reportsEveryProblemAtOnce() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () ->
                JobConfiguration.fromArgs(
                    new String[] {"--sink.batch-rows=0", "--nonsense=1", "--run.timeout", "stray"},
                    Map.of()))
        .satisfies(
            thrown ->
                assertThat(thrown.problems())
                    .extracting(problem -> problem.split(" ", 2)[0])
                    .containsExactly(
                        "sink.batch-rows",
                        "unknown",
                        "run.timeout",
                        "kafka.bootstrap.servers",
                        "clickhouse.url"))
        .withMessageStartingWith("The configuration has 5 problems:\n  - sink.batch-rows is '0'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--run.timeout=8 d | run.timeout (8 d) must not be more than run.max-open (7 d)",
        "--rollup.emit-interval=11 s | rollup.emit-interval (11 s) must not be more than"
            + " rollup.cold-emit-interval (10 s)",
        "--sink.retry-backoff-initial=1 min | sink.retry-backoff-initial (1 min) must not be more"
            + " than sink.retry-backoff-max (5 s)",
        "--retention.days=7 | event.max-age (30 d) must not be more than retention.days (7):"
            + " ClickHouse drops a row that is past its retention without a word",
      })
  void refusesOptionsThatContradictEachOther(String argument, String problem) {
    assertThatProblemsOf(argument).containsExactly(problem);
  }

  @Test
  void readsNoTopicWhereTheListIsEmpty() {
    assertThat(configured().get(JobOptions.LOGS_TOPICS)).containsExactly("script-logs");
    assertThat(configured("--logs.topics=").get(JobOptions.LOGS_TOPICS)).isEmpty();
    assertThat(configured("--otlp.logs.topics=").get(JobOptions.OTLP_LOGS_TOPICS)).isEmpty();
    assertThat(configured("--runs.topics=").get(JobOptions.RUNS_TOPICS))
        .containsExactly("script-runs");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--logs.topics=a,script-runs | runs.topics and logs.topics both name the topic"
            + " 'script-runs'; keep one",
        "--otlp.logs.topics=script-logs | logs.topics and otlp.logs.topics both name the topic"
            + " 'script-logs'; keep one",
        "--korelogger.attribute.script=source | korelogger.attribute.source and"
            + " korelogger.attribute.script both name the attribute 'source'; keep one",
      })
  void refusesWhatCouldBeReadInTwoWays(String argument, String problem) {
    assertThatProblemsOf(argument).containsExactly(problem);
  }

  @Test
  void refusesATopicOfBothLogsAndSpansOfOpenTelemetry() {
    assertThatProblemsOf("--otlp.logs.topics=x,otlp", "--otlp.spans.topics=otlp,y")
        .containsExactly(
            "otlp.logs.topics and otlp.spans.topics both name the topic 'otlp'; keep one");
  }

  @Test
  void refusesAPasswordAndAPasswordFile() throws IOException {
    Path file = write("clickhouse.password=" + SECRET + "\nclickhouse.password-file=/pw\n");

    assertThatProblemsOf("--config", file.toString())
        .containsExactly("clickhouse.password and clickhouse.password-file are both set; keep one");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "clickhouse.password",
        "run.hash-key",
        "kafka.sasl.jaas.config",
        "kafka.ssl.keystore.password",
        "kafka.ssl.keystore.key",
        "clickhouse.access_token",
      })
  void refusesASecretThatStandsOnTheCommandLine(String key) {
    for (String[] form : new String[][] {{"--" + key, SECRET}, {"--" + key + "=" + SECRET}}) {
      assertThatProblemsOf(form)
          .singleElement()
          .asString()
          .startsWith(key + " is a secret and must not stand on the command line")
          .contains("'--" + key + "=${NAME}'")
          .doesNotContain(SECRET);
    }
  }

  @Test
  void neverShowsASecret() throws IOException {
    Path file =
        write(
            "clickhouse.password="
                + SECRET
                + "\nkafka.sasl.jaas.config="
                + SECRET
                + "\njob.name=${NAME}\n");
    JobConfiguration configuration =
        JobConfiguration.fromArgs(
            required("--config", file.toString()), Map.of("NAME", SECRET + " is the name"));

    assertThat(configuration.toString())
        .doesNotContain(SECRET)
        .contains("clickhouse.password=******", "job.name=${NAME}", "localhost:9092");
  }

  @Test
  void neverShowsASecretInAnError() throws IOException {
    Path file = write("run.hash-key=" + SECRET + "\nclickhuose.password=" + SECRET + "\n");

    assertThatProblemsOf(
            "--config",
            file.toString(),
            "--clickhouse.url=http://me:" + SECRET + "@host:8123",
            "--sink.batch-rows=${NAME}",
            SECRET)
        .hasSize(5)
        .noneMatch(problem -> problem.contains(SECRET))
        .anyMatch(problem -> problem.startsWith("sink.batch-rows is '${NAME}'"))
        .anyMatch(problem -> problem.startsWith("run.hash-key has a value that is not valid"));
  }

  @Test
  void takesAnyNumberOfPatternsOfWhatIsMasked() throws IOException {
    Path file = write("redact.patterns.pin=\\\\d{4}\nredact.patterns.Bearer-token_1=bearer .+\n");

    JobConfiguration configuration =
        configured(
            "--config",
            file.toString(),
            "--redact.patterns.pin",
            "\\d{5}",
            "--redact.patterns.no=");

    assertThat(configuration.redaction()).hasToString("{Bearer-token_1=bearer .+, pin=\\d{5}}");
    assertThat(configuration.toString()).contains("redact.patterns.pin=\\d{5}", "bearer .+");
    assertThat(configured().redaction()).hasToString("{}");
  }

  @Test
  void takesAPatternOfTokensFromTheCommandLine() {
    assertThat(configured("--redact.patterns.token=a+").redaction()).hasToString("{token=a+}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redact.patterns.x=(a | redact.patterns.x is '(a'; it must be a Java regular expression: Unclosed group",
        "redact.patterns.x=a* | redact.patterns.x is 'a*'; it must not match the empty text",
        "redact.patterns.x=$ | redact.patterns.x is '$'; it must not match the empty text",
        "redact.patterns.a.b=a | redact.patterns.a.b has a name that is not of letters, digits, '-' and '_' alone: 'a.b'",
        "redact.patterns.=a | redact.patterns. has a name that is not of letters, digits, '-' and '_' alone: ''",
        "redact.pattern.x=a | unknown option redact.pattern.x; did you mean redact.patterns.NAME?",
        "redact.patterns=a | unknown option redact.patterns; did you mean redact.patterns.NAME?",
      })
  void refusesAPatternThatCannotMask(String argument, String problem) {
    assertThatProblemsOf("--" + argument).singleElement().asString().startsWith(problem);
  }

  @Test
  void showsExamplesOfPatternsThatWork() throws IOException {
    String examples =
        JobConfiguration.help()
            .lines()
            .filter(line -> line.startsWith("#redact.patterns."))
            .map(line -> line.substring(1))
            .collect(Collectors.joining("\n"));
    Redaction redaction = configured("--config", write(examples).toString()).redaction();
    Redactor redactor = new Redactor(redaction, new SimpleCounter());

    assertThat(
            redactor.text(
                "to jane.doe+x@mail.example.com, card 4111 1111 1111 1111 or 4111111111111111"))
        .isEqualTo("to [redacted:email], card [redacted:card] or [redacted:card]");
    assertThat(redactor.text("Authorization: Bearer eyJhbGciOi.J9-_~+/==; 1747202847238927 a@b"))
        .isEqualTo("Authorization: [redacted:bearer]; 1747202847238927 a@b");
    assertThat(redactor.text("A".repeat(100_000))).as("does not backtrack").hasSize(100_000);
  }

  @Test
  void refusesWhatIsSaidTwice() throws IOException {
    Path file = write("job.name=a\njob.name=b\n");

    assertThatProblemsOf("--config", file.toString(), "--run.memory=1 h", "--run.memory=2 h")
        .containsExactlyInAnyOrder(
            "job.name stands twice in " + file, "--run.memory is given twice");
  }

  @Test
  void saysWhatIsWrongWithTheArgumentsThemselves() {
    assertThatProblemsOf("stray", "--job.name", "--run.memory=1 h")
        .containsExactly(
            "argument 1 is no --key: use --key value or --key=value", "--job.name has no value");
  }

  @Test
  void saysWhichFileCannotBeRead() throws IOException {
    assertThatProblemsOf("--config", "/no/such/file")
        .singleElement()
        .asString()
        .contains("--config /no/such/file cannot be read", "NoSuchFile");
    Path file = write("captured.pattern=\\users\n");
    assertThatProblemsOf("--config", file.toString())
        .singleElement()
        .asString()
        .contains(file.toString(), "a backslash is written \\\\");
  }

  @Test
  void survivesSerialization() throws Exception {
    JobConfiguration configuration =
        configured("--kafka.client.id=me", "--retention.accounts=acme:9");

    JobConfiguration copy = InstantiationUtil.clone(configuration);

    assertThat(copy.kafkaProperties()).isEqualTo(configuration.kafkaProperties());
    assertThat(copy.retentionDays("acme")).isEqualTo(9);
    assertThat(copy).hasToString(configuration.toString());
  }

  @Test
  void shipsAFileThatListsEveryOptionWithTheDefaultsOfTheCode() throws IOException {
    Path shipped = Repository.path(SHIPPED);

    assertThat(shipped)
        .as("must be the output of --help; run the job with --help to write it anew")
        .content()
        .isEqualTo(JobConfiguration.help());
    for (var option : JobOptions.all()) {
      assertThat(shipped).content().containsPattern("(?m)^#?\\Q" + option.key() + "\\E=");
    }
  }

  @Test
  void shipsAFileThatTheJobStartsWithAndThatChangesNoDefault() {
    JobConfiguration configuration =
        JobConfiguration.fromArgs(
            new String[] {"--config", Repository.path(SHIPPED).toString()},
            Map.of("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092", "CLICKHOUSE_URL", "http://click:8123"));

    assertThat(JobOptions.all())
        .filteredOn(option -> option.hasDefaultValue())
        .isNotEmpty()
        .allSatisfy(
            option -> assertThat(configuration.get(option)).isEqualTo(option.defaultValue()));
  }

  @Test
  void describesEveryOptionAndAllowsItsDefault() {
    assertThat(JobOptions.declared().values())
        .allSatisfy(
            declared -> {
              assertThat(declared.description()).endsWith(".");
              assertThat(declared.group()).isNotBlank();
              assertThat(allowsItsDefault(declared)).isTrue();
            });
  }

  private static <T> boolean allowsItsDefault(OptionCatalogue.Declared<T> declared) {
    return !declared.option().hasDefaultValue()
        || declared.allowed().test().test(declared.option().defaultValue());
  }

  private static ListAssert<String> assertThatProblemsOf(String... args) {
    try {
      JobConfiguration.fromArgs(required(args), Map.of("NAME", SECRET));
    } catch (ConfigurationException e) {
      assertThat(e).message().doesNotContain(SECRET);
      return assertThat(e.problems());
    }
    throw new AssertionError("was accepted: " + Arrays.toString(args));
  }

  private static JobConfiguration configured(String... args) {
    return JobConfiguration.fromArgs(required(args), Map.of());
  }

  /** The given arguments, and what is required as far as they do not give it. */
  private static String[] required(String... args) {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    for (String argument :
        List.of(
            "--kafka.bootstrap.servers=localhost:9092", "--clickhouse.url=http://localhost:8123")) {
      String key = argument.substring(0, argument.indexOf('=') + 1);
      if (all.stream().noneMatch(given -> given.startsWith(key))) {
        all.add(argument);
      }
    }
    return all.toArray(String[]::new);
  }

  private Path write(String content) throws IOException {
    return Files.writeString(directory.resolve("job.properties"), content);
  }
}
