package dev.scriptanalytics.shape;

/**
 * Groups errors that are probably one: those with the same code or type, or else with the same
 * shape of the message, at the same place of the user's own code.
 *
 * <p>The group is a hash of these, the same in every process and release. The place is the top
 * frame that is not a library's ({@link TopFrame}); without such a frame the first part alone
 * counts. Reusable, not thread-safe.
 */
public final class ErrorGroups {
  private final Shapes shapes = new Shapes();
  private final TopFrame topFrame = new TopFrame();
  private final StableHash hash = new StableHash();
  private byte[] hashed = new byte[256];

  /**
   * The group of an error; 0 if all of it is empty, so that there is no error.
   *
   * @param code its code or type, in UTF-8; empty if it has neither
   * @param message its message, in UTF-8, perhaps with the stack trace below; may be empty
   * @param stack its stack trace, in UTF-8; if empty, the message is searched for one
   */
  public long of(byte[] code, byte[] message, byte[] stack) {
    if (code.length == 0) {
      shapes.of(message, 0, message.length);
    }
    return of(code, message, shapes, stack);
  }

  /**
   * As {@link #of(byte[], byte[], byte[])}, where the shape of the message is made already.
   *
   * @param shape the message's; its state after {@link Shapes#of}
   */
  public long of(byte[] code, byte[] message, Shapes shape, byte[] stack) {
    byte[] first = code;
    int firstLength = code.length;
    if (code.length == 0) {
      first = shape.text();
      firstLength = shape.length();
    }
    topFrame.find(stack.length == 0 ? message : stack);
    if (firstLength == 0 && topFrame.length() == 0) {
      return 0;
    }
    int length = 2 + firstLength + topFrame.length();
    if (hashed.length < length) {
      hashed = new byte[length];
    }
    // The signs keep apart a code from a message of the same text, and either from the frame.
    hashed[0] = (byte) (code.length == 0 ? 'm' : 'c');
    System.arraycopy(first, 0, hashed, 1, firstLength);
    hashed[1 + firstLength] = 0;
    System.arraycopy(topFrame.text(), 0, hashed, 2 + firstLength, topFrame.length());
    return hash.of(hashed, 0, length);
  }
}
