package dev.scriptanalytics.bench.json;

import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonSyntaxException;
import dev.scriptanalytics.json.JsonText;

/** Reads an event with the job's scanner. */
final class ScannerReader {
  private static final String[] FIELDS = {
    "account", "run_id", "script", "deployment_id", "deployment_version", "function", "status",
    "started_at", "response_time_ms", "source_type", "source", "input", "output", "trace_id"
  };

  private final JsonObjectScanner scanner = new JsonObjectScanner(FIELDS);

  /** Returns how many bytes the values take in {@code target}. */
  int read(byte[] json, FieldBuffer target) throws JsonSyntaxException {
    target.size = 0;
    scanner.scan(json, 0, json.length);
    for (int field = 0; field < FIELDS.length; field++) {
      switch (scanner.kind(field)) {
        case NUMBER -> target.put(scanner.number(field));
        case STRING -> {
          if (scanner.escaped(field)) {
            target.size =
                JsonText.unescape(
                    json, scanner.start(field), scanner.end(field), target.bytes, target.size);
          } else {
            target.put(json, scanner.start(field), scanner.end(field));
          }
        }
        case OBJECT -> target.put(json, scanner.start(field), scanner.end(field));
        default -> throw new IllegalStateException(FIELDS[field] + " is missing");
      }
    }
    return target.size;
  }
}
