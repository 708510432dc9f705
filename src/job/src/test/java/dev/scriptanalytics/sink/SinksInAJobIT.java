package dev.scriptanalytics.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.DeadLetterSerializer;
import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.rollup.RollupRow;
import dev.scriptanalytics.rollup.RollupRowSerializer;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.client.JobCancellationException;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The sinks in real tasks, with real checkpoints. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SinksInAJobIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long ROWS = 100_000;
  private static final long MINUTE = System.currentTimeMillis() / 60_000 * 60;

  /** Without restarts, so that any failure of the job fails the test. */
  private static final Configuration FLINK =
      Configuration.fromMap(
          Map.of("restart-strategy.type", "disable", PipelineOptions.GENERIC_TYPES.key(), "false"));

  @RegisterExtension
  static final ClickHouseExtension clickHouse =
      new ClickHouseExtension()
          .withSchema()
          .withStatement(
              "CREATE TABLE script_analytics.numbers (n UInt64) ENGINE = ReplacingMergeTree ORDER BY"
                  + " n");

  @Test
  void writeEverythingOnceThoughClickHouseIsKilledInTheMiddle() throws Exception {
    JobClient job = start(Settings.of(clickHouse.httpUrl().toString(), "--sink.batch-rows=1000"));
    assertThat(
            Waiting.until(
                PATIENCE,
                () ->
                    !clickHouse.query("SELECT count() FROM script_analytics.numbers").equals("0")))
        .isTrue();
    clickHouse.server().kill();
    assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
    clickHouse.server().restart();

    job.getJobExecutionResult().get();

    for (String table : List.of("numbers", "run_rollups", "dead_letters")) {
      assertThat(clickHouse.query("SELECT count() FROM script_analytics." + table + " FINAL"))
          .as(table)
          .isEqualTo(Long.toString(ROWS));
    }
    assertThat(clickHouse.query("SELECT sum(n) FROM script_analytics.numbers FINAL"))
        .isEqualTo(Long.toString(ROWS * (ROWS + 1) / 2));
  }

  @Test
  void areCancelledAtOnceWhileClickHouseIsAway() throws Exception {
    JobClient job = start(Settings.of("http://127.0.0.1:" + Ports.free(), "--sink.batch-rows=100"));
    assertThat(Waiting.until(PATIENCE, () -> job.getJobStatus().join() == JobStatus.RUNNING))
        .isTrue();

    // Requested before the job ends, since its cluster ends with it and answers nothing then.
    CompletableFuture<JobExecutionResult> result = job.getJobExecutionResult();
    job.cancel().get();

    // Less than Flink's task.cancellation.timeout, after which it ends the TaskManager.
    assertThat(Waiting.until(Duration.ofSeconds(60), result::isDone)).isTrue();
    assertThatThrownBy(result::get).hasRootCauseInstanceOf(JobCancellationException.class);
  }

  private static JobClient start(JobConfiguration configuration) throws Exception {
    ClickHouseConnection connection = ClickHouseConnection.of(configuration);
    Batching batching = Batching.of(configuration);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(FLINK);
    env.setParallelism(2);
    env.enableCheckpointing(200);
    DataStream<Long> numbers = env.fromSequence(1, ROWS);
    numbers
        .map(SinksInAJobIT::row)
        .returns(PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)
        .sinkTo(RowBinarySink.of(connection, "numbers", List.of("n"), batching));
    numbers
        .map(SinksInAJobIT::rollup)
        .returns(RollupRowSerializer.TYPE)
        .sinkTo(RollupSink.ofMinutes(connection, batching));
    numbers
        .map(SinksInAJobIT::letter)
        .returns(DeadLetterSerializer.TYPE)
        .sinkTo(DeadLetterSink.of(connection, batching));
    return env.executeAsync();
  }

  private static byte[] row(long number) {
    RowBinaryBuffer row = new RowBinaryBuffer();
    row.int64(number);
    return row.copy();
  }

  private static RollupRow rollup(long number) {
    return new RollupRow(
        Script.of("acme", "s" + number),
        MINUTE,
        1,
        "",
        MINUTE,
        new RollupRow.Counts(MINUTE, MINUTE, 1, 1, 1, 0, 2, 2, 2),
        new float[] {2},
        new long[] {1});
  }

  private static DeadLetter letter(long number) {
    return new DeadLetter(
        "t",
        0,
        number,
        0,
        System.currentTimeMillis(),
        "",
        "",
        DeadLetterReason.EMPTY,
        "",
        new byte[0]);
  }
}
