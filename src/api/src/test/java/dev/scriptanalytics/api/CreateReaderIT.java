package dev.scriptanalytics.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.api.access.Keys;
import dev.scriptanalytics.api.configuration.ApiConfiguration;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code deploy/clickhouse/create-reader}, and the keys that it makes. */
class CreateReaderIT {
  private static final Pattern KEY = Pattern.compile("\\bsa_[A-Za-z0-9_-]{80,}\\b");
  private static final Pattern HASH = Pattern.compile("<password_sha256_hex>([0-9a-f]{64})<");
  private static final Pattern INSERT = Pattern.compile("(?m)^INSERT INTO .*(?=;$)");
  private static final Pattern DELETE = Pattern.compile("(?m)^DELETE FROM .*(?=;$)");

  @TempDir private Path directory;

  private record Outcome(int exitCode, String output, String messages) {
    String key() {
      return first(KEY, output);
    }

    String insert() {
      return first(INSERT, output);
    }

    String delete() {
      return first(DELETE, output);
    }
  }

  @Test
  void aKeyReadsItsAccountsWithItsPermissionsUntilItsFileIsGone() throws Exception {
    Path home = Files.createDirectory(directory.resolve("configuration"));
    Path users = Files.createDirectory(home.resolve("users.d"));
    for (String file : List.of("config.xml", "users.xml")) {
      Files.copy(Repository.path("deploy/clickhouse/" + file), home.resolve(file));
    }
    Path file = users.resolve("acme_api.xml");
    Outcome acme = create("acme", "--xml", file.toString());
    Outcome partner =
        create(
            "--account",
            "o'brien \\ söhne",
            "globex",
            "--user",
            "partner",
            "--permissions",
            "runs:read",
            "--xml",
            users.resolve("partner.xml").toString());
    try (TestClickHouse clickHouse =
            TestClickHouse.start(home.resolve("server"), home.resolve("config.xml"), Map.of());
        ApiServer server = api(clickHouse)) {
      clickHouse.applySql();
      clickHouse.query(acme.insert());
      clickHouse.query(partner.insert());
      clickHouse.query(
          "INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version, log_level,"
              + " log_message, retention_days) SELECT 'acme', 'pay', now64(6) - 60, '1', 3, 'Info',"
              + " 'hello', 30");

      assertThat(logs(server, acme.key(), "").body()).contains("hello");
      assertThat(logs(server, acme.key(), "globex").statusCode()).isEqualTo(403);
      for (String account : List.of("globex", "o'brien \\ söhne")) {
        assertThat(logs(server, partner.key(), account))
            .satisfies(
                answer -> {
                  assertThat(answer.statusCode()).isEqualTo(403);
                  assertThat(answer.body()).contains("\"currentPermissions\":[\"runs:read\"]");
                });
      }
      assertThat(
              clickHouse.query(
                  "SELECT groupArray(account) FROM (SELECT account"
                      + " FROM script_analytics.reader_accounts WHERE user = 'partner'"
                      + " ORDER BY account) FORMAT TSVRaw"))
          .isEqualTo("['globex','o\\'brien \\\\ söhne']");

      Files.delete(file);
      // ClickHouse's server looks at users.d every other second; the library of the tests does not.
      clickHouse.restart();
      clickHouse.query(acme.delete());

      // The API server still remembers the key, which lets nobody in.
      assertThat(logs(server, acme.key(), "").statusCode()).isEqualTo(401);
      assertThat(logs(server, partner.key(), "globex").statusCode()).isEqualTo(403);
      assertThat(
              clickHouse.query(
                  "SELECT DISTINCT user FROM script_analytics.reader_accounts WHERE account != '*'"))
          .isEqualTo("partner");
    }
  }

  @Test
  void theKeyIsOfTheUserAndOfTheSecretWhoseHashIsInTheFile() throws Exception {
    Outcome created = create("acme");
    String[] userAndSecret = parts(created.key());

    assertThat(userAndSecret[0]).isEqualTo("acme_api");
    assertThat(userAndSecret[1]).hasSizeGreaterThanOrEqualTo(43);
    assertThat(first(HASH, created.output())).isEqualTo(ClickHouseProgram.sha256(userAndSecret[1]));
    assertThat(created.key()).isEqualTo(Keys.of(userAndSecret[0], userAndSecret[1]));
    assertThat(KEY.matcher(created.output()).results()).as("keys shown").hasSize(1);
    assertThat(created.output()).doesNotContain(userAndSecret[1]);
    assertThat(parts(create("acme").key())[1]).isNotEqualTo(userAndSecret[1]);
  }

  /** The tools that it starts report what they were started with. */
  @Test
  void noProgramIsStartedWithTheSecretAmongItsArguments() throws Exception {
    Path calls = directory.resolve("calls");
    Path tools = Files.createDirectory(directory.resolve("tools"));
    for (String tool :
        List.of("od", "tr", "cut", "sed", "cat", "sha256sum", "shasum", "base64", "openssl")) {
      Path wrapper =
          Files.writeString(
              tools.resolve(tool),
              "#!/bin/sh\necho \"%s $*\" >>'%s'\nPATH=${PATH#*:} exec %s \"$@\"\n"
                  .formatted(tool, calls, tool));
      assertThat(wrapper.toFile().setExecutable(true)).isTrue();
    }

    Outcome created = run(Map.of("PATH", tools + ":" + System.getenv("PATH")), "acme");

    assertThat(calls).content().contains("od ").contains("tr ");
    for (String secret : List.of(created.key(), parts(created.key())[1])) {
      assertThat(calls).content().doesNotContain(secret);
    }
  }

