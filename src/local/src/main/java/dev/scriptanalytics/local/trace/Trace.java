package dev.scriptanalytics.local.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trace in the format of the Azure Functions trace of 2019: runs per function and minute, and
 * percentiles of their durations.
 *
 * @param minutes that it spans
 * @param untimed the number of functions without durations, which are not replayed
 */
public record Trace(int minutes, List<FunctionTrace> functions, int untimed) {
  private static final int MADE_UP_MINUTES = 60;
  private static final List<String> IDENTITY = List.of("HashOwner", "HashApp", "HashFunction");

  /**
   * A made-up trace of that many runs in an hour, of eight functions. The first function has half
   * of the runs.
   */
  public static Trace madeUp(int runs) {
    List<String> names =
        List.of("checkout", "search", "quote", "notify", "export", "resize", "audit", "cleanup");
    List<FunctionTrace> functions = new ArrayList<>();
    int left = runs;
    for (int i = 0; i < names.size(); i++) {
      int own = i == 0 ? (runs + 1) / 2 : left / (names.size() - i);
      left -= own;
      List<Integer> minutes = new ArrayList<>();
      for (int minute = 0; minute < MADE_UP_MINUTES; minute++) {
        minutes.add(own * (minute + 1) / MADE_UP_MINUTES - own * minute / MADE_UP_MINUTES);
      }
      double median = 40 * (i + 1);
      functions.add(
          new FunctionTrace(
              "made-up",
              "app" + i % 3,
              names.get(i),
              i % 2 == 0 ? "http" : "queue",
              minutes,
              new DurationPercentiles(
                  median / 4,
                  median / 3,
                  median / 2,
                  median,
                  2 * median,
                  10 * median,
                  20 * median)));
    }
    return new Trace(MADE_UP_MINUTES, List.copyOf(functions), 0);
  }

  /**
   * Reads the runs per minute and the durations (milliseconds) of the same functions.
   *
   * @throws IOException naming the file, and the column or line, that cannot be read
   */
  public static Trace read(Path invocations, Path durations) throws IOException {
    Map<List<String>, DurationPercentiles> percentiles = readDurations(durations);
    Table table = Table.read(invocations);
    List<Integer> identity = table.columns(IDENTITY);
    int trigger = table.column("Trigger");
    List<Integer> minutes = table.minuteColumns();
    List<FunctionTrace> functions = new ArrayList<>();
    int untimed = 0;
    for (Line line : table.lines) {
      List<String> key = line.texts(identity);
      List<Integer> counts = new ArrayList<>();
      for (int minute : minutes) {
        counts.add(line.count(minute));
      }
      DurationPercentiles duration = percentiles.get(key);
      if (duration == null) {
        untimed++;
      } else {
        functions.add(
            new FunctionTrace(
                key.get(0), key.get(1), key.get(2), line.text(trigger), counts, duration));
      }
    }
    return new Trace(minutes.size(), List.copyOf(functions), untimed);
  }

  private static Map<List<String>, DurationPercentiles> readDurations(Path file)
      throws IOException {
    Table table = Table.read(file);
    List<Integer> identity = table.columns(IDENTITY);
    List<Integer> percentiles = new ArrayList<>();
    for (int percent : DurationPercentiles.PERCENTS) {
      percentiles.add(table.column("percentile_Average_" + percent));
    }
    Map<List<String>, DurationPercentiles> durations = new HashMap<>();
    for (Line line : table.lines) {
      durations.put(line.texts(identity), line.percentiles(percentiles));
    }
    return durations;
  }

  /** A CSV file without quotes, which these traces do not use. */
  private record Table(Path file, List<String> header, List<Line> lines) {
    static Table read(Path file) throws IOException {
      try (BufferedReader in = Files.newBufferedReader(file)) {
        String first = in.readLine();
        if (first == null) {
          throw new IOException(file + " is empty: it must start with a line of column names");
        }
        List<String> header = List.of(first.split(",", -1));
        List<Line> lines = new ArrayList<>();
        String line;
        while ((line = in.readLine()) != null) {
          List<String> fields = List.of(line.split(",", -1));
          int number = lines.size() + 2;
          if (fields.size() != header.size()) {
            throw new IOException(
                "%s, line %d has %d fields, the header has %d"
                    .formatted(file, number, fields.size(), header.size()));
          }
          lines.add(new Line(file, number, header, fields));
        }
        return new Table(file, header, lines);
      } catch (NoSuchFileException e) {
        throw new IOException("There is no file " + file, e);
      }
    }

    List<Integer> columns(List<String> names) throws IOException {
      List<Integer> columns = new ArrayList<>();
      for (String name : names) {
        columns.add(column(name));
      }
      return columns;
    }

    int column(String name) throws IOException {
      int column = header.indexOf(name);
      if (column < 0) {
        throw new IOException("%s has no column %s".formatted(file, name));
      }
      return column;
    }

    /** The columns whose name is a minute of the day. */
    List<Integer> minuteColumns() throws IOException {
      List<Integer> columns = new ArrayList<>();
      for (int column = 0; column < header.size(); column++) {
        if (header.get(column).matches("[0-9]{1,4}")) {
          columns.add(column);
        }
      }
      if (columns.isEmpty()) {
        throw new IOException(file + " has no column of a minute, such as 1 or 480");
      }
      for (int i = 1; i < columns.size(); i++) {
        int minute = Integer.parseInt(header.get(columns.get(i)));
        if (minute != Integer.parseInt(header.get(columns.get(i - 1))) + 1) {
          throw new IOException(
              "%s: column %d does not follow the minute before it".formatted(file, minute));
        }
      }
      return columns;
    }
  }

  private record Line(Path file, int number, List<String> header, List<String> fields) {
    String text(int column) throws IOException {
      String text = fields.get(column);
      if (text.isEmpty()) {
        throw wrong(column, "empty");
      }
      return text;
    }

    List<String> texts(List<Integer> columns) throws IOException {
      List<String> texts = new ArrayList<>();
      for (int column : columns) {
        texts.add(text(column));
      }
      return texts;
    }

    int count(int column) throws IOException {
      try {
        return Integer.parseUnsignedInt(text(column));
      } catch (NumberFormatException e) {
        throw wrong(column, "not a whole number: " + text(column));
      }
    }

    DurationPercentiles percentiles(List<Integer> columns) throws IOException {
      double[] millis = new double[columns.size()];
      for (int i = 0; i < millis.length; i++) {
        try {
          millis[i] = Double.parseDouble(text(columns.get(i)));
        } catch (NumberFormatException e) {
          throw wrong(columns.get(i), "not a number: " + text(columns.get(i)));
        }
      }
      try {
        return new DurationPercentiles(millis);
      } catch (IllegalArgumentException e) {
        throw new IOException("%s, line %d: %s".formatted(file, number, e.getMessage()), e);
      }
    }

    private IOException wrong(int column, String what) {
      return new IOException(
          "%s, line %d, column %s is %s".formatted(file, number, header.get(column), what));
    }
  }
}
