package dev.scriptanalytics.sink;

import java.util.TimeZone;

/** Changes the default time zone of the JVM while this is open. */
final class TimeZones implements AutoCloseable {
  private final TimeZone before = TimeZone.getDefault();

  TimeZones(String id) {
    TimeZone.setDefault(TimeZone.getTimeZone(id));
  }

  @Override
  public void close() {
    TimeZone.setDefault(before);
  }
}
