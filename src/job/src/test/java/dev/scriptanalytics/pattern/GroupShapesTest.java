package dev.scriptanalytics.pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.event.ScriptSerializer;
import dev.scriptanalytics.row.RowReader;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupShapesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final int KEY_GROUPS = 12;
  private static final long PLENTY = 1 << 20;

  private final Map<Object, String> texts = new HashMap<>();
  private InterceptingOperatorMetricGroup metrics;
  private KeyedOneInputStreamOperatorTestHarness<Script, NewShape, byte[]> harness;

  @BeforeEach
  void open() throws Exception {
    open(new HashMapStateBackend(), PLENTY, 1, 0, null);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void writesTheRowOfAShape() throws Exception {
    Instant seen = Instant.parse("2026-11-20T09:59:58.123456Z");
    long micros = seen.getEpochSecond() * 1_000_000 + 123_456;
    harness.processElement(
        new StreamRecord<>(
            new NewShape(Script.of("acme", "pay"), -7, "user * is in".getBytes(UTF_8), micros)));

    assertThat(rows())
        .containsExactly(
            Map.of(
                "account", "acme",
                "script", "pay",
                "shape", -7L,
                "text", "user * is in",
                "pattern", -7L,
                "template", "user * is in",
                "first_seen", seen));
  }

  @Test
  void groupsTheShapesOfEachScriptForItself() throws Exception {
    send("acme", "pay", "from a.example to x at *");
    send("acme", "buy", "from b.example to x at *");
    send("globex", "pay", "from c.example to x at *");
    send("acme", "pay", "from d.example to x at *");

    assertThat(founders())
        .containsEntry("acme pay from d.example to x at *", "from a.example to x at *")
        .containsEntry("acme buy from b.example to x at *", "from b.example to x at *")
        .containsEntry("globex pay from c.example to x at *", "from c.example to x at *");
  }

  @Test
  void writesAgainWhatComesAgain() throws Exception {
    send("acme", "pay", "one shape");
    send("acme", "pay", "one shape");

    assertThat(rows()).hasSize(2);
  }

  @Test
  void goesOnAfterARestore() throws Exception {
    send("acme", "pay", "from a.example to x at *");
    restore();
    send("acme", "pay", "from b.example to x at *");

    assertThat(founders())
        .containsEntry("acme pay from b.example to x at *", "from a.example to x at *");
  }

  @Test
  void movesWithItsScriptWhenTheJobIsRescaled() throws Exception {
    for (int i = 0; i < 20; i++) {
      send("acme", "script" + i, "from a.example to x at *");
    }
    OperatorSubtaskState all = harness.snapshot(1, 1);
    int moved = 0;
    for (int index = 0; index < 3; index++) {
      harness.close();
      open(
          new HashMapStateBackend(),
          PLENTY,
          3,
          index,
          AbstractStreamOperatorTestHarness.repartitionOperatorState(all, KEY_GROUPS, 1, 3, index));
      int restored = (int) gauge(GroupShapes.SCRIPTS);
      assertThat(restored).isBetween(1, 19);
      moved += restored;
    }
    assertThat(moved).isEqualTo(20);
  }

  @Test
  void forgetsTheScriptThatHasShownNothingForLongest() throws Exception {
    restart(10_000);
    send("acme", "first", "from a.example to x at *");
    for (int i = 0; i < 100; i++) {
      send("acme", "script" + i, "some shape");
      assertThat((long) gauge(GroupShapes.BYTES)).isLessThanOrEqualTo(10_000);
    }
    int kept = (int) gauge(GroupShapes.SCRIPTS);
    assertThat(kept).isBetween(2, 50);
    assertThat(harness.numKeyedStateEntries()).isEqualTo(kept);
    assertThat(counter(GroupShapes.FORGOTTEN)).isEqualTo(101 - kept);

    send("acme", "first", "from b.example to x at *");
    assertThat(founders())
        .containsEntry("acme first from b.example to x at *", "from b.example to x at *");
  }

  @Test
  void forgetsWhatIsTooMuchForItsBoundAfterARestore() throws Exception {
    for (int i = 0; i < 100; i++) {
      send("acme", "script" + i, "some shape");
    }
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    open(new HashMapStateBackend(), 10_000, 1, 0, state);

    assertThat((long) gauge(GroupShapes.BYTES)).isLessThanOrEqualTo(10_000);
    assertThat(harness.numKeyedStateEntries()).isEqualTo((int) gauge(GroupShapes.SCRIPTS));
  }

  @Test
  void countsTheShapesOfADayThatGetNoPattern() throws Exception {
    for (int i = 0; i < ScriptPatterns.MAX_SHAPES + 3; i++) {
      send("acme", "pay", "value." + i);
    }
    assertThat(counter(GroupShapes.UNGROUPED)).isEqualTo(3);
    assertThat(rows()).hasSize(ScriptPatterns.MAX_SHAPES);

    harness.setProcessingTime(NOW.plus(Duration.ofDays(1)).toEpochMilli());
    send("acme", "pay", "value.again");
    assertThat(rows()).hasSize(ScriptPatterns.MAX_SHAPES + 1);
  }

  @Test
  void keepsTheSamePatternsInRocksDb() throws Exception {
    harness.close();
    open(new EmbeddedRocksDBStateBackend(), PLENTY, 1, 0, null);
    send("acme", "pay", "from a.example to x at *");
    send("acme", "pay", "from b.example to x at *");

    assertThat(founders())
        .containsEntry("acme pay from b.example to x at *", "from a.example to x at *");
  }

  private void restart(long maxBytes) throws Exception {
    harness.close();
    open(new HashMapStateBackend(), maxBytes, 1, 0, null);
  }

  private void restore() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    open(new HashMapStateBackend(), PLENTY, 1, 0, state);
  }

  private void open(
      StateBackend backend, long maxBytes, int parallelism, int index, OperatorSubtaskState state)
      throws Exception {
    metrics = new InterceptingOperatorMetricGroup();
    MockEnvironment environment =
        MockEnvironment.builder()
            .setMaxParallelism(KEY_GROUPS)
            .setParallelism(parallelism)
            .setSubtaskIndex(index)
            .setManagedMemorySize(64 << 20)
            .setMetricGroup(
                new InterceptingTaskMetricGroup() {
                  @Override
                  public InternalOperatorMetricGroup getOrAddOperator(
                      OperatorID id, String name, Map<String, String> variables) {
                    return metrics;
                  }
                })
            .build();
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new GroupShapes(maxBytes), NewShape::script, ScriptSerializer.TYPE, environment);
    harness.setProcessingTime(NOW.toEpochMilli());
    harness.setStateBackend(backend);
    harness.setup(PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO.createSerializer(null));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  private void send(String account, String script, String text) throws Exception {
    texts.put((long) text.hashCode(), text);
    harness.processElement(
        new StreamRecord<>(
            new NewShape(Script.of(account, script), text.hashCode(), text.getBytes(UTF_8), 1)));
  }

  private List<Map<String, Object>> rows() {
    return harness.extractOutputValues().stream().map(RowReader::shapeRow).toList();
  }

  /** The text of the shape that founded the pattern of each shape, by account, script and shape. */
  private Map<String, String> founders() {
    Map<String, String> founders = new LinkedHashMap<>();
    for (Map<String, Object> row : rows()) {
      founders.put(
          row.get("account") + " " + row.get("script") + " " + row.get("text"),
          texts.get(row.get("pattern")));
    }
    return founders;
  }

  private Object gauge(String name) {
    return ((Gauge<?>) metrics.get(name)).getValue();
  }

  private long counter(String name) {
    return ((Counter) metrics.get(name)).getCount();
  }
}
