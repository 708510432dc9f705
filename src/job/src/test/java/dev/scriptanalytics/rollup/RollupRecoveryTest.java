package dev.scriptanalytics.rollup;

import static dev.scriptanalytics.rollup.SampleFacts.ARRIVAL;
import static dev.scriptanalytics.rollup.SampleFacts.fact;
import static dev.scriptanalytics.rollup.SampleFacts.millis;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.Script;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Facts and watermarks go through the operators and into tables that keep the fullest row of a key,
 * once in peace and once with checkpoints, failures and changes of parallelism.
 */
class RollupRecoveryTest {
  private static final int MAX_PARALLELISM = 128;
  private static final List<Fact.Kind> KINDS = List.of(Fact.Kind.values());

  /** What readers take as the settled hour; static, since operators are serialized. */
  private static final AtomicLong PUBLISHED = new AtomicLong();

  @BeforeEach
  void forgetWhatWasPublished() {
    PUBLISHED.set(0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void endsWithTheSameMinutesWhateverFails(long seed) throws Exception {
    List<Object> input = input(seed, 6_000, 1);
    Map<CellKey, String> expected = inPeace(input, 1).minutes.contents();
    forgetWhatWasPublished();

    Tables tables = withFailures(input, new HashMapStateBackend(), new Random(seed));

    assertThat(tables.minutes.contents()).isEqualTo(expected);
  }

  @Test
  void endsWithTheSameMinutesOnRocksDb() throws Exception {
    List<Object> input = input(9, 1_500, 1);
    Map<CellKey, String> expected = inPeace(input, 1).minutes.contents();
    forgetWhatWasPublished();

    Tables tables = withFailures(input, new EmbeddedRocksDBStateBackend(), new Random(9));

    assertThat(tables.minutes.contents()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15})
  void hasEveryFactOfASettledHourInItsHourRowsWhateverFails(long seed) throws Exception {
    List<Object> input = input(seed, 6_000, 9);

    Tables tables = withFailures(input, new HashMapStateBackend(), new Random(seed));

    assertThat(PUBLISHED.get()).isGreaterThan(ARRIVAL);
    assertThat(tables.settledHours()).isNotEmpty().isEqualTo(tables.settledMinutes());
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void countsEveryFactOnceHoweverManyDeploymentIdsThereAre(long seed) throws Exception {
    List<Object> input = input(seed, 6_000, 9);

    Tables tables = withFailures(input, new HashMapStateBackend(), new Random(seed));

    assertThat(tables.minutes.facts()).isEqualTo(facts(input));
    Map<CellKey, Set<String>> ids = new HashMap<>();
    tables.minutes.rows.keySet().stream()
        .filter(key -> key.deploymentVersion() == 0)
        .forEach(
            key ->
                ids.computeIfAbsent(key.ofHour(), hour -> new HashSet<>()).add(key.deploymentId()));
    assertThat(ids.values()).allMatch(ofHour -> ofHour.size() <= 4);
    assertThat(ids.values()).anyMatch(ofHour -> ofHour.contains(HourCells.OTHER));
  }

  @Test
  void countsEveryFactOnce() throws Exception {
    List<Object> input = input(10, 6_000, 1);

    assertThat(inPeace(input, 2).minutes.facts()).isEqualTo(facts(input));
  }

  private static long facts(List<Object> input) {
    return input.stream()
        .filter(Fact.class::isInstance)
        .mapToInt(fact -> ((Fact) fact).kind.facts())
        .sum();
  }

  private static Tables inPeace(List<Object> input, int parallelism) throws Exception {
    Tables table = new Tables();
    Job job = new Job(new HashMapStateBackend(), parallelism, null, table);
    for (Object element : input) {
      job.process(element);
    }
    job.finish();
    job.close();
    table.flush();
    return table;
  }

  private static Tables withFailures(List<Object> input, StateBackend backend, Random random)
      throws Exception {
    Tables table = new Tables();
    Job job = new Job(backend, 1, null, table);
    Checkpoint last = null;
    int lastPosition = 0;
    int failures = 0;
    int furthest = 0;
    for (int position = 0; position < input.size(); position++) {
      job.process(input.get(position));
      switch (random.nextInt(400)) {
        case 0, 1, 2 -> {
          last = job.checkpoint();
          lastPosition = position;
          table.flush();
          job.completeCheckpoint();
          // A failed attempt may have written minutes of facts that are still to be read again.
          if (position >= furthest) {
            table.assertThatHoursAreAsFreshAsMinutes();
          }
        }
        case 3 -> {
          job.close();
          table.lose(random);
          furthest = Math.max(furthest, position);
          job = new Job(backend, 1 + random.nextInt(2), last, table);
          position = last == null ? -1 : lastPosition;
          failures++;
        }
        default -> job.advanceClock(random.nextInt(100));
      }
    }
    job.finish();
    job.close();
    table.flush();
    assertThat(failures).isPositive();
    return table;
  }

  /** Facts as they arrive, hour by hour, and the watermarks between them. */
  private static List<Object> input(long seed, int count, int ids) {
    Random random = new Random(seed);
    List<Object> input = new ArrayList<>();
    double seconds = 0;
    for (int i = 0; i < count; i++) {
      seconds += random.nextDouble() * 6;
      if (random.nextInt(20) == 0) {
        input.add(new Watermark(millis((long) seconds)));
      }
      long arrival = ARRIVAL + (long) (seconds + 30 * random.nextDouble()) / 3600 * 3600;
      long start = ARRIVAL - 600 + (long) (seconds * random.nextDouble());
      int version = random.nextInt(2);
      // Enough for the hot cells to fold their digests.
      CellKey key =
          random.nextInt(3) > 0
              ? new CellKey(Script.of("acme", "Hot"), 1, "", ARRIVAL, arrival)
              : new CellKey(
                  Script.of("acme", "Cold" + random.nextInt(9)),
                  version,
                  version == 0 ? "id " + random.nextInt(ids) : "",
                  start / 60 * 60,
                  arrival);
      Fact.Kind kind =
          random.nextInt(5) > 0 ? Fact.Kind.SUCCEEDED : KINDS.get(random.nextInt(KINDS.size()));
      input.add(fact(kind, key, 1_000 * random.nextDouble()));
    }
    return input;
  }

  /** What a checkpoint holds of both operators. */
  private record Checkpoint(
      OperatorSubtaskState aggregation, OperatorSubtaskState cells, int parallelism) {}

  /** Both operators, the second at a parallelism of its own. */
  private static final class Job {
    private final OneInputStreamOperatorTestHarness<Fact, FactBatch> aggregation;
    private final List<KeyedOneInputStreamOperatorTestHarness<CellKey, FactBatch, RollupRow>>
        cells = new ArrayList<>();
    private final OneInputStreamOperatorTestHarness<SettledProgress, Long> publication;
    private final Tables table;
    private long clock;
    private long checkpoints;

    Job(StateBackend backend, int parallelism, Checkpoint restored, Tables table) throws Exception {
      this.table = table;
      aggregation =
          new OneInputStreamOperatorTestHarness<>(new AggregateFacts(SampleFacts.SETTINGS));
      aggregation.setup(FactBatchSerializer.TYPE.createSerializer(new SerializerConfigImpl()));
      aggregation.setProcessingTime(clock);
      if (restored != null) {
        aggregation.initializeState(restored.aggregation);
      }
      aggregation.open();
      for (int i = 0; i < parallelism; i++) {
        cells.add(openCells(backend, parallelism, i, restored));
      }
      publication = new OneInputStreamOperatorTestHarness<>(new PublishSettled());
      publication.open();
    }

    private KeyedOneInputStreamOperatorTestHarness<CellKey, FactBatch, RollupRow> openCells(
        StateBackend backend, int parallelism, int index, Checkpoint restored) throws Exception {
      var harness =
          new KeyedOneInputStreamOperatorTestHarness<>(
              new KeepCells(SampleFacts.SETTINGS, 3, PUBLISHED::get, true),
              FactBatch::key,
              CellKeySerializer.TYPE,
              MAX_PARALLELISM,
              parallelism,
              index);
      harness.setStateBackend(backend);
      harness.setup(RollupRowSerializer.TYPE.createSerializer(new SerializerConfigImpl()));
      harness.setProcessingTime(clock);
      if (restored != null) {
        harness.initializeState(
            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                restored.cells, MAX_PARALLELISM, restored.parallelism, parallelism, index));
      }
      harness.open();
      return harness;
    }

    void process(Object element) throws Exception {
      if (element instanceof Watermark watermark) {
        aggregation.processWatermark(watermark);
      } else {
        aggregation.processElement(new StreamRecord<>((Fact) element));
      }
      handOn();
    }

    void advanceClock(long millis) throws Exception {
      clock += millis;
      aggregation.setProcessingTime(clock);
      handOn();
      for (var harness : cells) {
        harness.setProcessingTime(clock);
      }
      handOn();
    }

    Checkpoint checkpoint() throws Exception {
      checkpoints++;
      aggregation.prepareSnapshotPreBarrier(checkpoints);
      OperatorSubtaskState aggregationState = aggregation.snapshot(checkpoints, clock);
      handOn();
      List<OperatorSubtaskState> states = new ArrayList<>();
      for (var harness : cells) {
        harness.prepareSnapshotPreBarrier(checkpoints);
        states.add(harness.snapshot(checkpoints, clock));
      }
      handOn();
      publication.prepareSnapshotPreBarrier(checkpoints);
      return new Checkpoint(
          aggregationState,
          AbstractStreamOperatorTestHarness.repackageState(
              states.toArray(new OperatorSubtaskState[0])),
          cells.size());
    }

    void completeCheckpoint() throws Exception {
      aggregation.notifyOfCompletedCheckpoint(checkpoints);
      for (var harness : cells) {
        harness.notifyOfCompletedCheckpoint(checkpoints);
      }
      publication.notifyOfCompletedCheckpoint(checkpoints);
      publication
          .extractOutputValues()
          .forEach(settled -> PUBLISHED.accumulateAndGet(settled, Math::max));
      publication.getOutput().clear();
    }

    void finish() throws Exception {
      process(Watermark.MAX_WATERMARK);
      aggregation.getOperator().finish();
      handOn();
      for (var harness : cells) {
        harness.getOperator().finish();
      }
      handOn();
    }

    /** Shuffles what the first operator has put out, and writes what the second one has. */
    private void handOn() throws Exception {
      for (Object element; (element = aggregation.getOutput().poll()) != null; ) {
        if (element instanceof Watermark watermark) {
          for (var harness : cells) {
            harness.processWatermark(watermark);
          }
        } else {
          @SuppressWarnings("unchecked")
          StreamRecord<FactBatch> batch = (StreamRecord<FactBatch>) element;
          int index =
              KeyGroupRangeAssignment.assignKeyToParallelOperator(
                  batch.getValue().key(), MAX_PARALLELISM, cells.size());
          cells.get(index).processElement(batch);
        }
      }
      for (var harness : cells) {
        harness.extractOutputValues().forEach(table.minutes::add);
        harness.getOutput().clear();
        for (RollupRow row : taken(harness.getSideOutput(KeepCells.HOUR_ROWS))) {
          table.hours.add(row);
        }
        for (SettledProgress progress : taken(harness.getSideOutput(KeepCells.SETTLED))) {
          publication.processElement(new StreamRecord<>(progress));
        }
      }
    }

    private static <T> List<T> taken(Queue<StreamRecord<T>> output) {
      List<T> values = new ArrayList<>();
      for (StreamRecord<T> record; output != null && (record = output.poll()) != null; ) {
        values.add(record.getValue());
      }
      return values;
    }

    void close() throws Exception {
      aggregation.close();
      publication.close();
      for (var harness : cells) {
        harness.close();
      }
    }
  }

  /** The table of minutes and that of hours. */
  private static final class Tables {
    private final Table minutes = new Table();
    private final Table hours = new Table();

    void flush() {
      minutes.flush();
      hours.flush();
    }

    void lose(Random random) {
      minutes.lose(random);
      hours.lose(random);
    }

    void assertThatHoursAreAsFreshAsMinutes() {
      Map<CellKey, Long> hourFacts = settledHours();
      settledMinutes()
          .forEach(
              (hour, facts) ->
                  assertThat(hourFacts.getOrDefault(hour, 0L))
                      .as("facts of %s", hour)
                      .isGreaterThanOrEqualTo(facts));
    }

    /** The facts of settled hours by hour and deployment id, as hour rows have them. */
    Map<CellKey, Long> settledHours() {
      Map<CellKey, Long> facts = new HashMap<>();
      hours.rows.forEach(
          (key, row) -> {
            if (key.minute() < PUBLISHED.get()) {
              facts.merge(key, row.counts().facts(), Long::sum);
            }
          });
      return facts;
    }

    /** The same, as minute rows have them. */
    Map<CellKey, Long> settledMinutes() {
      Map<CellKey, Long> facts = new HashMap<>();
      minutes.rows.forEach(
          (key, row) -> {
            if (key.minute() < PUBLISHED.get()) {
              CellKey hour = key.ofHour().withDeploymentId(key.deploymentId());
              facts.merge(hour, row.counts().facts(), Long::sum);
            }
          });
      return facts;
    }
  }

  /** A sink that flushes at checkpoints, and the table behind it, which keeps the fullest row. */
  private static final class Table {
    private final Map<CellKey, RollupRow> rows = new HashMap<>();
    private final List<RollupRow> buffered = new ArrayList<>();

    void add(RollupRow row) {
      buffered.add(row);
    }

    void flush() {
      for (RollupRow row : buffered) {
        rows.merge(
            new CellKey(
                row.script(),
                row.deploymentVersion(),
                row.deploymentId(),
                row.start(),
                row.arrival()),
            row,
            (old, next) -> next.counts().facts() >= old.counts().facts() ? next : old);
      }
      buffered.clear();
    }

    /** A failure: some of what was buffered had been written. */
    void lose(Random random) {
      buffered.subList(random.nextInt(buffered.size() + 1), buffered.size()).clear();
      flush();
    }

    long facts() {
      return rows.values().stream().mapToLong(row -> row.counts().facts()).sum();
    }

    Map<CellKey, String> contents() throws Exception {
      Map<CellKey, String> contents = new HashMap<>();
      for (Map.Entry<CellKey, RollupRow> row : rows.entrySet()) {
        DataOutputSerializer out = new DataOutputSerializer(64);
        RollupRowSerializer.TYPE
            .createSerializer(new SerializerConfigImpl())
            .serialize(row.getValue(), out);
        contents.put(row.getKey(), HexFormat.of().formatHex(out.getCopyOfBuffer()));
      }
      return contents;
    }
  }
}
