package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries of one instant, whose order is their sequence and neither their ids nor their words. */
class LogOrderIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String INSTANT = "2024-01-18T10:00:00Z";
  private static final String LOGS =
      "/v2/endpoints/ep_instant/logs?startTime=2024-01-18&endTime=2024-01-19";
  private static final Pattern STEP = Pattern.compile("step \\d+");

  /** The last has the highest bit set, since sequences are unsigned. */
  private static final List<String> SEQUENCES =
      List.of("1", "2", "9", "10", "11", "4294967297", "4294967298", "18446744073709551615");

  @RegisterExtension static final ApiStack api = new ApiStack();

  @BeforeAll
  static void insertSteps() {
    LogTable.insert(ApiStack.clickHouse(), "acme", "ep_instant", shuffled());
    List<ObjectNode> sharing =
        IntStream.rangeClosed(1, 4)
            .mapToObj(
                i ->
                    LogTable.entry(INSTANT, "info", "of run " + i)
                        .put("logId", "7")
                        .put("jobId", "run " + i))
            .toList();
    LogTable.insert(ApiStack.clickHouse(), "acme", "ep_sharing", sharing);
  }

  private static List<ObjectNode> shuffled() {
    List<ObjectNode> steps = new ArrayList<>();
    for (int i = 0; i < SEQUENCES.size(); i++) {
      steps.add(
          LogTable.entry(INSTANT, "info", "step " + i)
              .put("sequence", SEQUENCES.get(i))
              .put("logId", "log_" + i * 5 % 8));
    }
    Collections.rotate(steps, 3);
    return steps;
  }

  private static List<String> oldestFirst() {
    return IntStream.range(0, SEQUENCES.size()).mapToObj(i -> "step " + i).toList();
  }

  private static List<String> newestFirst() {
    List<String> steps = new ArrayList<>(oldestFirst());
    Collections.reverse(steps);
    return steps;
  }

  private static List<String> steps(String text) {
    return STEP.matcher(text).results().map(MatchResult::group).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"format=json", "format=text", "format=csv", "lines=100"})
  void anAnswerHasThemInOrderFromEitherEnd(String form) {
    assertThat(steps(api.get(ApiStack.DORA, LOGS + "&" + form).body())).isEqualTo(oldestFirst());
    assertThat(steps(api.get(ApiStack.DORA, LOGS + "&order=desc&" + form).body()))
        .isEqualTo(newestFirst());
  }

  @Test
  void aSearchHasThemInOrderWhateverItSortsBy() {
    String search =
        """
        {"endpointIds":["ep_instant"],"filters":{"timeRange":
          {"start":"2024-01-18","end":"2024-01-19"}},"sort":{"field":"level","order":"asc"}}
        """;
    assertThat(steps(api.post(ApiStack.DORA, "/v2/endpoints/logs/search", search).body()))
        .isEqualTo(oldestFirst());
  }

  @Test
  @Timeout(60)
  void aStreamHasThemInOrder() throws IOException {
    String before = Long.toString(System.currentTimeMillis() - 60_000);
    LogTable.insert(ApiStack.clickHouse(), "acme", "ep_instant_live", shuffled());
    HttpResponse<InputStream> answer =
        api.open(
            ApiStack.DORA,
            "/v2/endpoints/ep_instant_live/logs?stream=true",
            "Last-Event-ID",
            before);
    List<String> streamed = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
      while (streamed.size() < SEQUENCES.size()) {
        String line = lines.readLine();
        assertThat(line).as("a stream that stays open").isNotNull();
        streamed.addAll(steps(line));
      }
    }
    assertThat(streamed).isEqualTo(oldestFirst());
  }

  @Test
  void runsThatShareALogIdHaveAnEntryEachOnPagesToo() throws IOException {
    List<String> messages = new ArrayList<>();
    for (int offset = 0; offset < 4; offset++) {
      JsonNode page =
          JSON.readTree(
              api.get(
                      ApiStack.DORA,
                      LOGS.replace("ep_instant", "ep_sharing") + "&limit=1&offset=" + offset)
                  .body());
      assertThat(page.get("totalLogs").asInt()).isEqualTo(4);
      messages.addAll(page.get("logs").findValuesAsText("message"));
    }
    assertThat(messages).containsExactly("of run 1", "of run 2", "of run 3", "of run 4");
  }
}
