package dev.scriptanalytics.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublishSettledTest {
  private static final long HOUR = 3600;

  private OneInputStreamOperatorTestHarness<SettledProgress, Long> harness;

  @BeforeEach
  void open() throws Exception {
    harness = new OneInputStreamOperatorTestHarness<>(new PublishSettled());
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void publishesTheLowestHourOfAllInstancesWhenTheCheckpointIsComplete() throws Exception {
    report(0, 7 * HOUR);
    report(1, 5 * HOUR);
    harness.prepareSnapshotPreBarrier(1);
    assertThat(harness.extractOutputValues()).isEmpty();

    harness.notifyOfCompletedCheckpoint(1);

    assertThat(harness.extractOutputValues()).containsExactly(5 * HOUR);
  }

  @Test
  void publishesNothingBeforeEveryInstanceHasReported() throws Exception {
    report(0, 7 * HOUR);

    checkpoint(1);

    assertThat(harness.extractOutputValues()).isEmpty();
  }

  @Test
  void publishesWhatACheckpointThatIsCompleteLaterHasDecided() throws Exception {
    report(0, 5 * HOUR);
    report(1, 5 * HOUR);
    harness.prepareSnapshotPreBarrier(1);
    report(0, 6 * HOUR);
    report(1, 6 * HOUR);
    harness.prepareSnapshotPreBarrier(2);

    harness.notifyOfCompletedCheckpoint(2);
    harness.notifyOfCompletedCheckpoint(1);

    assertThat(harness.extractOutputValues()).containsExactly(6 * HOUR);
  }

  @Test
  void publishesAnHourOnceAndNoEarlierOneAfterIt() throws Exception {
    for (long hour : new long[] {5, 5, 4, 6}) {
      report(0, hour * HOUR);
      report(1, hour * HOUR);
      checkpoint(hour);
    }

    assertThat(harness.extractOutputValues()).containsExactly(5 * HOUR, 6 * HOUR);
  }

  private void report(int instance, long settled) throws Exception {
    harness.processElement(new StreamRecord<>(new SettledProgress(instance, 2, settled)));
  }

  private void checkpoint(long id) throws Exception {
    harness.prepareSnapshotPreBarrier(id);
    harness.notifyOfCompletedCheckpoint(id);
  }
}
