package dev.scriptanalytics;

import static dev.scriptanalytics.configuration.JobOptions.JOB_MAX_PARALLELISM;
import static dev.scriptanalytics.configuration.JobOptions.RUN_HASH_KEY;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.decode.DecodeLogs;
import dev.scriptanalytics.decode.DecodeRuns;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.kafka.RecordSource;
import dev.scriptanalytics.rollup.AggregateFacts;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.rollup.KeepCells;
import dev.scriptanalytics.rollup.RollupRow;
import dev.scriptanalytics.rollup.RollupSettings;
import dev.scriptanalytics.track.KeyGroups;
import dev.scriptanalytics.track.TrackRuns;
import dev.scriptanalytics.track.TrackingRules;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The way of the data, a line a stage.
 *
 * <pre>
 * runs ─┐                 ┌─> run rows ──────────────────────────────> runs
 *       ├─ by run: track ─┼─> log rows ──────────────────────────────> logs
 * logs ─┘                 ├─> facts: seen · succeeded · failed ─ cells > run_rollups
 *                         └─> unusable ──────────────────────────────> dead_letters
 * </pre>
 */
final class ScriptAnalyticsTopology {
  /**
   * Where records come from.
   *
   * @param logs empty where no topic carries logs
   */
  record Sources(RecordSource runs, Optional<RecordSource> logs) {}

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
      Sources sources,
      Sinks sinks) {
    KeyGroups byRun = new KeyGroups(configuration.get(JOB_MAX_PARALLELISM));
    env.setMaxParallelism(configuration.get(JOB_MAX_PARALLELISM));

    SingleOutputStreamOperator<ScriptEvent> runs =
        decodeRuns(sources.runs().in(env, "read-runs"), configuration);
    DataStream<ScriptEvent> events = runs;
    DataStream<DeadLetter> undecodable = runs.getSideOutput(DecodeRuns.DEAD_LETTERS);
    if (sources.logs().isPresent()) {
      SingleOutputStreamOperator<ScriptEvent> logs =
          decodeLogs(sources.logs().get().in(env, "read-logs"), configuration);
      events = runs.union(logs);
      undecodable = undecodable.union(logs.getSideOutput(DecodeLogs.DEAD_LETTERS));
    }
    SingleOutputStreamOperator<Fact> facts = track(events, byRun, configuration);
    RollupSettings rollup = RollupSettings.of(configuration);
    DataStream<RollupRow> rollups = KeepCells.on(AggregateFacts.on(facts, rollup), rollup);
    DataStream<DeadLetter> deadLetters =
        undecodable.union(facts.getSideOutput(TrackRuns.DEAD_LETTERS));

    write(facts.getSideOutput(TrackRuns.RUN_ROWS), sinks.runs(), "write-runs");
    write(facts.getSideOutput(TrackRuns.LOG_ROWS), sinks.logs(), "write-logs");
    write(rollups, sinks.rollups(), "write-rollups");
    write(deadLetters, sinks.deadLetters(), "write-dead-letters");
  }

  private static SingleOutputStreamOperator<ScriptEvent> decodeRuns(
      DataStream<KafkaRecord> records, JobConfiguration configuration) {
    return records
        .process(
            new DecodeRuns(
                EventLimits.of(configuration),
                configuration.get(RUN_HASH_KEY),
                configuration.redaction()),
            ScriptEventSerializer.TYPE)
        .name(DecodeRuns.NAME)
        .uid(DecodeRuns.UID);
  }

  private static SingleOutputStreamOperator<ScriptEvent> decodeLogs(
      DataStream<KafkaRecord> records, JobConfiguration configuration) {
    return records
        .process(
            new DecodeLogs(
                LogTopics.formats(configuration),
                EventLimits.of(configuration),
                configuration.get(RUN_HASH_KEY),
                configuration.redaction()),
            ScriptEventSerializer.TYPE)
        .name(DecodeLogs.NAME)
        .uid(DecodeLogs.UID);
  }

  private static SingleOutputStreamOperator<Fact> track(
      DataStream<ScriptEvent> events, KeyGroups byRun, JobConfiguration configuration) {
    return events
        .keyBy(byRun, Types.INT)
        .transform(TrackRuns.NAME, Fact.TYPE, new TrackRuns(TrackingRules.of(configuration), byRun))
        .uid(TrackRuns.UID);
  }

  private static <T> void write(DataStream<T> rows, Sink<T> sink, String uid) {
    rows.sinkTo(sink).name(uid).uid(uid);
  }
}
