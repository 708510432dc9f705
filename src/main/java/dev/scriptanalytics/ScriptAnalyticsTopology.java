package dev.scriptanalytics;

import static dev.scriptanalytics.configuration.JobOptions.CAPTURED_KORELOGGER;
import static dev.scriptanalytics.configuration.JobOptions.CAPTURED_PATTERN;
import static dev.scriptanalytics.configuration.JobOptions.DEAD_LETTER_MAX_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_AGE;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_AHEAD;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_INPUT_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_MESSAGE_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_NAME_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_OUTPUT_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.EVENT_MAX_STACK_TRACE_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.JOB_MAX_PARALLELISM;
import static dev.scriptanalytics.configuration.JobOptions.RETENTION_ACCOUNTS;
import static dev.scriptanalytics.configuration.JobOptions.RETENTION_DAYS;
import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_ARRIVAL_GRACE;
import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_COLD_EMIT_INTERVAL;
import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_EMIT_INTERVAL;
import static dev.scriptanalytics.configuration.JobOptions.ROLLUP_PREAGGREGATE_INTERVAL;
import static dev.scriptanalytics.configuration.JobOptions.RUN_AWAIT_START;
import static dev.scriptanalytics.configuration.JobOptions.RUN_AWAIT_START_MAX_BYTES;
import static dev.scriptanalytics.configuration.JobOptions.RUN_HASH_KEY;
import static dev.scriptanalytics.configuration.JobOptions.RUN_MAX_OPEN;
import static dev.scriptanalytics.configuration.JobOptions.RUN_MEMORY;
import static dev.scriptanalytics.configuration.JobOptions.RUN_TIMEOUT;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.decode.DecodeRuns;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.kafka.RecordSource;
import dev.scriptanalytics.rollup.AggregateFacts;
import dev.scriptanalytics.rollup.CellKey;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.rollup.FactBatch;
import dev.scriptanalytics.rollup.KeepCells;
import dev.scriptanalytics.rollup.RollupRow;
import dev.scriptanalytics.track.KeyGroups;
import dev.scriptanalytics.track.RunTracker;
import dev.scriptanalytics.track.TrackingRules;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The way of the data, a line a stage.
 *
 * <pre>
 * runs ── by run: track ─┬─> run rows ──────────────────────────────> runs
 *                        ├─> log rows ──────────────────────────────> logs
 *                        ├─> facts: seen · succeeded · failed ─ cells > run_rollups
 *                        └─> unusable ──────────────────────────────> dead_letters
 * </pre>
 */
final class ScriptAnalyticsTopology {
  /** Where results go. */
  record Sinks(
      Sink<byte[]> runs,
      Sink<byte[]> logs,
      Sink<RollupRow> rollups,
      Sink<DeadLetter> deadLetters) {}

  private ScriptAnalyticsTopology() {}

  static void define(
      StreamExecutionEnvironment env,
      JobConfiguration configuration,
      RecordSource runs,
      Sinks sinks) {
    KeyGroups byRun = new KeyGroups(configuration.get(JOB_MAX_PARALLELISM));
    env.setMaxParallelism(configuration.get(JOB_MAX_PARALLELISM));

    DataStream<KafkaRecord> records = runs.in(env, "read-runs");
    SingleOutputStreamOperator<ScriptEvent> events = decode(records, configuration);
    SingleOutputStreamOperator<Fact> facts = track(events, byRun, configuration);
    DataStream<FactBatch> batches = aggregate(facts, configuration);
    DataStream<RollupRow> rollups = keepCells(batches, configuration);
    DataStream<DeadLetter> deadLetters =
        events
            .getSideOutput(DecodeRuns.DEAD_LETTERS)
            .union(facts.getSideOutput(RunTracker.DEAD_LETTERS));

    write(facts.getSideOutput(RunTracker.RUN_ROWS), sinks.runs(), "write-runs");
    write(facts.getSideOutput(RunTracker.LOG_ROWS), sinks.logs(), "write-logs");
    write(rollups, sinks.rollups(), "write-rollups");
    write(deadLetters, sinks.deadLetters(), "write-dead-letters");
  }

