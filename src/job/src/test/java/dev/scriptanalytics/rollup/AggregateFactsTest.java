package dev.scriptanalytics.rollup;

import static dev.scriptanalytics.rollup.SampleFacts.ARRIVAL;
import static dev.scriptanalytics.rollup.SampleFacts.KEY;
import static dev.scriptanalytics.rollup.SampleFacts.MINUTE;
import static dev.scriptanalytics.rollup.SampleFacts.SCRIPT;
import static dev.scriptanalytics.rollup.SampleFacts.fact;
import static dev.scriptanalytics.rollup.SampleFacts.keyOf;
import static dev.scriptanalytics.rollup.SampleFacts.millis;
import static dev.scriptanalytics.rollup.SampleFacts.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.scriptanalytics.event.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AggregateFactsTest {
  private static final long START = millis(10 * 60);
  private static final CellKey NEXT_HOUR = new CellKey(SCRIPT, 3, "", MINUTE, ARRIVAL + 3600);

  private final InterceptingOperatorMetricGroup metrics = new InterceptingOperatorMetricGroup();
  private OneInputStreamOperatorTestHarness<Fact, FactBatch> harness;

  @BeforeEach
  void open() throws Exception {
    open(new AggregateFacts(SampleFacts.SETTINGS), null);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void sendsOneBatchOfEachCellWhenTheIntervalIsOver() throws Exception {
    settle();
    send(fact(Fact.Kind.SEEN));
    send(succeeded(12.5));
    send(fact(Fact.Kind.FAILED, keyOf("Other"), Double.NaN));
    harness.setProcessingTime(START + 1_999);
    assertThat(batches()).isEmpty();

    harness.setProcessingTime(START + 2_000);

    assertThat(batches())
        .extracting(FactBatch::key, FactBatch::facts)
        .containsExactlyInAnyOrder(tuple(KEY, 2L), tuple(keyOf("Other"), 1L));
  }

  @Test
  void sendsWhatComesAfterAPauseWithinATenthOfTheInterval() throws Exception {
    send(fact(Fact.Kind.SEEN));

    harness.setProcessingTime(START + 100);

    assertThat(batches()).hasSize(1);
  }

  @Test
  void setsNoTimerWhileNothingWaits() throws Exception {
    assertThat(timers()).isZero();
    send(fact(Fact.Kind.SEEN));
    send(succeeded(1));
    assertThat(timers()).isEqualTo(1);

    harness.setProcessingTime(START + 100);

    assertThat(timers()).isZero();
  }

  @Test
  void countsEveryKindOfFact() throws Exception {
    send(fact(Fact.Kind.SEEN));
    send(fact(Fact.Kind.UNSEEN));
    send(fact(Fact.Kind.UNSEEN));
    send(fact(Fact.Kind.FAILED));
    send(succeeded(Double.NaN));
    send(succeeded(3.5));

    FactBatch batch = flushed().get(0);

    assertThat(batch.facts()).isEqualTo(6);
    assertThat(batch.seen()).isEqualTo(-1);
    assertThat(batch.failed()).isEqualTo(1);
    assertThat(batch.succeeded()).isEqualTo(2);
    assertThat(batch.timed()).isEqualTo(1);
    assertThat(batch.responseTime(0)).isEqualTo(3.5);
  }

  @Test
  void countsBothFactsOfAnEndThatIsTheFirstToCome() throws Exception {
    send(fact(Fact.Kind.SEEN_SUCCEEDED, KEY, 3.5));
    send(fact(Fact.Kind.SEEN_SUCCEEDED, KEY, Double.NaN));
    send(fact(Fact.Kind.SEEN_FAILED));

    FactBatch batch = flushed().get(0);

    assertThat(batch.facts()).isEqualTo(6);
    assertThat(batch.seen()).isEqualTo(3);
    assertThat(batch.succeeded()).isEqualTo(2);
    assertThat(batch.failed()).isEqualTo(1);
    assertThat(batch.timed()).isEqualTo(1);
  }

  @Test
  void keepsNothingOfAFactThatItsProducerUsesAgain() throws Exception {
    Fact fact = succeeded(1);
    send(fact);
    fact.script = Script.of("acme", "Other");
    fact.responseTime = 2;
    send(fact);

    assertThat(flushed())
        .extracting(FactBatch::key, batch -> batch.responseTime(0))
        .containsExactlyInAnyOrder(tuple(KEY, 1.0), tuple(keyOf("Other"), 2.0));
  }

  @Test
  void tellsCellsApartWhoseHashesAreEqual() throws Exception {
    CellKey one = keyOf("Aa");
    CellKey other = keyOf("BB");
    assertThat(one.hashCode()).isEqualTo(other.hashCode());
    send(fact(Fact.Kind.SEEN, one, Double.NaN));
    send(fact(Fact.Kind.SEEN, other, Double.NaN));
    send(fact(Fact.Kind.SEEN, one, Double.NaN));

    assertThat(flushed())
        .extracting(FactBatch::key, FactBatch::facts)
        .containsExactlyInAnyOrder(tuple(one, 2L), tuple(other, 1L));
  }

  @Test
  void sendsABatchOf1024ResponseTimesAtOnce() throws Exception {
    for (int i = 0; i < 1_025; i++) {
      send(succeeded(i));
    }
    assertThat(batches()).extracting(FactBatch::timed).containsExactly(1_024);

    assertThat(flushed()).extracting(FactBatch::timed).containsExactly(1_024, 1);
    assertThat(batches().get(0).responseTime(1_023)).isEqualTo(1_023);
    assertThat(batches().get(1).responseTime(0)).isEqualTo(1_024);
  }

  @Test
  void sendsNoEmptyBatchAfterAFullOne() throws Exception {
    for (int i = 0; i < 1_024; i++) {
      send(succeeded(i));
    }

    assertThat(flushed()).hasSize(1);
  }

  @Test
  void sendsEverythingWhenTooManyCellsWait() throws Exception {
    reopen(new AggregateFacts(SampleFacts.SETTINGS, 100, 1_000));
    for (int i = 0; i < 250; i++) {
      send(fact(Fact.Kind.SEEN, keyOf("Script" + i), Double.NaN));
    }

    assertThat(batches()).hasSize(200);
    assertThat(flushed()).extracting(FactBatch::key).doesNotHaveDuplicates().hasSize(250);
  }

  @Test
  void sendsEverythingWhenTooManyResponseTimesWait() throws Exception {
    reopen(new AggregateFacts(SampleFacts.SETTINGS, 100, 1_000));
    for (int i = 0; i < 2_500; i++) {
      send(fact(Fact.Kind.SUCCEEDED, keyOf("Script" + i % 10), i));
    }

    assertThat(batches()).hasSize(20).allMatch(batch -> batch.timed() == 100);
  }

  @Test
  void sendsEverythingBeforeABarrier() throws Exception {
    send(fact(Fact.Kind.SEEN));

    harness.prepareSnapshotPreBarrier(1);

    assertThat(batches()).hasSize(1);
  }

  @Test
  void sendsEverythingWhenInputEnds() throws Exception {
    harness.processWatermark(Watermark.MAX_WATERMARK);
    send(fact(Fact.Kind.SEEN));

    harness.getOperator().finish();

    assertThat(batches()).extracting(FactBatch::key).containsExactly(KEY);
  }

  @Test
  void sendsEverythingBeforeAWatermarkThatEndsAnArrivalHour() throws Exception {
    harness.processWatermark(millis(3600));
    send(fact(Fact.Kind.SEEN));
    harness.processWatermark(millis(2 * 3600) - 1);
    assertThat(batches()).isEmpty();

    harness.processWatermark(millis(2 * 3600));

    List<Object> output = new ArrayList<>(harness.getOutput());
    assertThat(output).hasSize(4);
    assertThat(output.get(2)).isInstanceOf(StreamRecord.class);
    assertThat(output.get(3)).isEqualTo(new Watermark(millis(2 * 3600)));
  }

  @Test
  void countsAFactInItsOwnHourUntilTheGraceIsOver() throws Exception {
    harness.processWatermark(millis(2 * 3600) - 1);
    send(fact(Fact.Kind.SEEN));

    assertThat(flushed()).extracting(FactBatch::key).containsExactly(KEY);
    assertThat(lateArrivals()).isZero();
  }

  @Test
  void countsAFactOfAnHourThatIsOverInTheHourOfTheWatermark() throws Exception {
    harness.processWatermark(millis(2 * 3600 + 60));
    send(fact(Fact.Kind.SEEN));
    send(fact(Fact.Kind.SEEN, NEXT_HOUR, Double.NaN));

    assertThat(flushed())
        .extracting(FactBatch::key)
        .containsExactlyInAnyOrder(
            new CellKey(SCRIPT, 3, "", MINUTE, ARRIVAL + 2 * 3600), NEXT_HOUR);
    assertThat(lateArrivals()).isEqualTo(1);
  }

  @Test
  void takesTheEndOfInputForNoTime() throws Exception {
    harness.processWatermark(Watermark.MAX_WATERMARK);
    send(fact(Fact.Kind.SEEN));

    assertThat(flushed()).extracting(FactBatch::key).containsExactly(KEY);
  }

  @Test
  void remembersOverARestoreWhichHourIsOver() throws Exception {
    harness.processWatermark(millis(2 * 3600));
    restore(harness.snapshot(1, START));
    send(fact(Fact.Kind.SEEN));
    harness.processWatermark(millis(600));
    send(fact(Fact.Kind.SEEN));

    assertThat(flushed())
        .extracting(FactBatch::key, FactBatch::facts)
        .containsExactly(tuple(new CellKey(SCRIPT, 3, "", MINUTE, ARRIVAL + 2 * 3600), 2L));
  }

  @Test
  void goesByTheInstanceThatIsLeastAdvancedAfterARestore() throws Exception {
    harness.processWatermark(millis(2 * 3600));
    OperatorSubtaskState advanced = harness.snapshot(1, START);
    reopen(new AggregateFacts(SampleFacts.SETTINGS));
    harness.processWatermark(millis(2 * 3600) - 1);
    OperatorSubtaskState behind = harness.snapshot(1, START);

    restore(AbstractStreamOperatorTestHarness.repackageState(advanced, behind));
    send(fact(Fact.Kind.SEEN));

    assertThat(flushed()).extracting(FactBatch::key).containsExactly(KEY);
  }

  @Test
  void keepsNoFactInACheckpoint() throws Exception {
    send(fact(Fact.Kind.SEEN));
    harness.prepareSnapshotPreBarrier(1);
    restore(harness.snapshot(1, START));

    assertThat(flushed()).isEmpty();
  }

  private void open(AggregateFacts operator, OperatorSubtaskState state) throws Exception {
    MockEnvironment environment =
        MockEnvironment.builder()
            .setMetricGroup(
                new InterceptingTaskMetricGroup() {
                  @Override
                  public InternalOperatorMetricGroup getOrAddOperator(
                      OperatorID id, String name, Map<String, String> variables) {
                    return metrics;
                  }
                })
            .build();
    harness = new OneInputStreamOperatorTestHarness<>(operator, environment);
    harness.setProcessingTime(START);
    harness.setup(FactBatchSerializer.TYPE.createSerializer(null));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  private void reopen(AggregateFacts operator) throws Exception {
    close();
    open(operator, null);
  }

  private void restore(OperatorSubtaskState state) throws Exception {
    close();
    open(new AggregateFacts(SampleFacts.SETTINGS), state);
  }

  /** Has one batch go out, so that the operator has no pause behind it. */
  private void settle() throws Exception {
    send(fact(Fact.Kind.SEEN));
    harness.setProcessingTime(START + 1_000);
    harness.getOutput().clear();
  }

  private void send(Fact fact) throws Exception {
    harness.processElement(new StreamRecord<>(fact));
  }

  private List<FactBatch> batches() {
    return harness.extractOutputValues();
  }

  private List<FactBatch> flushed() throws Exception {
    harness.prepareSnapshotPreBarrier(99);
    return batches();
  }

  private int timers() {
    return harness.getProcessingTimeService().getNumActiveTimers();
  }

  private long lateArrivals() {
    return ((Counter) metrics.get(AggregateFacts.LATE_ARRIVALS)).getCount();
  }
}
