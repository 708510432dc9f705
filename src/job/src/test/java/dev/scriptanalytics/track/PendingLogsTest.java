package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.RowReader;
import dev.scriptanalytics.row.RunRow;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PendingLogsTest {
  private static final HexFormat HEX = HexFormat.of();

  private final PendingLogs logs = new PendingLogs();

  @Test
  void keepsWhatItWasToldOfEachRun() {
    PendingRun one = logs.add(1, 2, 3);
    one.addStreamed(7, 2);
    one.addStreamed(-8, 2);
    one.addStreamed(9, 2);
    one.addRow("row".getBytes(UTF_8));
    logs.add(1, 3, 4);

    PendingLogs again = new PendingLogs();
    again.load(logs.toBytes());

    assertThat(again.get(1, 2).since).isEqualTo(3);
    assertThat(again.get(1, 2).streamed().size()).isEqualTo(2);
    assertThat(again.get(1, 2).streamed().contains(7)).isTrue();
    assertThat(again.get(1, 2).streamed().contains(-8)).isTrue();
    assertThat(again.get(1, 2).isIncomplete).isTrue();
    assertThat(again.get(1, 2).rows()).containsExactly("row".getBytes(UTF_8));
    assertThat(again.get(1, 2).bytes()).isEqualTo(one.bytes());
    assertThat(again.get(1, 3).rows()).isEmpty();
    assertThat(again.get(1, 3).streamed()).isNull();
    assertThat(again.get(1, 3).isIncomplete).isFalse();
    assertThat(again.get(2, 1)).isNull();
  }

  @Test
  void saysWhetherItChanged() {
    assertThat(logs.isChanged()).isFalse();
    PendingRun run = logs.add(1, 2, 3);
    assertThat(logs.isChanged()).isTrue();
    logs.toBytes();
    assertThat(logs.isChanged()).isFalse();
    logs.remove(run);
    assertThat(logs.isChanged()).isTrue();
    assertThat(logs.runs()).isEmpty();
  }

  @Test
  void retractsAfterARestartTheLinesThatWereWrittenBefore() {
    CapturedLogs captured = new CapturedLogs(Rules.rules().build(), Redactor.ofNothing());
    ScriptEvent end =
        new RunEvents()
            .success("a", 5)
            .with("stdout", "plain\nINFO :: one\nINFO :: two")
            .with("stderr", "ERROR :: three")
            .decoded();
    RunRow run = new RunRow().wrap(end.row);
    List<Map<String, Object>> written = new ArrayList<>();
    PendingRun pending = logs.add(1, 2, 3);
    pending.retractable = captured.write(end, run, null, row -> written.add(RowReader.logRow(row)));
    PendingLogs again = new PendingLogs();
    again.load(logs.toBytes());

    List<Map<String, Object>> tombstones = new ArrayList<>();
    RetractableLines lines = again.get(1, 2).retractable;
    assertThat(lines.bytes()).isEqualTo(pending.retractable.bytes());
    LineHash hash = new LineHash();
    captured.retract(
        lines, hash.of(LogLevel.INFO, "one".getBytes(UTF_8)), row -> add(row, tombstones));
    captured.retract(
        lines, hash.of(LogLevel.INFO, "two".getBytes(UTF_8)), row -> add(row, tombstones));
    captured.retract(
        lines, hash.of(LogLevel.INFO, "three".getBytes(UTF_8)), row -> add(row, tombstones));
    captured.retract(
        lines, hash.of(LogLevel.ERROR, "three".getBytes(UTF_8)), row -> add(row, tombstones));

    assertThat(tombstones).hasSize(3).allMatch(row -> row.get("is_deleted").equals(1));
    assertThat(tombstones)
        .extracting(PendingLogsTest::key)
        .containsExactlyElementsOf(
            written.stream()
                .filter(row -> !row.get("original_level").equals(""))
                .map(PendingLogsTest::key)
                .toList());
    assertThat(lines.size()).isZero();
  }

  private static void add(byte[] row, List<Map<String, Object>> rows) {
    rows.add(RowReader.logRow(row));
  }

  private static List<Object> key(Map<String, Object> row) {
    return List.of(
        row.get("account"),
        row.get("script"),
        row.get("timestamp"),
        row.get("log_id"),
        row.get("run_id"),
        row.get("log_message"),
        row.get("retention_days"));
  }

  @Test
  void readsTheBytesOfItsFirstVersionForEver() {
    String golden =
        "01"
            + "00000001"
            + "0123456789abcdef"
            + "fedcba9876543210"
            + "000001a19bc150a0"
            + "01" // more was streamed than is here
            + "01" // streamed
            + "00000002"
            + "1123456789abcdef"
            + "f123456789abcdef"
            + "01" // lines of the library
            + "00000004"
            + HEX.formatHex("acme".getBytes(UTF_8))
            + "00000001"
            + HEX.formatHex("s".getBytes(UTF_8))
            + "00000001"
            + HEX.formatHex("r".getBytes(UTF_8))
            + "0005f5e100000000"
            + "0000001e"
            + "00000002"
            + "00000004" // line 2 of stdout
            + "2123456789abcdef"
            + "00000001"
            + "78"
            + "00000007" // line 3 of stderr
            + "e123456789abcdef"
            + "00000000"
            + "00000001" // row
            + "00000003"
            + "726f77";
    logs.load(HEX.parseHex(golden));

    PendingRun run = logs.get(0x0123456789abcdefL, 0xfedcba9876543210L);
    assertThat(run.since).isEqualTo(1_793_614_500_000L);
    assertThat(run.isIncomplete).isTrue();
    assertThat(run.streamed().contains(0xf123456789abcdefL)).isTrue();
    assertThat(run.retractable.size()).isEqualTo(2);
    assertThat(run.rows()).containsExactly("row".getBytes(UTF_8));
    assertThat(HEX.formatHex(logs.toBytes())).isEqualTo(golden);
  }

  @Test
  void refusesBytesOfAnUnknownVersion() {
    assertThatThrownBy(() -> logs.load(new byte[] {9, 0, 0, 0, 0}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Unknown format")
        .hasMessageContaining("9");
  }
}
