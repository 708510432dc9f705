package dev.scriptanalytics.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.row.RunRow.Column;
import org.junit.jupiter.api.Test;

class RunErrorGroupsTest {
  private static final RunErrorGroups GROUPS = new RunErrorGroups();

  @Test
  void areTheSameForTheSameError() {
    assertThat(group(RunStatus.FAILED, "", "no card 17", "at app.Pay.run(Pay.java:3)"))
        .isEqualTo(group(RunStatus.FAILED, "", "no card 18", "at app.Pay.run(Pay.java:4)"))
        .isNotEqualTo(group(RunStatus.FAILED, "", "no card 17", "at app.Pay.stop(Pay.java:3)"))
        .isNotEqualTo(group(RunStatus.FAILED, "", "no account", "at app.Pay.run(Pay.java:3)"))
        .isNotZero();
  }

  @Test
  void dependOnTheCodeAndNotTheMessageWhereThereIsOne() {
    assertThat(group(RunStatus.FAILED, "E1", "no card", ""))
        .isEqualTo(group(RunStatus.FAILED, "E1", "no money", ""))
        .isNotEqualTo(group(RunStatus.FAILED, "E2", "no card", ""));
  }

  @Test
  void areMissingWhereNothingFailedOrNothingIsSaid() {
    assertThat(group(RunStatus.SUCCESS, "E1", "a warning", "")).isZero();
    assertThat(group(RunStatus.IN_PROGRESS, "E1", "a warning", "")).isZero();
    assertThat(group(RunStatus.FAILED, "", "", "")).isZero();
  }

  @Test
  void stayWithTheEndWhenItIsMergedWithItsStart() {
    RunRow start = new RunRow().wrap(row(RunStatus.IN_PROGRESS, "", "", ""));
    RunRow end = new RunRow().wrap(GROUPS.set(row(RunStatus.FAILED, "E1", "no card", "")));

    byte[] merged = RunRow.merge(start, end, start, new RowBinaryBuffer());

    assertThat(RowReader.runRow(merged))
        .containsEntry("error_group", group(RunStatus.FAILED, "E1", "no card", ""));
  }

  private static long group(RunStatus status, String code, String message, String stack) {
    byte[] row = GROUPS.set(row(status, code, message, stack));
    return (long) RowReader.runRow(row).get("error_group");
  }

  private static byte[] row(RunStatus status, String code, String message, String stack) {
    RunRowWriter row = new RunRowWriter();
    row.begin(RunRow.END_ONLY, status, 0, 0, 30);
    row.text(Column.ACCOUNT, "acme".getBytes(UTF_8));
    row.text(Column.ERROR_CODE, code.getBytes(UTF_8));
    row.text(Column.ERROR_MESSAGE, message.getBytes(UTF_8));
    row.text(Column.ERROR_STACK, stack.getBytes(UTF_8));
    return row.finish();
  }
}
