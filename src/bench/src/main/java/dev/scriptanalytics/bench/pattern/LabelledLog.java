package dev.scriptanalytics.bench.pattern;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The lines of one system's log, each with its true template, as Loghub publishes them.
 *
 * @param system the name of the file
 */
record LabelledLog(String system, List<Line> lines) {
  private static final ObjectReader CSV =
      new CsvMapper().readerForMapOf(String.class).with(CsvSchema.emptySchema().withHeader());

  /**
   * A line.
   *
   * @param template what lines of the same template have in common
   */
  record Line(String message, String template) {}

  /**
   * The logs of a folder: its files {@code *.csv} with the columns {@code Content} and {@code
   * EventId}, in the order of their names.
   *
   * @throws IOException naming the file or folder that cannot be read
   */
  static List<LabelledLog> readFolder(Path folder) throws IOException {
    List<LabelledLog> logs = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          (Iterable<Path>)
              files.filter(name -> name.toString().endsWith(".csv")).sorted()::iterator) {
        logs.add(read(file));
      }
    } catch (NotDirectoryException | NoSuchFileException e) {
      throw new IOException("There is no folder " + folder, e);
    }
    if (logs.isEmpty()) {
      throw new IOException(folder + " has no files named *.csv");
    }
    return logs;
  }

  private static LabelledLog read(Path file) throws IOException {
    List<Line> lines = new ArrayList<>();
    try (MappingIterator<Map<String, String>> rows = CSV.readValues(file.toFile())) {
      while (rows.hasNextValue()) {
        Map<String, String> row = rows.nextValue();
        String message = row.get("Content");
        String template = row.get("EventId");
        if (message == null || template == null) {
          throw new IOException(file + " lacks the column Content or EventId");
        }
        lines.add(new Line(message, template));
      }
    }
    String name = file.getFileName().toString();
    return new LabelledLog(name.substring(0, name.length() - ".csv".length()), lines);
  }
}
