package dev.scriptanalytics.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.row.RunRow.Column;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunRowWriterTest {
  private static final byte[] TEXT = "täxt".getBytes(UTF_8);

  private final RunRowWriter writer = new RunRowWriter();

  @BeforeEach
  void begin() {
    writer.begin(RunRow.END_ONLY, RunStatus.SUCCESS, 7, 1_747_202_847_100L, 30);
  }

  @Test
  void leavesColumnsThatArePassedOverEmptyOrNull() {
    Map<String, Object> row = RowReader.runRow(writer.finish());

    assertThat(row.keySet()).containsExactlyElementsOf(RunRow.COLUMNS);
    for (Column column : Column.values()) {
      Object empty =
          switch (column.type) {
            case STRING -> "";
            case NULLABLE_8, NULLABLE_1 -> null;
            case STRINGS -> List.of();
            case NUMBERS -> Map.of();
          };
      assertThat(row.get(column.sqlName())).as(column.sqlName()).isEqualTo(empty);
    }
  }

  @Test
  void writesColumnsOfEveryTypeBehindTheFixedOnes() {
    writer.text(Column.SCRIPT, TEXT);
    writer.float64(Column.RESPONSE_TIME, 137.5);
    writer.int64(Column.MEMORY_BYTES, -1);
    writer.bool(Column.COLD_START, false);
    writer.numbers(Column.PHASES, Map.of("queue", 0.25));
    writer.texts(Column.TRUNCATED, List.of("input", "output"));

    Map<String, Object> row = RowReader.runRow(writer.finish());

    assertThat(row)
        .containsEntry("version", RunRow.END_ONLY)
        .containsEntry("status", "Success")
        .containsEntry("deployment_version", 7)
        .containsEntry("retention_days", 30)
        .containsEntry("script", "täxt")
        .containsEntry("response_time", 137.5)
        .containsEntry("memory_bytes", -1L)
        .containsEntry("phases", Map.of("queue", 0.25))
        .containsEntry("truncated", List.of("input", "output"))
        .containsEntry("redacted", List.of());
    assertThat(row.get("cold_start")).isNotNull();
  }

  @Test
  void hashesAccountAndRunId() {
    SipHash expected = new SipHash("000102030405060708090a0b0c0d0e0f");
    RowBinaryBuffer identity = new RowBinaryBuffer();
    identity.string(TEXT);
    identity.string("r1".getBytes(UTF_8));
    expected.hash(identity.buffer(), 0, identity.size());

    writer.text(Column.ACCOUNT, TEXT);
    writer.text(Column.RUN_ID, "r1".getBytes(UTF_8));
    SipHash hash = new SipHash("000102030405060708090a0b0c0d0e0f");
    writer.hashIdentity(hash);

    assertThat(hash.high()).isEqualTo(expected.high());
    assertThat(hash.low()).isEqualTo(expected.low());
  }

  @Test
  void refusesAColumnBehindItsPlace() {
    writer.text(Column.SCRIPT, TEXT);

    assertThatThrownBy(() -> writer.text(Column.RUN_ID, TEXT))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> writer.text(Column.SCRIPT, TEXT))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesAValueOfAnotherType() {
    assertThatThrownBy(() -> writer.text(Column.ENDED_ON, TEXT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ENDED_ON");
  }

  @Test
  void refusesToHashARowThatGoesOnBehindTheIdentity() {
    writer.text(Column.SCRIPT, TEXT);

    assertThatThrownBy(() -> writer.hashIdentity(new SipHash("000102030405060708090a0b0c0d0e0f")))
        .isInstanceOf(IllegalStateException.class);
  }
}
