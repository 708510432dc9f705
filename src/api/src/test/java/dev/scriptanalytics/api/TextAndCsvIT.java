package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries as text, CSV and events, for readers that take some of their characters for orders. */
class TextAndCsvIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DAY = "startTime=2024-01-17&endTime=2024-01-18";
  private static final String TIME = "2024-01-17T10:00:00.000Z";
  private static final String BREAKS =
      "a\nb\rc\r\nd\u000be\ff\u001cg\u001dh\u001ei\u0085j\u2028k\u2029l\tm\u001b[2J\u009bn\u0000\u007f"
          + "\u061c\u200e\u200f\u202a\u202e\u2066\u2069\u200d";
  private static final String ESCAPED =
      "a\\nb\\rc\\nd\\x0be\\x0cf\\x1cg\\x1dh\\x1ei\\x85j\\u2028k\\u2029l\tm\\x1b[2J\\x9bn\\x00\\x7f"
          + "\\u061c\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069\u200d";

  @RegisterExtension static final ApiStack api = new ApiStack();

  private final String endpointId = "ep_" + UUID.randomUUID();

  @Test
  void anEntryIsOneLineOfTextWhateverItContains() throws IOException {
    insert(BREAKS);
    String line = TIME + " [INFO] s\\u2028x: " + ESCAPED + " (r\\n1)";

    assertThat(get("format=text")).isEqualTo(line + "\n");
    assertThat(JSON.readTree(get("lines=10")).get("logs").get(0).asText()).isEqualTo(line);
  }

  @Test
  @Timeout(60)
  void anEntryIsOneLineOfAStreamWhateverItContains() throws IOException {
    String before = Long.toString(System.currentTimeMillis() - 60_000);
    insert(BREAKS);
    HttpResponse<InputStream> answer =
        api.open(ApiStack.DORA, path("stream=true"), "Last-Event-ID", before);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null && !line.startsWith("data: ")) {
        line = lines.readLine();
      }
      assertThat(line)
          .doesNotContainPattern(
              "[\\x00-\\x1f\\x85\\x{2028}\\x{2029}\\x{61c}\\x{200e}\\x{202e}\\x{2066}]");
      assertThat(JSON.readTree(line.substring(6)).get("message").asText()).isEqualTo(BREAKS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"=1+1", "+A1", "-1", "@SUM(A1)", "\t=1", "＝1", "＋1", "－1", "＠A"})
  void aCellThatASpreadsheetWouldCalculateIsText(String message) {
    insert(message);

    assertThat(get("format=csv")).contains(TIME + ",info,'" + message + ",");
    assertThat(get("format=json")).doesNotContain("'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\r=1", "\n=1", "=HYPERLINK(\"http://x\",1)"})
  void aQuotedCellIsTextToo(String message) {
    insert(message);

    assertThat(get("format=csv")).contains(",\"'" + message.replace("\"", "\"\"") + "\",");
  }

  @Test
  void onlyTheFirstCharacterOfACellMakesAFormula() {
    insert("a=1-1");

    assertThat(get("format=csv")).contains(",info,a=1-1,");
  }

  @Test
  void csvBeginsWithAByteOrderMarkWhereOneIsAskedFor() {
    insert("Grüße");

    assertThat(get("format=csv")).startsWith("timestamp,");
    assertThat(get("format=csv&bom=false")).startsWith("timestamp,");
    assertThat(get("format=csv&bom=true")).startsWith("\ufefftimestamp,").contains("Grüße");
    assertThat(api.get(ApiStack.DORA, path(DAY + "&bom=true"), "Accept", "text/csv").body())
        .startsWith("\ufefftimestamp,");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bom=true",
        "bom=false&format=text",
        "bom=true&lines=5",
        "format=csv&bom=yes",
        "stream=true&bom=true"
      })
  void aByteOrderMarkIsRefusedWhereItMeansNothing(String query) throws IOException {
    HttpResponse<String> answer = api.get(ApiStack.DORA, path(query));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(answer.body()).get("details").get("parameter").asText())
        .isEqualTo("bom");
  }

  private void insert(String message) {
    LogTable.insert(
        ApiStack.clickHouse(),
        "acme",
        endpointId,
        LogTable.entries(
            LogTable.entry(TIME, "info", message)
                .put("source", "s\u2028x")
                .put("jobId", "r\n1")
                .put("logId", "1")));
  }

  private String path(String query) {
    return "/v2/endpoints/" + endpointId + "/logs?" + query;
  }

  private String get(String query) {
    HttpResponse<String> answer = api.get(ApiStack.DORA, path(DAY + "&" + query));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }
}
