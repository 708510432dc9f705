package dev.scriptanalytics.bench.throughput;

import static dev.scriptanalytics.configuration.JobOptions.RUNS_TOPICS;
import static dev.scriptanalytics.configuration.JobOptions.RUN_HASH_KEY;
import static dev.scriptanalytics.configuration.JobOptions.SOURCE_IDLE_TIMEOUT;
import static dev.scriptanalytics.configuration.JobOptions.SOURCE_MAX_DRIFT;
import static dev.scriptanalytics.configuration.JobOptions.SOURCE_MAX_OUT_OF_ORDERNESS;

import dev.scriptanalytics.LogTopics;
import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.decode.DecodeLogs;
import dev.scriptanalytics.decode.DecodeRuns;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.kafka.RecordSource;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * A job of the first stages of the real one, with nothing behind them: what it costs to read
 * events, and to decode them. Submitted with the job's own jar.
 */
public final class FirstStages {
  static final String READ = "read";
  static final String READ_AND_DECODE = "read-and-decode";

  /** The operators that throw away what they get. */
  static final List<String> ENDS = List.of("discard-runs", "discard-logs");

  private FirstStages() {}

  /**
   * Defines the job and executes it.
   *
   * @param args which stages, and then those of the real job
   */
  public static void main(String[] args) throws Exception {
    boolean decodes = args[0].equals(READ_AND_DECODE);
    JobConfiguration configuration =
        JobConfiguration.fromArgs(Arrays.copyOfRange(args, 1, args.length), System.getenv());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    DataStream<KafkaRecord> runs =
        source(configuration, configuration.get(RUNS_TOPICS)).in(env, "read-runs");
    if (decodes) {
      discard(decodeRuns(runs, configuration), ENDS.get(0));
    } else {
      discard(runs, ENDS.get(0));
    }
    List<String> logTopics = List.copyOf(LogTopics.formats(configuration).keySet());
    if (!logTopics.isEmpty()) {
      DataStream<KafkaRecord> logs = source(configuration, logTopics).in(env, "read-logs");
      if (decodes) {
        discard(decodeLogs(logs, configuration), ENDS.get(1));
      } else {
        discard(logs, ENDS.get(1));
      }
    }
    env.execute(args[0]);
  }

  private static RecordSource source(JobConfiguration configuration, List<String> topics) {
    return new RecordSource(
        topics,
        configuration.kafkaProperties(),
        configuration.get(SOURCE_MAX_OUT_OF_ORDERNESS),
        configuration.get(SOURCE_IDLE_TIMEOUT),
        configuration.get(SOURCE_MAX_DRIFT));
  }

  private static DataStream<ScriptEvent> decodeRuns(
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

  private static DataStream<ScriptEvent> decodeLogs(
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

  private static <T> void discard(DataStream<T> stream, String uid) {
    stream.sinkTo(new DiscardingSink<>()).name(uid).uid(uid);
  }
}