  private static SingleOutputStreamOperator<ScriptEvent> decode(
      DataStream<KafkaRecord> records, JobConfiguration configuration) {
    return records
        .process(
            new DecodeRuns(
                limits(configuration), configuration.get(RUN_HASH_KEY), configuration.redaction()),
            ScriptEventSerializer.TYPE)
        .name(DecodeRuns.NAME)
        .uid(DecodeRuns.UID);
  }

  private static SingleOutputStreamOperator<Fact> track(
      DataStream<ScriptEvent> events, KeyGroups byRun, JobConfiguration configuration) {
    return events
        .keyBy(byRun, Types.INT)
        .transform(RunTracker.NAME, Fact.TYPE, new RunTracker(rules(configuration), byRun))
        .uid(RunTracker.UID);
  }

  private static DataStream<FactBatch> aggregate(
      DataStream<Fact> facts, JobConfiguration configuration) {
    return facts
        .transform(
            AggregateFacts.NAME,
            FactBatch.TYPE,
            new AggregateFacts(
                configuration.get(ROLLUP_PREAGGREGATE_INTERVAL),
                configuration.get(ROLLUP_ARRIVAL_GRACE)))
        .uid(AggregateFacts.UID);
  }

  private static DataStream<RollupRow> keepCells(
      DataStream<FactBatch> batches, JobConfiguration configuration) {
    return batches
        .keyBy(FactBatch::key, CellKey.TYPE)
        .transform(
            KeepCells.NAME,
            RollupRow.TYPE,
            new KeepCells(
                configuration.get(ROLLUP_EMIT_INTERVAL),
                configuration.get(ROLLUP_COLD_EMIT_INTERVAL),
                KeepCells.ROWS_PER_STEP,
                configuration.get(ROLLUP_ARRIVAL_GRACE)))
        .uid(KeepCells.UID);
  }

  private static <T> void write(DataStream<T> rows, Sink<T> sink, String uid) {
    rows.sinkTo(sink).name(uid).uid(uid);
  }

  private static EventLimits limits(JobConfiguration configuration) {
    Map<String, Integer> retention = new HashMap<>();
    configuration
        .get(RETENTION_ACCOUNTS)
        .keySet()
        .forEach(account -> retention.put(account, configuration.retentionDays(account)));
    return new EventLimits(
        configuration.get(EVENT_MAX_AGE).toMillis(),
        configuration.get(EVENT_MAX_AHEAD).toMillis(),
        bytes(configuration, EVENT_MAX_BYTES),
        bytes(configuration, EVENT_MAX_NAME_BYTES),
        bytes(configuration, EVENT_MAX_INPUT_BYTES),
        bytes(configuration, EVENT_MAX_OUTPUT_BYTES),
        bytes(configuration, EVENT_MAX_MESSAGE_BYTES),
        bytes(configuration, EVENT_MAX_STACK_TRACE_BYTES),
        bytes(configuration, DEAD_LETTER_MAX_BYTES),
        configuration.get(RETENTION_DAYS),
        retention);
  }

  private static int bytes(JobConfiguration configuration, ConfigOption<MemorySize> option) {
    return Math.toIntExact(configuration.get(option).getBytes());
  }

  private static TrackingRules rules(JobConfiguration configuration) {
    return new TrackingRules(
        configuration.get(RUN_MEMORY).toMillis(),
        configuration.get(RUN_MAX_OPEN).toMillis(),
        configuration.get(RUN_TIMEOUT).toMillis(),
        configuration.get(RUN_AWAIT_START).toMillis(),
        configuration.get(RUN_AWAIT_START_MAX_BYTES).getBytes(),
        Pattern.compile(configuration.get(CAPTURED_PATTERN)),
        configuration.get(CAPTURED_KORELOGGER) != KoreloggerCapture.DROP,
        bytes(configuration, EVENT_MAX_MESSAGE_BYTES),
        bytes(configuration, DEAD_LETTER_MAX_BYTES));
  }
}
