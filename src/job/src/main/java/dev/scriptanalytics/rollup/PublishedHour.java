package dev.scriptanalytics.rollup;

import java.io.Serializable;

/** Reads the hour before which readers take whole hours from hour rows. */
@FunctionalInterface
public interface PublishedHour extends Serializable {
  /**
   * The published hour.
   *
   * @return in seconds since 1970; 0 if no job has published any
   * @throws Exception if it cannot be read now
   */
  long read() throws Exception;
}
