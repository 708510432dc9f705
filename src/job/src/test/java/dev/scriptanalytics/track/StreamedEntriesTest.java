package dev.scriptanalytics.track;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class StreamedEntriesTest {
  @Test
  void keepsWhatASetWouldKeepAlsoAfterItsBytesAreRead() throws IOException {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      StreamedEntries entries = new StreamedEntries();
      Set<Long> expected = new HashSet<>();
      // From one home slot for all hashes to a different one for each.
      int homes = 1 << seed % 20;
      for (int step = 0; step < 50 * (1 + seed); step++) {
        long hash = hash(random, homes);
        entries.add(hash);
        expected.add(hash);
        assertThat(entries.size()).isEqualTo(expected.size());
      }
      assertSame(entries, expected, homes, random);
      assertSame(readAgain(entries), expected, homes, random);
    }
  }

  @Test
  void takesEightBytesOfACheckpointForAnEntryAndAtMostTwiceAsManyInMemory() throws IOException {
    StreamedEntries entries = new StreamedEntries();
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      entries.add(random.nextLong());
    }
    DataOutputSerializer to = new DataOutputSerializer(8);
    entries.writeTo(to);

    assertThat(to.length()).isEqualTo(4 + 1000 * 8);
    assertThat(entries.bytes()).isLessThan(100 + 1000 * 24);
    assertThat(readAgain(entries).bytes()).isEqualTo(entries.bytes());
  }

  private static long hash(Random random, int homes) {
    long home = Integer.toUnsignedLong(random.nextInt(homes) * (Integer.MAX_VALUE / homes));
    return home << Integer.SIZE | (1 + random.nextInt(500));
  }

  private static void assertSame(
      StreamedEntries entries, Set<Long> expected, int homes, Random random) {
    assertThat(entries.size()).isEqualTo(expected.size());
    assertThat(expected).allMatch(entries::contains);
    for (int i = 0; i < 100; i++) {
      long hash = hash(random, homes);
      assertThat(entries.contains(hash)).isEqualTo(expected.contains(hash));
    }
  }

  private static StreamedEntries readAgain(StreamedEntries entries) throws IOException {
    DataOutputSerializer to = new DataOutputSerializer(8);
    entries.writeTo(to);
    return StreamedEntries.readFrom(new DataInputDeserializer(to.getCopyOfBuffer()));
  }
}
