package dev.scriptanalytics.testkit.flink;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** A job without connectors that runs until it is cancelled. */
public final class TickingJob {
  private TickingJob() {}

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    environment
        .fromSequence(0, Long.MAX_VALUE)
        .uid("numbers")
        .sinkTo(new DiscardingSink<>())
        .uid("nowhere");
    environment.execute(args[0] + System.getenv("TICKING_JOB_SUFFIX"));
  }
}
