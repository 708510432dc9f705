package dev.scriptanalytics.kafka;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * Watermarks by arrival: by the Kafka timestamp, and never by a time that an event tells.
 *
 * <p>On a topic whose timestamps producers set, one of them may be in the future. It does not move
 * the watermark, because everything that arrives after it would then seem late.
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
   * @param disorder how far behind the latest arrival another record of its partition may be
   * @param idleTimeout after how long a silent partition no longer holds the others back
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
