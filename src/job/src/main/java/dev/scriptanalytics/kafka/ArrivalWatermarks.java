package dev.scriptanalytics.kafka;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * Generates watermarks from arrival, which is the record's Kafka timestamp, and never from a time
 * within an event.
 *
 * <p>On a topic whose producers set the timestamps, a timestamp may lie in the future. It does not
 * move the watermark, because every later record would then seem late.
 */
final class ArrivalWatermarks<T> implements WatermarkGenerator<T> {
  private static final long CLOCK_SKEW_MILLIS = 60_000;

  private final long disorderMillis;
  private long latest = Long.MIN_VALUE;

  private ArrivalWatermarks(long disorderMillis) {
    this.disorderMillis = disorderMillis;
  }

  /**
   * The strategy of a source.
   *
   * @param disorder how far a record may lie behind the latest arrival of its partition
   * @param idleTimeout after how long a silent partition stops holding back the others
   */
  static <T> WatermarkStrategy<T> strategy(Duration disorder, Duration idleTimeout) {
    long millis = disorder.toMillis();
    return WatermarkStrategy.<T>forGenerator(context -> new ArrivalWatermarks<>(millis))
        .withIdleness(idleTimeout);
  }

  @Override
  public void onEvent(T event, long timestamp, WatermarkOutput output) {
    if (timestamp > latest && timestamp <= System.currentTimeMillis() + CLOCK_SKEW_MILLIS) {
      latest = timestamp;
    }
  }

  @Override
  public void onPeriodicEmit(WatermarkOutput output) {
    if (latest != Long.MIN_VALUE) {
      output.emitWatermark(new Watermark(latest - disorderMillis - 1));
    }
  }
}
