package dev.scriptanalytics.event;

import static dev.scriptanalytics.event.SerializedForm.hex;
import static dev.scriptanalytics.event.SerializedForm.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** Open runs are kept in state as such events, so these bytes must be readable forever. */
class ScriptEventSerializerTest {
  private static final String GOLDEN =
      "00" // of a run
          + "01020304050607080807060504030201" // hash
          + "00000196cd4b7c40" // arrival
          + "000b7363726970742d72756e73" // topic
          + "00000003" // partition
          + "000000000000002a" // offset
          + "00000001" // item
          + "000000030a0bff" // row
          + "00000000" // stdout, empty
          + "ffffffff"; // stderr, none

  @Test
  void readsAndWritesTheEventsOfVersion1() throws IOException {
    ScriptEvent event = event("script-runs", new byte[0], null);

    assertThat(hex(ScriptEventSerializer.TYPE, event)).isEqualTo(GOLDEN);
    assertThat(read(ScriptEventSerializer.TYPE, GOLDEN))
        .usingRecursiveComparison()
        .isEqualTo(event);
    assertThat(SerializedForm.copied(ScriptEventSerializer.TYPE, GOLDEN)).isEqualTo(GOLDEN);
  }

  @Test
  void carriesLogEntriesWithoutTheirOrigin() throws IOException {
    ScriptEvent entry =
        ScriptEvent.ofLog(
            0x0102030405060708L, 0x0807060504030201L, 0x196cd4b7c40L, new byte[] {10, 11, -1});
    String golden = "01" + GOLDEN.substring(2, 2 + 48) + "000000030a0bff";

    assertThat(hex(ScriptEventSerializer.TYPE, entry)).isEqualTo(golden);
    assertThat(read(ScriptEventSerializer.TYPE, golden))
        .usingRecursiveComparison()
        .isEqualTo(entry);
  }

  @Test
  void carriesCapturedTextOfAnySize() throws IOException {
    byte[] stdout = new byte[1 << 20];
    stdout[stdout.length - 1] = 7;
    ScriptEvent event = event("t", stdout, new byte[] {1});

    ScriptEvent read = read(ScriptEventSerializer.TYPE, hex(ScriptEventSerializer.TYPE, event));

    assertThat(read.stdout).isEqualTo(stdout);
    assertThat(read.stderr).containsExactly(1);
    assertThat(read.row.length + read.stdout.length + read.stderr.length)
        .isEqualTo(3 + (1 << 20) + 1);
  }

  @Test
  void keepsOneStringForATopic() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    ScriptEventSerializer serializer = new ScriptEventSerializer();
    for (String topic : new String[] {"a", "a", "b", "a"}) {
      serializer.serialize(event(topic, null, null), out);
    }
    DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());

    String first = serializer.deserialize(in).origin.topic();
    assertThat(serializer.deserialize(in).origin.topic()).isSameAs(first);
    assertThat(serializer.deserialize(in).origin.topic()).isEqualTo("b");
    assertThat(serializer.deserialize(in).origin.topic()).isEqualTo("a");
    assertThat(serializer.duplicate()).as("two threads share nothing").isNotSameAs(serializer);
  }

  @Test
  void isFoundAgainByACheckpoint() throws IOException {
    SerializedForm.checkItsSnapshot(ScriptEventSerializer.TYPE);
  }

  private static ScriptEvent event(String topic, byte[] stdout, byte[] stderr) {
    return ScriptEvent.ofRun(
        ScriptEvent.Kind.RUN,
        0x0102030405060708L,
        0x0807060504030201L,
        0x196cd4b7c40L,
        new Origin(topic, 3, 42, 1),
        new byte[] {10, 11, -1},
        stdout,
        stderr);
  }
}
