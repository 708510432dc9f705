package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * The page in a real Chromium. Node runs the tests of {@code src/page/test}; each is a test here,
 * with its own name, failure and stack.
 */
class PageIT {
  @RegisterExtension static final ApiStack api = new ApiStack();

  @TestFactory
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  Stream<DynamicTest> thePage() throws Exception {
    boolean suits =
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64");
    assumeTrue(
        suits || System.getenv("BROWSER_PATH") != null,
        "Chromium from npm is for Linux on x86-64: let BROWSER_PATH name another browser");
    PageRows.insert(ApiStack.clickHouse());
    Path report = Path.of("target", "page-tests.xml").toAbsolutePath();
    Files.deleteIfExists(report);
    Path output = Path.of("target", "page-tests.log").toAbsolutePath();
    // The tests take ClickHouse away from this server: they are what listens where it asks.
    int proxied = Ports.free();
    try (ApiServer apart =
        FaultyStack.start(ApiStack.clickHouse(), "--clickhouse.url=http://127.0.0.1:" + proxied)) {
      run(report, output, apart, proxied);
    }
    List<DynamicTest> tests = read(report);
    assertThat(tests).as("tests of Node; its output is in %s", output).isNotEmpty();
    return tests.stream();
  }

  private static void run(Path report, Path output, ApiServer apart, int proxied)
      throws IOException, InterruptedException {
    // Chromium is unpacked to the temporary directory.
    Path temporary = Files.createDirectories(Path.of("target", "page-tests").toAbsolutePath());
    ProcessBuilder node =
        new ProcessBuilder(
            "node",
            "--test",
            "--test-reporter=junit",
            "--test-reporter-destination=" + report,
            "page.test.mjs");
    node.directory(Repository.path("src/page/test").toFile());
    node.environment().put("TMPDIR", temporary.toString());
    node.environment().put("PAGE_URL", api.address("/").toString());
    node.environment().put("PAGE_KEY", key());
    node.environment().put("PAGE_OTHER_KEY", ApiStack.keyOf("many"));
    node.environment().put("PAGE_APART", "http://127.0.0.1:" + apart.port());
    node.environment().put("PAGE_PROXIED", Integer.toString(proxied));
    // For what arrives while a test looks.
    node.environment().put("PAGE_CLICKHOUSE", ApiStack.clickHouse().httpUrl().toString());
    node.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process = node.start();
    try {
      process.waitFor();
    } finally {
      process.destroy();
    }
  }

  /** A key that sees both accounts of {@link PageRows}. */
  private static String key() {
    String key = ApiStack.keyOf("shop");
    byte[] decoded = Base64.getUrlDecoder().decode(key.substring("sa_".length()));
    String user = new String(decoded, StandardCharsets.UTF_8).replaceFirst(":.*", "");
    ApiStack.clickHouse()
        .query("INSERT INTO script_analytics.reader_accounts VALUES ('" + user + "', 'many')");
    return key;
  }

  private static List<DynamicTest> read(Path report) throws Exception {
    // Messages of Playwright are coloured, and XML cannot hold an escape character.
    String xml = Files.readString(report).replaceAll("\\x1b\\[\\d+m", "");
    NodeList cases =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(xml)))
            .getElementsByTagName("testcase");
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < cases.getLength(); i++) {
      Element one = (Element) cases.item(i);
      NodeList failures = one.getElementsByTagName("failure");
      String failure = failures.getLength() == 0 ? null : failures.item(0).getTextContent();
      tests.add(
          DynamicTest.dynamicTest(
              one.getAttribute("name"), () -> assertThat(failure).as("failure in Node").isNull()));
    }
    return tests;
  }
}
