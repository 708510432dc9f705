package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What the serializers of this package share: they have no settings and never reuse an instance.
 *
 * <p>The layout of the bytes is pinned by golden bytes in the tests. To change one, raise the
 * version of its {@link Snapshot} and have {@link Snapshot#readSnapshot} restore a serializer for
 * the version that was read.
 */
abstract class RollupSerializer<T> extends TypeSerializerSingleton<T> {
  private static final long serialVersionUID = 1;

  @Override
  public boolean isImmutableType() {
    return false;
  }

  /** None: no operator of this package asks for an instance to reuse. */
  @Override
  public T createInstance() {
    return null;
  }

  @Override
  public T copy(T from, T reuse) {
    return copy(from);
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public T deserialize(T reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }

  static void writeScript(Script script, DataOutputView out) throws IOException {
    writeBytes(script.accountUtf8(), out);
    writeBytes(script.nameUtf8(), out);
  }

  static Script readScript(DataInputView in) throws IOException {
    byte[] account = readBytes(in);
    return Script.ofUtf8(account, readBytes(in));
  }

  private static void writeBytes(byte[] bytes, DataOutputView out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] readBytes(DataInputView in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }

  /** What a checkpoint remembers of a serializer: its class, which is this one's, and a version. */
  abstract static class Snapshot<T> implements TypeSerializerSnapshot<T> {
    private final RollupSerializer<T> serializer;
    private final int version;

    Snapshot(RollupSerializer<T> serializer, int version) {
      this.serializer = serializer;
      this.version = version;
    }

    @Override
    public int getCurrentVersion() {
      return version;
    }

    @Override
    public void writeSnapshot(DataOutputView out) {}

    @Override
    public void readSnapshot(int readVersion, DataInputView in, ClassLoader classLoader)
        throws IOException {
      if (readVersion != version) {
        throw new IOException(
            "The checkpoint holds version %d of what %s writes, and this job reads version %d only: restore it with the release that wrote it."
                .formatted(readVersion, serializer.getClass().getSimpleName(), version));
      }
    }

    @Override
    public TypeSerializer<T> restoreSerializer() {
      return serializer;
    }

    @Override
    public TypeSerializerSchemaCompatibility<T> resolveSchemaCompatibility(
        TypeSerializerSnapshot<T> old) {
      return old.getClass() == getClass()
          ? TypeSerializerSchemaCompatibility.compatibleAsIs()
          : TypeSerializerSchemaCompatibility.incompatible();
    }
  }
}
