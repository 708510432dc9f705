package dev.scriptanalytics.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class RowBatchTest {
  private final RowBatch batch = new RowBatch(3, 1_000_000);

  @Test
  void keepsRowsOneAfterTheOther() throws IOException {
    batch.add(new byte[] {1, 2, 9}, 2);
    batch.add(new byte[] {}, 0);
    batch.add(new byte[] {3}, 1);

    assertThat(written()).containsExactly(1, 2, 3);
    assertThat(batch.rows()).isEqualTo(3);
    assertThat(batch.size()).isEqualTo(3);
  }

  @Test
  void isFullByRows() {
    batch.add(new byte[1], 1);
    batch.add(new byte[1], 1);
    assertThat(batch.isFull()).isFalse();
    assertThat(batch.hasRoomFor(1)).isTrue();
    batch.add(new byte[1], 1);
    assertThat(batch.isFull()).isTrue();
    assertThat(batch.hasRoomFor(1)).isFalse();
  }

  @Test
  void isFullByBytes() {
    batch.add(new byte[999_999], 999_999);
    assertThat(batch.isFull()).isFalse();
    assertThat(batch.hasRoomFor(1)).isTrue();
    assertThat(batch.hasRoomFor(2)).isFalse();
    batch.add(new byte[1], 1);
    assertThat(batch.isFull()).isTrue();
  }

  @Test
  void takesAnyRowWhenItIsEmptyAndShrinksAgain() throws IOException {
    assertThat(batch.hasRoomFor(Integer.MAX_VALUE)).isTrue();
    batch.add(new byte[3_000_000], 3_000_000);
    assertThat(written()).hasSize(3_000_000);
    batch.clear();
    assertThat(batch.isEmpty()).isTrue();
    batch.add(new byte[] {7}, 1);
    assertThat(written()).containsExactly(7);
  }

  private byte[] written() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    batch.writeTo(out);
    return out.toByteArray();
  }
}
