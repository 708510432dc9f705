package dev.scriptanalytics.local.stack;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Reports progress to the user. */
final class Report {

  private final PrintStream out;
  private final long start = System.nanoTime();

  Report(PrintStream out) {
    this.out = out;
  }

  /** A line of progress, with the time since the start. */
  void step(String format, Object... arguments) {
    out.printf(
        Locale.ROOT,
        "%5.1f s  %s%n",
        elapsed().toMillis() / 1000.0,
        String.format(Locale.ROOT, format, arguments));
  }

  /** A line, or several, without decoration. */
  void say(String text) {
    out.println(text);
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