  @Test
  void filesAreWrittenOnlyWhereTheyAreAskedForAndTheKeyForItsOwnerOnly() throws Exception {
    Path work = Files.createDirectory(directory.resolve("work"));
    Path xml = work.resolve("acme_api.xml");
    Path key = work.resolve("key");
    create("acme");
    assertThat(work).isEmptyDirectory();

    Outcome created = create("acme", "--xml", xml.toString(), "--key-file", key.toString());

    assertThat(created.output()).contains(xml.toString(), key.toString()).doesNotContain("sa_");
    assertThat(Files.readString(key)).containsPattern(KEY).endsWith("\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    assertThat(xml)
        .content()
        .contains("GRANT script_views_reader", "<ip>::/0</ip>")
        .doesNotContain(parts(Files.readString(key).strip())[1]);
    try (var files = Files.list(work)) {
      assertThat(files).containsExactlyInAnyOrder(xml, key);
    }
    assertThat(run(Map.of(), "acme", "--xml", xml.toString()))
        .isEqualTo(new Outcome(2, "", xml + " exists already.\n"));
  }

  @Test
  void permissionsLimitsAndNetworksAreAsAskedFor() throws Exception {
    assertThat(
            create(
                    "acme",
                    "--permissions",
                    "export,stream,logs:read",
                    "--profile",
                    "mine",
                    "--quota",
                    "ours",
                    "--network",
                    "10.0.0.0/8",
                    "--network",
                    "::1")
                .output())
        .contains(
            "GRANT api_export<",
            "GRANT api_stream<",
            "GRANT api_logs_read<",
            "<profile>mine</profile>",
            "<quota>ours</quota>",
            "<networks><ip>10.0.0.0/8</ip><ip>::1</ip></networks>")
        .doesNotContain("runs_read", "script_views_reader");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                                | Which account?",
        "a b                             | --user is needed",
        "1acme                           | --user is needed",
        "acme globex_                    | --user is needed",
        "acme --user a-b                 | --user needs a name",
        "acme --user <x/>                | --user needs a name",
        "acme --user default             | There is a user default already",
        "acme --user script_reader       | There is a user script_reader already",
        "acme --permissions logs:write   | There is no permission 'logs:write'",
        "acme --permissions ,            | There is no permission ''",
        "acme --profile a'b              | --profile needs a name",
        "acme --quota <x/>               | --quota needs a name",
        "acme --network <ip/>            | --network needs an address",
        "acme --xml                      | --xml needs a value",
        "acme --secret x                 | Unknown option --secret",
      })
  void aWrongCommandLineSaysWhatIsWrong(String arguments, String message) throws Exception {
    List<String> words = new ArrayList<>();
    if (arguments != null) {
      words.addAll(List.of(arguments.split(arguments.equals("a b") ? "\n" : " ", -1)));
    }

    Outcome refused = run(Map.of(), words.toArray(String[]::new));

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.messages()).startsWith(message);
    assertThat(refused.output()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "a\u0001", "a\u007f"})
  void anAccountOfNothingOrWithControlCharactersIsRefused(String account) throws Exception {
    assertThat(run(Map.of(), "--user", "x", "--account", account))
        .satisfies(
            refused -> {
              assertThat(refused.exitCode()).isEqualTo(2);
              assertThat(refused.messages()).startsWith("An account cannot");
            });
  }

  @Test
  void helpListsEveryOption() throws Exception {
    Matcher options =
        Pattern.compile("--[a-z-]+(?: \\| --[a-z-]+)+")
            .matcher(Files.readString(Repository.path("deploy/clickhouse/create-reader")));
    assertThat(options.find()).isTrue();
    assertThat(create("--help").output()).contains(options.group().split(" \\| ", -1));
  }

  private static ApiServer api(TestClickHouse clickHouse) {
    return ApiServer.start(
        ApiConfiguration.read(
            new String[] {"--api.port=0", "--clickhouse.url=" + clickHouse.httpUrl()}, Map.of()));
  }

  private static HttpResponse<String> logs(ApiServer server, String key, String account)
      throws IOException, InterruptedException {
    String query = account.isEmpty() ? "" : "?account=" + URLEncoder.encode(account, UTF_8);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:" + server.port() + "/v2/endpoints/pay/logs" + query))
                .header("Authorization", "Bearer " + key)
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private Outcome create(String... arguments) throws IOException, InterruptedException {
    Outcome created = run(Map.of(), arguments);
    assertThat(created.messages()).isEmpty();
    assertThat(created.exitCode()).isZero();
    return created;
  }

  private Outcome run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Repository.path("deploy/clickhouse/create-reader").toString());
    command.addAll(List.of(arguments));
    Path messages = Files.createTempFile(directory, "messages", "");
    ProcessBuilder script = new ProcessBuilder(command).redirectError(messages.toFile());
    script.environment().putAll(environment);
    Process process = script.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), output, Files.readString(messages));
  }

  private static String[] parts(String key) {
    return new String(Base64.getUrlDecoder().decode(key.substring(3)), UTF_8).split(":", 2);
  }

  private static String first(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    assertThat(found.find()).as(text).isTrue();
    return found.group(found.groupCount());
  }
}
