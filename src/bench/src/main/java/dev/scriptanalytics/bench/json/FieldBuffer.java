package dev.scriptanalytics.bench.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Where a reader puts the values of an event, one after the other. */
final class FieldBuffer {
  private static final VarHandle DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int CAPACITY = 1 << 16;

  final byte[] bytes = new byte[CAPACITY];
  int size;

  void put(byte[] source, int start, int end) {
    System.arraycopy(source, start, bytes, size, end - start);
    size += end - start;
  }

  void put(String text) {
    byte[] encoded = text.getBytes(UTF_8);
    put(encoded, 0, encoded.length);
  }

  void put(double number) {
    DOUBLE.set(bytes, size, number);
    size += Double.BYTES;
  }
}
