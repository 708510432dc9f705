package dev.scriptanalytics.sql;

import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A block of code in a document, with the heading or text that stands before it. */
record DocumentedSql(String heading, String code) {
  private static final Pattern HEADING = Pattern.compile("^#{2,4} (.*)$");

  /**
   * The blocks of a language in a document, in order.
   *
   * @param file its path within the repository
   */
  static List<DocumentedSql> blocks(String file, String language) {
    List<DocumentedSql> blocks = new ArrayList<>();
    String heading = "";
    StringBuilder block = null;
    for (String line : lines(file)) {
      Matcher matcher = HEADING.matcher(line);
      if (block == null && matcher.matches()) {
        heading = matcher.group(1);
      } else if (block == null && line.strip().equals("```" + language)) {
        block = new StringBuilder();
      } else if (block != null && line.strip().equals("```")) {
        blocks.add(new DocumentedSql(heading, block.toString()));
        block = null;
      } else if (block != null) {
        block.append(line).append('\n');
      }
    }
    return blocks;
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Repository.path(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
