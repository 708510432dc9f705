package dev.scriptanalytics.bench.throughput;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventStreamTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void repeatsAfterTheRestartOnlyRunsOfBefore() throws Exception {
    EventStream stream = new EventStream(Workload.REMEMBERED_RUNS, 3_000, 0, 60_000);
    Set<String> before = new HashSet<>();
    stream.send(0, stream.eventsBeforeRestart(), of -> before.add(of.key()));
    assertThat(stream.eventsBeforeRestart()).isEqualTo(2_000);
    assertThat(before).hasSize((int) stream.runsBeforeRestart());
    Set<String> after = new HashSet<>();
    Set<String> again = new HashSet<>();
    stream.send(
        stream.eventsBeforeRestart(),
        stream.runEvents(),
        of -> (before.contains(of.key()) ? again : after).add(of.key()));
    assertThat(again).hasSize(10);
    assertThat(before.size() + after.size()).isEqualTo((int) stream.runs());
  }

  @Test
  void startsAndEndsEveryRunOnceWhereManyAreOpen() throws Exception {
    EventStream stream = new EventStream(Workload.OPEN_RUNS, 3 * 4096, 0, 60_000);
    Set<String> open = new HashSet<>();
    Map<String, Integer> events = new HashMap<>();
    int[] mostOpen = new int[1];
    stream.send(
        0,
        stream.runEvents(),
        of -> {
          JsonNode event = JSON.readTree(of.value());
          boolean starts = event.path("status").asText().equals("in_progress");
          assertThat(starts ? open.add(of.key()) : open.remove(of.key())).isTrue();
          events.merge(of.key(), 1, Integer::sum);
          mostOpen[0] = Math.max(mostOpen[0], open.size());
        });
    assertThat(open).isEmpty();
    assertThat(events).hasSize((int) stream.runs());
    assertThat(mostOpen[0]).isEqualTo((int) stream.runsBeforeRestart() + 1);
  }

  @Test
  void startsAllThatAreOpenBeforeTheRestart() throws Exception {
    EventStream stream = new EventStream(Workload.OPEN_RUNS, 3 * 4096, 0, 60_000);
    Set<String> open = new HashSet<>();
    stream.send(0, stream.eventsBeforeRestart(), of -> open.add(of.key()));
    assertThat(open).hasSize((int) stream.runsBeforeRestart());
  }
}
