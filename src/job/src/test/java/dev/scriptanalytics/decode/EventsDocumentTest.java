package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.configuration.JobOptions;
import dev.scriptanalytics.event.LevelScale;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** EVENTS.md lists what is read, no more and no less. */
class EventsDocumentTest {
  private List<String> lines;

  @BeforeEach
  void read() throws IOException {
    lines = Files.readAllLines(Repository.path("deploy/flink/EVENTS.md"));
  }

  @Test
  void listsTheFieldsOfRunsAndTheirNames() {
    assertThat(names("### Fields of a run", "| field |"))
        .isEqualTo(namesOf(RunFields.Field.values()));
    assertThat(names("### Fields of a run", "| field of `error` |"))
        .isEqualTo(namesOf(RunFields.ErrorField.values()));
    assertThat(names("### Fields of a run", "| field of `resources` |"))
        .isEqualTo(namesOf(RunFields.ResourceField.values()));
  }

  @Test
  void listsTheFieldsOfLogEntriesAndTheirNames() {
    assertThat(names("## Log entries", "| field |"))
        .isEqualTo(namesOf(LogEntryReader.Field.values()));
  }

  @Test
  void listsTheStatusWords() {
    Map<String, List<String>> words = new LinkedHashMap<>();
    for (String[] row : table("### Status words", "| status |")) {
      words.put(row[0], List.of(row[1].split(", ")));
    }

    assertThat(words)
        .containsExactly(
            Map.entry("In Progress", JobOptions.RUN_STATUS_IN_PROGRESS.defaultValue()),
            Map.entry("Success", JobOptions.RUN_STATUS_SUCCESS.defaultValue()),
            Map.entry("Failed", JobOptions.RUN_STATUS_FAILED.defaultValue()));
  }

  @Test
  void listsWordsAndNumbersOfLevelsAsTheyAreRead() {
    List<String[]> levels = table("## Log entries", "| level |");

    assertThat(levels)
        .extracting(row -> LogLevel.valueOf(row[0].toUpperCase(Locale.ROOT)))
        .containsExactly(
            LogLevel.DEBUG, LogLevel.INFO, LogLevel.WARNING, LogLevel.ERROR, LogLevel.FATAL);
    for (String[] row : levels) {
      LogLevel level = LogLevel.valueOf(row[0].toUpperCase(Locale.ROOT));
      assertThat(row[1].split(", ", -1)).allSatisfy(word -> assertLevel(word, level));
      LevelScale[] scales = LevelScale.values();
      for (int i = 0; i < scales.length; i++) {
        LevelScale scale = scales[i];
        String[] range = row[2 + i].split("–", -1);
        long first = Long.parseLong(range[0]);
        long last = Long.parseLong(range[range.length - 1]);
        assertThat(LongStream.rangeClosed(first, last).boxed())
            .as(scale.name())
            .allSatisfy(number -> assertThat(scale.levelOf(number)).isEqualTo(level));
        assertThat(scale.levelOf(first - 1)).as(scale.name()).isNotEqualTo(level);
        assertThat(scale.levelOf(last + 1)).as(scale.name()).isNotEqualTo(level);
      }
    }
  }

  private static void assertLevel(String word, LogLevel level) {
    assertThat(LogLevel.ofWord(word)).as(word).isEqualTo(level);
  }

  @Test
  void showsTimesThatAreReadAsItSays() {
    List<String[]> forms = table("### Times", "| form |");

    assertThat(forms).hasSizeGreaterThan(15);
    assertThat(forms)
        .allSatisfy(
            form -> {
              byte[] time = unquoted(form[1]).getBytes(UTF_8);
              long micros = EventTime.parseMicros(time, 0, time.length, null);
              assertThat(Instant.EPOCH.plus(micros, ChronoUnit.MICROS))
                  .as(form[0])
                  .isEqualTo(form[2]);
            });
  }

  private static List<List<String>> namesOf(EventField[] fields) {
    return Arrays.stream(fields).map(EventField::names).toList();
  }

  /** The names of each field, its own name first. */
  private List<List<String>> names(String heading, String table) {
    return table(heading, table).stream()
        .map(
            row ->
                row[1].isEmpty()
                    ? List.of(unquoted(row[0]))
                    : Arrays.stream((row[0] + ", " + row[1]).split(", "))
                        .map(EventsDocumentTest::unquoted)
                        .toList())
        .toList();
  }

  /** The cells of the first table below a heading whose first line begins so. */
  private List<String[]> table(String heading, String begin) {
    return lines.stream()
        .dropWhile(line -> !line.startsWith(heading))
        .dropWhile(line -> !line.startsWith(begin))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.substring(1).split("\\|"))
        .map(cells -> Arrays.stream(cells).map(String::strip).toArray(String[]::new))
        .toList();
  }

  private static String unquoted(String code) {
    return code.replace("`", "");
  }
}
