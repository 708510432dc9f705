package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.sample.SampleRun.Details;
import dev.scriptanalytics.testkit.sample.SampleRun.Failure;
import dev.scriptanalytics.testkit.sample.SampleRun.Resources;
import dev.scriptanalytics.testkit.sample.ScriptProfile.Breakdown;
import dev.scriptanalytics.testkit.sample.ScriptProfile.Field;
import dev.scriptanalytics.testkit.sample.ScriptProfile.Language;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Makes up what a run was given, what it gave back, what it printed and why it failed. */
public final class DetailsGenerator {
  private static final List<String> WORDS =
      List.of("EUR", "Lisbon", "north", "blue", "\u00d6stersund", "USD", "retail", "GBP", "Kyoto");
  private static final List<String> TEXTS =
      List.of(
          "Please call back after 5 pm",
          "The \"blue\" one, not the green one",
          "Ma\u00f1ana por la ma\u00f1ana",
          "first line\nsecond line",
          "\ud83d\ude80 shipped",
          "C:\\invoices\\2026");
  private static final List<String> NAMES = List.of("ada", "grace.h", "alan+test", "edsger");
  private static final String SEPARATOR = " :: ";
  // Lines that continue the one above.
  private static final String FRAMES = "\n  in client.request\n  in runner.invoke";
  private static final double SILENT = 0.35;
  private static final double MEASURED = 0.7;
  private static final double TRACED = 0.6;

  private final SplittableRandom random;
  private final Phases phases;

  DetailsGenerator(SplittableRandom random) {
    this.random = random;
    this.phases = new Phases(random.split());
  }

  /**
   * What a run told.
   *
   * @param lines what it logged; {@code details} has them too where the script prints them
   */
  record Told(Details details, List<LoggedLine> lines) {}

  /** Details of a run of {@code profile} that took {@code millis}. */
  Told details(
      ScriptProfile profile,
      int version,
      String function,
      RunStatus status,
      double millis,
      boolean cold) {
    Failure failure = status == RunStatus.FAILED ? failure(profile, version, function) : null;
    List<LoggedLine> lines =
        random.nextDouble() < SILENT ? List.of() : lines(profile, failure, millis, cold);
    StringBuilder stdout = new StringBuilder();
    if (profile.logging().prints()) {
      lines.forEach(line -> stdout.append(line.printed()).append('\n'));
    }
    String stderr = failure == null ? "" : String.join("\n", failure.stackTrace()) + "\n";
    String traceId =
        random.nextDouble() < TRACED
            ? HexFormat.of().toHexDigits(random.nextLong())
                + HexFormat.of().toHexDigits(random.nextLong())
            : "";
    Details details =
        new Details(
            object(profile.input()),
            status == RunStatus.SUCCESS ? object(profile.output()) : "",
            failure,
            stdout.toString(),
            stderr,
            traceId,
            phases.of(profile, millis, cold),
            random.nextDouble() < MEASURED ? resources(profile, millis, cold) : null);
    return new Told(details, lines);
  }

  private List<LoggedLine> lines(
      ScriptProfile profile, Failure failure, double millis, boolean cold) {
    boolean levels = profile.logging() != Logging.PRINT;
    List<LoggedLine> lines = new ArrayList<>();
    if (cold) {
      String started = "worker started in " + (200 + random.nextInt(900)) + " ms";
      lines.add(new LoggedLine(levels ? "INFO" : "", started));
    }
    for (String template : profile.lines()) {
      lines.add(line(fill(template, millis)));
    }
    if (failure != null) {
      String what = failure.code() + ": " + failure.message();
      lines.add(
          levels
              ? new LoggedLine("ERROR", profile.logging().prints() ? what + FRAMES : what)
              : new LoggedLine("", "giving up, " + what));
    }
    return lines;
  }

  private static LoggedLine line(String text) {
    int end = text.indexOf(SEPARATOR);
    return end < 0
        ? new LoggedLine("", text)
        : new LoggedLine(text.substring(0, end), text.substring(end + SEPARATOR.length()));
  }

  private String fill(String line, double millis) {
    return line.replace("{id}", id())
        .replace("{n}", Integer.toString(1 + random.nextInt(40)))
        .replace("{mail}", pick(NAMES) + "@example.com")
        .replace("{ms}", Long.toString(Math.round(millis * random.nextDouble())));
  }

  private Failure failure(ScriptProfile profile, int version, String function) {
    boolean bug = random.nextDouble() < 0.85 && profile.hasBug(version);
    Breakdown breakdown = bug ? profile.breakdowns().get(0) : pick(profile.breakdowns());
    String message = breakdown.exception();
    if (!breakdown.message().isEmpty()) {
      message += ": " + breakdown.message();
    }
    int line = 20 + function.length();
    List<String> stackTrace = new ArrayList<>();
    String file = profile.name().toLowerCase(Locale.ROOT);
    if (profile.language() == Language.PYTHON) {
      stackTrace.add("Traceback (most recent call last):");
      stackTrace.add("  File \"/app/runner.py\", line 61, in invoke");
      stackTrace.add("    return handler(event)");
      stackTrace.add("  File \"/app/%s.py\", line %d, in %s".formatted(file, line, function));
      stackTrace.add("    return client.request(payload)");
      stackTrace.add(message);
    } else {
      stackTrace.add(message);
      stackTrace.add("    at %s (/app/%s.js:%d:17)".formatted(function, file, line));
      stackTrace.add("    at async invoke (/app/runner.js:34:5)");
    }
    return new Failure(breakdown.code(), message, stackTrace);
  }

  private Resources resources(ScriptProfile profile, double millis, boolean cold) {
    long memory = (64L << 20) + random.nextLong(192L << 20);
    double cpu = Math.round(millis * (0.2 + 0.6 * random.nextDouble()) * 10) / 10.0;
    double gpu = profile.usesGpu() ? Math.round(random.nextDouble() * 1000) / 10.0 : Double.NaN;
    return new Resources(memory, cpu, gpu, cold);
  }

  private String object(List<Field> fields) {
    StringBuilder json = new StringBuilder("{");
    for (Field field : fields) {
      json.append(json.length() > 1 ? "," : "");
      json.append('"').append(field.name()).append("\":").append(value(field.kind()));
    }
    return json.append('}').toString();
  }

  private String value(Field.Kind kind) {
    return switch (kind) {
      case ID -> quote(id());
      case MONEY -> BigDecimal.valueOf(random.nextLong(1_000_000), 2).toPlainString();
      case COUNT -> Integer.toString(random.nextInt(500));
      case SHARE -> Double.toString(random.nextInt(1000) / 1000.0);
      case FLAG -> Boolean.toString(random.nextBoolean());
      case WORD -> quote(pick(WORDS));
      case TEXT -> quote(pick(TEXTS));
    };
  }

  private String id() {
    return "C-" + (10_000 + random.nextInt(90_000));
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
