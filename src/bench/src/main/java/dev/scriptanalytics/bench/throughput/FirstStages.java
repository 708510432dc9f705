package dev.scriptanalytics.bench.throughput;

import static dev.scriptanalytics.configuration.JobOptions.RUNS_TOPICS;

import dev.scriptanalytics.LogTopics;
import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.decode.DecodeLogs;
import dev.scriptanalytics.decode.DecodeRuns;
import dev.scriptanalytics.decode.DecodeSettings;
import dev.scriptanalytics.decode.LogFormat;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.kafka.RecordSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    DecodeSettings decode = DecodeSettings.of(configuration);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    DataStream<KafkaRecord> runs =
        RecordSource.of(configuration.get(RUNS_TOPICS), configuration).in(env, "read-runs");
    DataStream<?> lastOfRuns = decodes ? DecodeRuns.on(runs, decode) : runs;
    discard(lastOfRuns, ENDS.get(0));
    Map<String, LogFormat> formats = LogTopics.formats(configuration);
    if (!formats.isEmpty()) {
      DataStream<KafkaRecord> logs =
          RecordSource.of(List.copyOf(formats.keySet()), configuration).in(env, "read-logs");
      DataStream<?> lastOfLogs = decodes ? DecodeLogs.on(logs, formats, decode) : logs;
      discard(lastOfLogs, ENDS.get(1));
    }
    env.execute(args[0]);
  }

  private static <T> void discard(DataStream<T> stream, String uid) {
    stream.sinkTo(new DiscardingSink<>()).name(uid).uid(uid);
  }
}
