package dev.scriptanalytics.decode;

/** Takes a field of well-formed JSON apart, of which only the place is known. */
final class JsonNames {
  private JsonNames() {}

  /** Where the name that begins behind its quote ends, at its quote. */
  static int end(byte[] json, int start) {
    int at = start;
    while (json[at] != '"') {
      at += json[at] == '\\' ? 2 : 1;
    }
    return at;
  }

  /** Where the value begins of a name that ends before {@code start}. */
  static int value(byte[] json, int start) {
    int at = start;
    while (json[at] == ':' || json[at] <= ' ') {
      at++;
    }
    return at;
  }
}
