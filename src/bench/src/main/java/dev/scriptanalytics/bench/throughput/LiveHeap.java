package dev.scriptanalytics.bench.throughput;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is alive on the heap of another JVM, which it collects in full to tell: that takes it a
 * second or two.
 *
 * @param bytes of all objects
 * @param bytesByClass of the classes that have most of them, by their names in the JVM: {@code [J}
 *     is a {@code long[]}
 */
record LiveHeap(long bytes, Map<String, Long> bytesByClass) {
  private static final int CLASSES = 8;

  static LiveHeap of(long pid) {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try {
      Process process =
          new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      return parse(
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot ask process " + pid + " for its heap.", e);
    }
  }

  /** Lines such as {@code 1: 6423 1093656 [B (java.base@17.0.9)}, and {@code Total 9999 88888}. */
  static LiveHeap parse(List<String> lines) {
    long total = 0;
    Map<String, Long> byClass = new LinkedHashMap<>();
    for (String line : lines) {
      String[] words = line.trim().split("\\s+", -1);
      if (words[0].equals("Total")) {
        total = Long.parseLong(words[2]);
      } else if (words.length > 3 && words[0].matches("\\d+:") && byClass.size() < CLASSES) {
        byClass.put(words[3], Long.parseLong(words[2]));
      }
    }
    if (total == 0) {
      throw new IllegalStateException("No histogram of a heap: " + String.join(" ", lines));
    }
    return new LiveHeap(total, byClass);
  }

  /** All, and those classes, in megabytes. */
  Map<String, Long> megabytes() {
    Map<String, Long> megabytes = new LinkedHashMap<>();
    megabytes.put("all", bytes >> 20);
    bytesByClass.forEach((name, of) -> megabytes.put(name, of >> 20));
    return megabytes;
  }
}
