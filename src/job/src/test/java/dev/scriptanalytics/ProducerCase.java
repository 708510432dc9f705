package dev.scriptanalytics;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a producer sends, and what ClickHouse has then. A file has any number of cases:
 *
 * <pre>
 * # a run id that another script used before
 * script-runs < {"run_id":"r","script":"A","status":"failed","started_at":"T-60"}
 * ? SELECT run_id FROM runs FINAL
 * = r
 * </pre>
 *
 * <p>Each case has an account of its own, which is put into native events and conditions: events
 * may say {@code ACCOUNT}, and queries read the tables of that account only. {@code T-60} is an
 * instant 60 seconds before now, {@code NANOS-60} the same in nanoseconds since 1970.
 *
 * @param name what is wrong with the events, or unusual
 * @param topic where they are sent to
 * @param events one per record
 * @param expected the lines of the answer by query
 */
record ProducerCase(
    String name, String topic, List<String> events, Map<String, List<String>> expected) {
  private static final Pattern TIME = Pattern.compile("(T|NANOS)-(\\d+(?:\\.\\d+)?)");
  private static final Pattern TABLE =
      Pattern.compile("\\bFROM (runs|logs|dead_letters|run_rollups)( FINAL)?");

  /** Reads the cases of a file beside this class. */
  static List<ProducerCase> read(String file, Instant now) throws IOException {
    List<ProducerCase> cases = new ArrayList<>();
    try (InputStream in = ProducerCase.class.getResourceAsStream(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<String> answer = new ArrayList<>();
      for (String line : text.lines().filter(each -> !each.isBlank()).toList()) {
        String rest = line.substring(Math.min(2, line.length()));
        int arrow = line.indexOf(" < ");
        if (line.startsWith("# ")) {
          cases.add(new ProducerCase(rest, "", new ArrayList<>(), new LinkedHashMap<>()));
          continue;
        }
        ProducerCase current = cases.get(cases.size() - 1);
        String account = file.replace(".cases", "-") + cases.size();
        if (line.startsWith("? ")) {
          answer = new ArrayList<>();
          current.expected().put(ofAccount(timed(rest, now), account), answer);
        } else if (line.startsWith("= ")) {
          answer.add(timed(rest, now));
        } else if (arrow > 0) {
          cases.set(cases.size() - 1, current.to(line.substring(0, arrow)));
          current.events().add(event(timed(line.substring(arrow + 3), now), account));
        } else {
          throw new IllegalArgumentException(file + " has a line of no known kind: " + line);
        }
      }
    }
    return cases;
  }

  private ProducerCase to(String target) {
    return new ProducerCase(name, target, events, expected);
  }

  private static String event(String json, String account) {
    return json.contains("ACCOUNT")
        ? json.replace("ACCOUNT", account)
        : "{\"account\":\"" + account + "\"," + json.substring(1);
  }

  private static String ofAccount(String sql, String account) {
    return TABLE
        .matcher(sql)
        .replaceAll("FROM (SELECT * FROM script_analytics.$1$2 WHERE CONDITION)")
        .replaceAll(
            "(dead_letters(?: FINAL)? WHERE) CONDITION",
            "$1 (account = '" + account + "' OR position(bytes, '\"" + account + "\"') > 0)")
        .replace("CONDITION", "account = '" + account + "'")
        .replace("ACCOUNT", account);
  }

  private static String timed(String text, Instant now) {
    return TIME.matcher(text)
        .replaceAll(
            found -> {
              long millis = Math.round(Double.parseDouble(found.group(2)) * 1000);
              Instant at = now.minus(Duration.ofMillis(millis));
              long nanos = at.getEpochSecond() * 1_000_000_000L + at.getNano();
              return found.group(1).equals("T") ? at.toString() : Long.toString(nanos);
            });
  }

  @Override
  public String toString() {
    return name;
  }
}
