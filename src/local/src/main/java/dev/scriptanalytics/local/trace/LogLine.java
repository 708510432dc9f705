package dev.scriptanalytics.local.trace;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A line of a system's log.
 *
 * @param level as the system writes it; {@code Info} if its log has none
 * @param component that wrote it; empty if the log has none
 */
public record LogLine(String level, String component, String content) {
  private static final String LEVEL = "Level";
  private static final String COMPONENT = "Component";
  private static final String CONTENT = "Content";
  private static final ObjectReader CSV =
      new CsvMapper().readerForMapOf(String.class).with(CsvSchema.emptySchema().withHeader());

  /**
   * The lines of all files {@code *.csv} of a folder, in the order of the files' names: structured
   * logs with a header. Column {@code Content} is required, {@code Level} and {@code Component} are
   * optional, and others are ignored.
   *
   * @throws IOException naming the file that cannot be read, or the folder that has none
   */
  public static List<LogLine> readFolder(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.csv")) {
      found.forEach(files::add);
    } catch (NotDirectoryException | NoSuchFileException e) {
      throw new IOException("There is no folder " + folder, e);
    }
    files.sort(null);
    List<LogLine> lines = new ArrayList<>();
    for (Path file : files) {
      read(file, lines);
    }
    if (lines.isEmpty()) {
      throw new IOException(folder + " has no line of a log in files named *.csv");
    }
    return lines;
  }

  private static void read(Path file, List<LogLine> lines) throws IOException {
    try (MappingIterator<Map<String, String>> rows = CSV.readValues(file.toFile())) {
      while (rows.hasNextValue()) {
        Map<String, String> row = rows.nextValue();
        String content = row.get(CONTENT);
        if (content == null) {
          throw new IOException("%s has no column %s".formatted(file, CONTENT));
        }
        // A log entry needs a message.
        if (!content.isEmpty()) {
          lines.add(
              new LogLine(
                  row.getOrDefault(LEVEL, "Info"), row.getOrDefault(COMPONENT, ""), content));
        }
      }
    } catch (JacksonException e) {
      throw new IOException(
          "%s, line %d cannot be read: %s"
              .formatted(file, e.getLocation().getLineNr(), e.getOriginalMessage()),
          e);
    }
  }
}
