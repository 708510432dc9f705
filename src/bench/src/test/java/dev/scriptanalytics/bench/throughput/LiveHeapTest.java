package dev.scriptanalytics.bench.throughput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class LiveHeapTest {
  @Test
  void countsWhatThisProcessKeepsAlive() {
    long[] kept = new long[1 << 20];
    LiveHeap heap = LiveHeap.of(ProcessHandle.current().pid());
    assertThat(heap.bytes()).isGreaterThan(8L << 20);
    assertThat(heap.bytesByClass().get("[J")).isGreaterThanOrEqualTo(8L << 20);
    assertThat(kept).hasSize(1 << 20);
  }

  @Test
  void readsWhatAJvmTells() {
    String told =
        """
        4711:
         num     #instances         #bytes  class name (module)
        -------------------------------------------------------
           1:         37061       10485760  [B (java.base@17.0.15)
           2:          3123        2097152  dev.scriptanalytics.rollup.Cell
        Total         91371       13631488
        """;
    LiveHeap heap = LiveHeap.parse(told.lines().toList());
    assertThat(heap.bytes()).isEqualTo(13 << 20);
    assertThat(heap.megabytes())
        .containsExactly(
            entry("all", 13L), entry("[B", 10L), entry("dev.scriptanalytics.rollup.Cell", 2L));
  }
}
