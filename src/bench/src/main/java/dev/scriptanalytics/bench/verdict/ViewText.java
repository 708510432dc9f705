package dev.scriptanalytics.bench.verdict;

import dev.scriptanalytics.bench.sql.SqlFile;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of the view {@code version_verdict} as it is shipped, with other figures than those of a
 * script. So what is measured is what the view says.
 */
final class ViewText {
  private static final String FILE = "sql/34_version_verdict.sql";
  private static final Pattern PARTS =
      Pattern.compile(
          "\nAS\n(?<before>.*?)-- What the verdict is made of\\.[^\n]*\n"
              + "(?<indent> *)\\((?<figures>\n.*?\n)\\k<indent>\\)\n(?<after>.*)\nCOMMENT ",
          Pattern.DOTALL);
  private static final Pattern LEVELS =
      Pattern.compile("quantilesTDigestWeightedMerge\\(([0-9., \n]+)\\)\\(digest\\)");

  private final Matcher view;

  private ViewText(Matcher view) {
    this.view = view;
  }

  /**
   * Reads the view.
   *
   * @throws IllegalStateException if it does not say where its figures are
   */
  static ViewText read() {
    try {
      Matcher view = PARTS.matcher(Files.readString(Repository.path(FILE)));
      if (!view.find()) {
        throw new IllegalStateException(FILE + " does not say what the verdict is made of.");
      }
      return new ViewText(view);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + FILE + ".", e);
    }
  }

  /** The view as a query of the simulated deployments, one row for each of them and each minute. */
  String ofSimulated() {
    String figures =
        SqlFile.beside(ViewText.class, "figures.sql")
            .statement()
            .replace("(LEVELS)", "(" + levels() + ")");
    return view.group("before") + "\n(\n" + figures + "\n)\n" + view.group("after");
  }

  /** The levels at which the view evaluates a digest. */
  private String levels() {
    Matcher levels = LEVELS.matcher(view.group("figures"));
    if (!levels.find()) {
      throw new IllegalStateException(FILE + " evaluates no digest.");
    }
    return levels.group(1).strip();
  }
}
