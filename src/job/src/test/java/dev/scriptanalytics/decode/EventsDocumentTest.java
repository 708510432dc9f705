package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.configuration.JobOptions;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
