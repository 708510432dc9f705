package dev.scriptanalytics;

import static dev.scriptanalytics.configuration.JobOptions.JOB_MAX_PARALLELISM;
import static dev.scriptanalytics.configuration.JobOptions.PATTERNS_MAX_BYTES;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.decode.DecodeLogs;
import dev.scriptanalytics.decode.DecodeRuns;
import dev.scriptanalytics.decode.DecodeSettings;
import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.RecordSource;
import dev.scriptanalytics.pattern.GroupShapes;
import dev.scriptanalytics.rollup.AggregateFacts;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.rollup.KeepCells;
import dev.scriptanalytics.rollup.PublishSettled;
import dev.scriptanalytics.rollup.PublishedHour;
import dev.scriptanalytics.rollup.RollupRow;
import dev.scriptanalytics.rollup.RollupSettings;
import dev.scriptanalytics.track.TrackRuns;
import dev.scriptanalytics.track.TrackingRules;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The way of the data, one line per stage.
 *
 * <pre>
 * runs ─┐                  ┌─> run rows ─────────────────> runs
 *       ├ by run: TrackRuns┼─> log rows ─────────────────> logs
 * logs ─┘        │         ├─> facts ── minute cells ────> run_rollups, run_rollups_hourly,
 *                │         │                               rollup_progress
 *                │         └─> new shapes: GroupShapes ──> log_shapes
 *                └ unusable ─────────────────────────────> dead_letters
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
      Sink<RollupRow> hourRollups,
      Sink<Long> progress,
      Sink<byte[]> shapes,
      Sink<DeadLetter> deadLetters) {}

  private ScriptAnalyticsTopology() {}

  static void define(
      StreamExecutionEnvironment env,
      JobConfiguration configuration,
      Sources sources,
      Sinks sinks,
      PublishedHour publishedHour) {
    int maxParallelism = configuration.get(JOB_MAX_PARALLELISM);
    env.setMaxParallelism(maxParallelism);

    DecodeSettings decode = DecodeSettings.of(configuration);
    SingleOutputStreamOperator<ScriptEvent> runs =
        DecodeRuns.on(sources.runs().in(env, "read-runs"), decode);
    DataStream<ScriptEvent> events = runs;
    DataStream<DeadLetter> undecodable = runs.getSideOutput(DecodeRuns.DEAD_LETTERS);
    if (sources.logs().isPresent()) {
      SingleOutputStreamOperator<ScriptEvent> logs =
          DecodeLogs.on(
              sources.logs().get().in(env, "read-logs"), LogTopics.formats(configuration), decode);
      events = runs.union(logs);
      undecodable = undecodable.union(logs.getSideOutput(DecodeLogs.DEAD_LETTERS));
    }
    SingleOutputStreamOperator<Fact> facts =
        TrackRuns.on(events, TrackingRules.of(configuration), maxParallelism);
    RollupSettings rollup = RollupSettings.of(configuration);
    SingleOutputStreamOperator<RollupRow> rollups =
        KeepCells.on(AggregateFacts.on(facts, rollup), rollup, publishedHour);
    SingleOutputStreamOperator<Long> progress =
        PublishSettled.on(rollups.getSideOutput(KeepCells.SETTLED));
    DataStream<byte[]> shapes =
        GroupShapes.on(
            facts.getSideOutput(TrackRuns.NEW_SHAPES),
            configuration.get(PATTERNS_MAX_BYTES).getBytes());
    DataStream<DeadLetter> contradicting = facts.getSideOutput(TrackRuns.DEAD_LETTERS);

    write(facts.getSideOutput(TrackRuns.RUN_ROWS), sinks.runs(), "write-runs");
    write(facts.getSideOutput(TrackRuns.LOG_ROWS), sinks.logs(), "write-logs");
    write(rollups, sinks.rollups(), "write-rollups");
    write(rollups.getSideOutput(KeepCells.HOUR_ROWS), sinks.hourRollups(), "write-hour-rollups");
    write(progress, sinks.progress(), "write-progress").setParallelism(1);
    write(shapes, sinks.shapes(), "write-shapes");
    write(undecodable.union(contradicting), sinks.deadLetters(), "write-dead-letters");
  }

  private static <T> DataStreamSink<T> write(DataStream<T> rows, Sink<T> sink, String uid) {
    return rows.sinkTo(sink).name(uid).uid(uid);
  }
}
