package dev.scriptanalytics.local.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogLineTest {
  @TempDir Path folder;

  @Test
  void takesLevelComponentAndContentByTheNamesOfTheirColumns() throws IOException {
    write("a.csv", "LineId,Level,Content,Component\n1,WARN,disk is full,store.Disk\n");

    assertThat(LogLine.readFolder(folder))
        .containsExactly(new LogLine("WARN", "store.Disk", "disk is full"));
  }

  @Test
  void readsCommasQuotesAndLineFeedsWithinQuotedFields() throws IOException {
    write(
        "a.csv",
        "Id,Content,Level\n1,\"GET \"\"/a,b\"\" HTTP/1.1, 200\",INFO\n2,\"one\ntwo\",INFO\n");

    assertThat(LogLine.readFolder(folder))
        .extracting(LogLine::content)
        .containsExactly("GET \"/a,b\" HTTP/1.1, 200", "one\ntwo");
  }

  @Test
  void leavesBackslashesAndSpacesAsTheyAre() throws IOException {
    write("a.csv", "Content\n  C:\\temp\\new  \n");

    assertThat(LogLine.readFolder(folder))
        .containsExactly(new LogLine("Info", "", "  C:\\temp\\new  "));
  }

  @Test
  void readsEveryCsvFileInTheOrderOfTheNamesAndNoOther() throws IOException {
    write("b.csv", "Content,Level\nsecond,combo\n");
    write("a.csv", "Content\nfirst\n");
    write("LICENSE", "Content\nnone\n");

    assertThat(LogLine.readFolder(folder))
        .containsExactly(new LogLine("Info", "", "first"), new LogLine("combo", "", "second"));
  }

  @Test
  void namesTheFileWithoutContent() throws IOException {
    write("a.csv", "Text\nfirst\n");

    assertThatIOException()
        .isThrownBy(() -> LogLine.readFolder(folder))
        .withMessage(folder.resolve("a.csv") + " has no column Content");
  }

  @Test
  void saysThatTheFolderHasNoLinesOrIsNone() {
    assertThatIOException()
        .isThrownBy(() -> LogLine.readFolder(folder))
        .withMessageContaining("no line of a log");
    assertThatIOException()
        .isThrownBy(() -> LogLine.readFolder(folder.resolve("none")))
        .withMessageContaining("There is no folder");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
