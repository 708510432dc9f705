package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of runs: order, pages, cursors while rows arrive; and a run's record. */
class RunListIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant START = Instant.parse("2024-04-01T00:00:00Z");
  private static final String DAY = "startTime=2024-04-01&endTime=2024-04-02";
  private static final AtomicInteger SCRIPTS = new AtomicInteger();

  @RegisterExtension static final ApiStack api = new ApiStack();

  @ParameterizedTest
  @CsvSource({
    "executedOn, desc", "executedOn, asc", "responseTime, desc", "responseTime, asc",
    "function, desc", "status, asc", "deploymentVersion, desc", "runId, asc",
    "memoryBytes, desc", "memoryBytes, asc", "cpuMs, desc", "cpuMs, asc",
    "sourceType, desc", "source, asc",
  })
  void pagesOfAnyOrderAddUpToTheWhole(String sort, String order) throws IOException {
    String script = newScript();
    Random random = new Random(7);
    List<ObjectNode> runs = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      // Many are equal in what is sorted by, some in their start too.
      ObjectNode run =
          RunTable.run(script, "r" + i, START.plusMillis(random.nextInt(50)), random.nextInt(5));
      run.put("function", "f" + random.nextInt(3)).put("deployment_version", random.nextInt(3));
      run.put("source_type", "t" + random.nextInt(2)).put("source", "s" + random.nextInt(3));
      if (random.nextBoolean()) {
        run.put("status", "Failed").putNull("response_time");
      }
      if (random.nextBoolean()) {
        run.put("memory_bytes", 1024 * random.nextInt(3)).put("cpu_ms", random.nextInt(3) / 10.0);
      }
      runs.add(run);
    }
    RunTable.insert(ApiStack.clickHouse(), runs);
    String list = "/v2/scripts/%s/runs?sort=%s&order=%s".formatted(script, sort, order);
    List<String> whole = ids(ok(list + "&" + DAY + "&limit=1000"));
    assertThat(whole).hasSize(200).doesNotHaveDuplicates();

    List<String> paged = new ArrayList<>();
    JsonNode page = ok(list + "&" + DAY + "&limit=7");
    while (true) {
      paged.addAll(ids(page));
      if (!page.get("pagination").get("hasMore").asBoolean()) {
        break;
      }
      page = ok(list + "&limit=7&cursor=" + page.get("pagination").get("nextCursor").asText());
    }

    assertThat(paged).isEqualTo(whole);
  }

  @Test
  void cursorsHoldWhileRowsArriveInTheRangeAndBehindIt() throws Exception {
    String script = newScript();
    List<ObjectNode> there = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      there.add(RunTable.run(script, "there_" + i, START.plusSeconds(i), i));
    }
    RunTable.insert(ApiStack.clickHouse(), there);
    AtomicBoolean stop = new AtomicBoolean();
    Thread writer = new Thread(() -> keepInserting(script, stop), "writer");
    writer.start();
    try {
      String list = "/v2/scripts/" + script + "/runs?limit=13";
      JsonNode page = ok(list + "&startTime=2024-04-01&endTime=2024-04-01T00:08:20Z");
      String end = page.get("endTime").asText();
      List<String> seen = new ArrayList<>(ids(page));
      while (page.get("pagination").get("hasMore").asBoolean()) {
        page = ok(list + "&cursor=" + page.get("pagination").get("nextCursor").asText());
        assertThat(page.get("endTime").asText()).isEqualTo(end);
        seen.addAll(ids(page));
      }

      assertThat(seen).doesNotHaveDuplicates();
      assertThat(seen.stream().filter(id -> id.startsWith("there_")))
          .containsExactlyElementsOf(
              IntStream.range(0, 500).mapToObj(i -> "there_" + (499 - i)).toList());
    } finally {
      stop.set(true);
      writer.join();
    }
  }

  /** Inserts runs into the range and behind its end, before and after whatever page is read. */
  private static void keepInserting(String script, AtomicBoolean stop) {
    Random random = new Random(3);
    for (int batch = 0; !stop.get(); batch++) {
      List<ObjectNode> runs = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        Instant start = START.plusMillis(random.nextInt(1_000_000));
        runs.add(RunTable.run(script, "new_%d_%d".formatted(batch, i), start, 1));
      }
      RunTable.insert(ApiStack.clickHouse(), runs);
    }
  }

  @Test
  void aCursorBelongsToOneQuestion() throws IOException {
    String script = newScript();
    List<ObjectNode> runs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      runs.add(RunTable.run(script, "r" + i, START.plusSeconds(i), 1));
    }
    RunTable.insert(ApiStack.clickHouse(), runs);
    String list = "/v2/scripts/" + script + "/runs?limit=1";
    String cursor = ok(list + "&" + DAY).get("pagination").get("nextCursor").asText();

    assertThat(ids(ok(list + "&cursor=" + cursor))).containsExactly("r1");
    for (String other :
        List.of(
            "&order=asc",
            "&sort=status",
            "&filter={\"not\":{\"column\":\"runId\",\"op\":\"empty\"}}")) {
      refused(
          list
              + other.replace("{", "%7B").replace("}", "%7D").replace("\"", "%22")
              + "&cursor="
              + cursor);
    }
    refused("/v2/scripts/other/runs?cursor=" + cursor);
    refused(list + "&offset=1&cursor=" + cursor);
    refused(list + "&" + DAY + "&cursor=" + cursor);
    for (int i = 0; i < cursor.length(); i += 5) {
      char changed = cursor.charAt(i) == 'A' ? 'B' : 'A';
      String spoilt = cursor.substring(0, i) + changed + cursor.substring(i + 1);
      assertThat(api.get(ApiStack.DORA, list + "&cursor=" + spoilt).statusCode()).isIn(200, 400);
    }
  }

  /** A cursor is not sealed, so whoever has one can make others. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":[TIME,\"r0\"]}",
        "{\"s\":START,\"a\":[TIME,\"r0\"]}",
        "{\"s\":END,\"e\":START,\"a\":[TIME,\"r0\"]}",
        "{\"s\":\"x\",\"e\":END,\"a\":[TIME,\"r0\"]}",
        "{\"s\":START,\"e\":END,\"a\":[-1,\"r0\"]}",
        "{\"s\":START,\"e\":END,\"a\":[TIME]}",
      })
  void aCursorThatNoPageGaveIsRefused(String made) throws IOException {
    String script = newScript();
    RunTable.insert(
        ApiStack.clickHouse(),
        List.of(
            RunTable.run(script, "r0", START, 1),
            RunTable.run(script, "r1", START.plusSeconds(1), 1)));
    String list = "/v2/scripts/" + script + "/runs?limit=1";
    String given = ok(list + "&" + DAY).get("pagination").get("nextCursor").asText();
    ObjectNode cursor = (ObjectNode) JSON.readTree(Base64.getUrlDecoder().decode(given));
    String times =
        made.replace("TIME", cursor.get("a").get(0).asText())
            .replace("START", cursor.get("s").asText())
            .replace("END", cursor.get("e").asText());
    cursor.retain("q");
    cursor.setAll((ObjectNode) JSON.readTree(times));

    HttpResponse<String> answer =
        api.get(ApiStack.DORA, list + "&cursor=" + encoded(cursor.toString()));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
  }

  private static String encoded(String cursor) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(cursor.getBytes(StandardCharsets.UTF_8));
  }

  private static void refused(String path) throws IOException {
    Problem.of(api.get(ApiStack.DORA, path), 400, "INVALID_PARAMETER");
  }

  @Test
  void theErrorsThatSayNothingAreAGroupToo() throws IOException {
    String script = newScript();
    ObjectNode silent = RunTable.run(script, "silent", START, 1).put("status", "Failed");
    ObjectNode known = RunTable.run(script, "known", START, 1).put("status", "Failed");
    RunTable.insert(
        ApiStack.clickHouse(),
        List.of(
            silent,
            known.put("error_group", 7),
            RunTable.run(script, "well", START.minusMillis(1), 1)));
    String day = "startTime=2024-03-31&endTime=2024-04-02";
    String path = "/v2/scripts/" + script;

    for (JsonNode error : ok(path + "/errors?" + day).get("errors")) {
      String group = error.get("errorGroup").asText();
      String filter = "{\"column\":\"errorGroup\",\"op\":\"equals\",\"value\":\"" + group + "\"}";
      JsonNode found =
          ok(
              path
                  + "/runs?"
                  + day
                  + "&filter="
                  + URLEncoder.encode(filter, StandardCharsets.UTF_8));
      assertThat(ids(found)).containsExactly(error.get("lastRunId").asText());
      assertThat(found.get("runs").get(0).get("errorGroup").asText()).isEqualTo(group);
    }
    assertThat(ok("/v2/runs/silent").get("errorGroup").asText()).isEqualTo("0");
    assertThat(ok("/v2/runs/well").get("errorGroup").asText()).isEmpty();
    assertThat(ok(path + "/volume?by=errorGroup&" + day).get("volume").findValuesAsText("value"))
        .containsExactlyInAnyOrder("", "0", "7");
  }

  @Test
  void aSummaryIsOfAllPages() throws IOException {
    String script = newScript();
    List<ObjectNode> runs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      runs.add(RunTable.run(script, "r" + i, START.plusSeconds(i), 10 * (i + 1)));
    }
    runs.add(
        RunTable.run(script, "failed", START, 1).put("status", "Failed").putNull("response_time"));
    RunTable.insert(ApiStack.clickHouse(), runs);

    JsonNode summary =
        ok("/v2/scripts/" + script + "/runs?limit=1&summary=true&" + DAY).get("summary");

    assertThat(summary.get("totalRuns").asInt()).isEqualTo(11);
    assertThat(summary.get("failureRate").asDouble()).isEqualTo(9.09);
    assertThat(summary.get("min").asDouble()).isEqualTo(10);
    assertThat(summary.get("max").asDouble()).isEqualTo(100);
    assertThat(summary.get("p50").asDouble()).isBetween(50.0, 60.0);
  }

  @Test
  void aRecordHasInputAndOutputAsJsonAndItsNeighbours() throws IOException {
    String script = newScript();
    List<ObjectNode> runs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      runs.add(
          RunTable.run(script, script + "_" + i, START.plusSeconds(i), 5)
              .put("input", "{\"id\":" + i + "}")
              .put("output", "{\"cut\":\"of"));
    }
    RunTable.insert(ApiStack.clickHouse(), runs);

    JsonNode record = ok("/v2/runs/" + script + "_1");

    assertThat(record.get("script").asText()).isEqualTo(script);
    assertThat(record.get("input")).isEqualTo(JSON.readTree("{\"id\":1}"));
    assertThat(record.get("output").asText()).isEqualTo("{\"cut\":\"of");
    assertThat(record.get("executedOn").asText()).isEqualTo("2024-04-01T00:00:01.000Z");
    assertThat(record.get("previousRunId").asText()).isEqualTo(script + "_2");
    assertThat(record.get("nextRunId").asText()).isEqualTo(script + "_0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v2/runs/no-such-run",
        "/v2/runs/no-such-run/logs",
        "/v2/scripts/no-such-script/runs",
        "/v2/scripts/no-such-script/logs",
        "/v2/scripts/no-such-script/metrics",
        "/v2/scripts/no-such-script/timeline",
        "/v2/scripts/no-such-script/versions",
        "/v2/scripts/no-such-script/deployments",
        "/v2/scripts/no-such-script/versions/1/verdict",
        "/v2/scripts/no-such-script/comparison?baseline=1&candidate=2",
        "/v2/scripts/no-such-script/density",
        "/v2/scripts/no-such-script/phases",
        "/v2/scripts/no-such-script/errors",
        "/v2/scripts/no-such-script/patterns",
        "/v2/scripts/no-such-script/facets",
        "/v2/scripts/no-such-script/logs/facets",
      })
  void whatDoesNotExistIsNotFound(String path) {
    assertThat(api.get(ApiStack.DORA, path).statusCode()).isEqualTo(404);
  }

  private static String newScript() {
    return "listed_" + SCRIPTS.incrementAndGet();
  }

  private static JsonNode ok(String path) throws IOException {
    HttpResponse<String> answer = api.get(ApiStack.DORA, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static List<String> ids(JsonNode page) {
    List<String> ids = new ArrayList<>();
    page.get("runs").forEach(run -> ids.add(run.get("runId").asText()));
    return ids;
  }
}
