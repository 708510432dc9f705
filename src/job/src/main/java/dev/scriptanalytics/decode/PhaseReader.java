package dev.scriptanalytics.decode;

import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonSyntaxException;
import dev.scriptanalytics.json.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads the phases of a run from a JSON object of times. Reusable, not thread-safe. */
final class PhaseReader {
  private final int maxNameBytes;
  private final JsonObjectScanner object = new JsonObjectScanner();
  private final Phases phases = new Phases();

  /**
   * A reader.
   *
   * @param maxNameBytes where names are cut
   */
  PhaseReader(int maxNameBytes) {
    this.maxNameBytes = maxNameBytes;
  }

  /**
   * Reads an object that was scanned before as a part of its record.
   *
   * @param rest receives what is no time
   * @return whether a name was cut
   */
  boolean read(byte[] json, int from, int to, ExtraFields rest) {
    phases.reset();
    try {
      object.scan(json, from, to);
    } catch (JsonSyntaxException e) {
      throw new IllegalStateException("Valid as part of the record and invalid alone", e);
    }
    boolean cut = false;
    for (int i = 0; i < object.unknownFields(); i++) {
      int start = object.unknownStart(i);
      int end = object.unknownEnd(i);
      int nameEnd = JsonNames.end(json, start + 1);
      int value = JsonNames.value(json, nameEnd + 1);
      double millis = number(json, value, end);
      if (Phases.isTime(millis)) {
        byte[] name = EventFields.decoded(json, start + 1, nameEnd, true);
        int kept = Utf8.cut(name, 0, name.length, maxNameBytes);
        cut |= kept < name.length;
        phases.put(new String(name, 0, kept, StandardCharsets.UTF_8), millis);
      } else if (json[value] != 'n') {
        rest.add(json, start, end);
      }
    }
    return cut;
  }

  /** The times of the object read last. */
  Map<String, Double> millis() {
    return phases.millis();
  }

  /** A number, which may be in quotes; NaN for any other value. */
  private static double number(byte[] json, int from, int to) {
    if (json[from] == '"') {
      byte[] text = EventFields.decoded(json, from + 1, to - 1, true);
      return UnitParser.jsonNumber(text, 0, text.length);
    }
    boolean isNumber = json[from] == '-' || (json[from] >= '0' && json[from] <= '9');
    return isNumber
        ? Double.parseDouble(new String(json, from, to - from, StandardCharsets.ISO_8859_1))
        : Double.NaN;
  }
}
