package dev.scriptanalytics.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HexFormat;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** What values of a type look like on the wire and in a checkpoint, in hexadecimal digits. */
public final class SerializedForm {
  private SerializedForm() {}

  /** The bytes of a value. */
  public static <T> String hex(TypeInformation<T> type, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer(type).serialize(value, out);
    return HexFormat.of().formatHex(out.getCopyOfBuffer());
  }

  /** The value of all these bytes, and none fewer. */
  public static <T> T read(TypeInformation<T> type, String hex) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(HexFormat.of().parseHex(hex));
    T value = serializer(type).deserialize(in);
    assertThat(in.available()).as("bytes left over").isZero();
    return value;
  }

  /** These bytes after a copy that does not make a value of them. */
  public static <T> String copied(TypeInformation<T> type, String hex) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(HexFormat.of().parseHex(hex));
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer(type).copy(in, out);
    assertThat(in.available()).as("bytes left over").isZero();
    return HexFormat.of().formatHex(out.getCopyOfBuffer());
  }

  /** Checks that a checkpoint which names the serializer finds it again and can go on with it. */
  public static <T> void checkItsSnapshot(TypeInformation<T> type) throws IOException {
    TypeSerializer<T> serializer = serializer(type);
    DataOutputSerializer out = new DataOutputSerializer(64);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());

    TypeSerializerSnapshot<T> restored =
        TypeSerializerSnapshot.readVersionedSnapshot(
            new DataInputDeserializer(out.getCopyOfBuffer()),
            SerializedForm.class.getClassLoader());

    assertThat(restored.restoreSerializer()).isEqualTo(serializer);
    assertThat(
            serializer
                .snapshotConfiguration()
                .resolveSchemaCompatibility(restored)
                .isCompatibleAsIs())
        .isTrue();
  }

  private static <T> TypeSerializer<T> serializer(TypeInformation<T> type) {
    return type.createSerializer(new SerializerConfigImpl());
  }
}
