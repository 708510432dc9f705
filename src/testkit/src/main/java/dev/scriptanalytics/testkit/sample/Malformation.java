package dev.scriptanalytics.testkit.sample;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Each way in which producers spoil a run's end event, with the reason that dead letters must give.
 */
public enum Malformation {
  NOTHING("empty", event -> new byte[0]),

  BLANK("not_json", event -> utf8("  \n")),
  CUT_SHORT("not_json", event -> Arrays.copyOf(utf8(event.toString()), 40)),
  LOG_LINE("not_json", event -> utf8("run " + event.get("run_id") + " has ended")),
  ARRAY("not_json", event -> utf8("[" + event + "]")),
  STRING("not_json", event -> utf8("\"" + event.get("run_id").asText() + "\"")),
  TWO_EVENTS("not_json", event -> utf8(event + "\n" + event)),
  BRACE_TOO_MANY("not_json", event -> utf8(event + "}")),
  SINGLE_QUOTES("not_json", event -> utf8(event.toString().replace('"', '\''))),
  COMMA_AT_THE_END("not_json", event -> utf8(event.toString().replaceFirst("}$", ",}"))),
  LINE_FEED_IN_TEXT(
      "not_json", event -> utf8(event.toString().replaceFirst("\\{", "{\"stdout\":\"one\ntwo\","))),

  LATIN_1("not_utf8", event -> event.put("source", "d\u00e9bit").toString().getBytes(ISO_8859_1)),
  OVERLONG_UTF8(
      "not_utf8", event -> event.put("source", "\u00c0\u00af").toString().getBytes(ISO_8859_1)),

  NO_RUN_ID("missing_field", without("run_id")),
  NULL_RUN_ID("missing_field", with(event -> event.putNull("run_id"))),
  EMPTY_RUN_ID("missing_field", with(event -> event.put("run_id", ""))),
  NO_SCRIPT("missing_field", without("script")),
  EMPTY_SCRIPT("missing_field", with(event -> event.put("script", ""))),
  NO_STATUS("missing_field", without("status")),
  NO_TIME("missing_field", with(Malformation::removeTimes)),

  OBJECT_AS_SCRIPT("wrong_type", with(event -> event.putObject("script"))),
  LIST_AS_STATUS("wrong_type", with(event -> event.putArray("status"))),
  TRUE_AS_START("wrong_type", timedOnlyBy(event -> event.put("started_at", true))),
  WORD_AS_RESPONSE_TIME("wrong_type", timedOnlyBy(event -> event.put("response_time_ms", "fast"))),

  UNKNOWN_STATUS("bad_value", with(event -> event.put("status", "perhaps"))),
  WORD_AS_START("bad_value", timedOnlyBy(event -> event.put("started_at", "yesterday"))),
  START_WITHOUT_ZONE(
      "bad_value", timedOnlyBy(event -> event.put("started_at", "2026-05-14T06:07:27.100"))),
  NO_SUCH_DAY(
      "bad_value", timedOnlyBy(event -> event.put("started_at", "2026-02-31T06:07:27.100Z"))),
  NEGATIVE_RESPONSE_TIME("bad_value", timedOnlyBy(event -> event.put("response_time_ms", -1.5))),
  ENDLESS_RESPONSE_TIME(
      "bad_value",
      event ->
          utf8(
              with(Malformation::removeTimes, event)
                  .toString()
                  .replaceFirst("\\{", "{\"response_time_ms\":1e999,"))),

  BEFORE_1970("negative_time", with(event -> event.put("started_at", "1969-12-31T23:59:59.999Z"))),
  NEGATIVE_SECONDS("negative_time", with(event -> event.put("started_at", -5))),
  LONG_AGO(
      "too_old",
      with(
          event ->
              event
                  .put("started_at", "2019-07-15T08:00:00Z")
                  .put("ended_at", "2019-07-15T08:00:01Z"))),
  FAR_AHEAD(
      "too_far_ahead",
      with(
          event ->
              event
                  .put("started_at", "2199-07-15T08:00:00Z")
                  .put("ended_at", "2199-07-15T08:00:01Z")));

  private static final JsonMapper MAPPER = new JsonMapper();

  private final String reason;

  @SuppressWarnings("ImmutableEnumChecker") // The functions above keep nothing.
  private final Function<ObjectNode, byte[]> spoil;

  Malformation(String reason, Function<ObjectNode, byte[]> spoil) {
    this.reason = reason;
    this.spoil = spoil;
  }

  /** Why it cannot be used: the word of {@code dead_letters.reason}. */
  public String reason() {
    return reason;
  }

  /** The first of each reason. */
  static List<Malformation> oneOfEachReason() {
    Map<String, Malformation> byReason = new LinkedHashMap<>();
    for (Malformation way : values()) {
      byReason.putIfAbsent(way.reason, way);
    }
    return List.copyOf(byReason.values());
  }

  /** {@code endEvent}, spoilt. */
  public byte[] spoil(byte[] endEvent) {
    try {
      JsonNode event = MAPPER.readTree(new String(endEvent, UTF_8));
      return spoil.apply((ObjectNode) event);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Only a good event can be spoilt", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }

  private static Function<ObjectNode, byte[]> without(String... fields) {
    return with(event -> event.remove(Arrays.asList(fields)));
  }

  private static Function<ObjectNode, byte[]> with(Consumer<ObjectNode> change) {
    return event -> utf8(with(change, event).toString());
  }

  private static void removeTimes(ObjectNode event) {
    event.remove(List.of("started_at", "ended_at", "response_time_ms"));
  }

  /** A time that cannot be read, and no other that makes up for it. */
  private static Function<ObjectNode, byte[]> timedOnlyBy(Consumer<ObjectNode> change) {
    return with(
        event -> {
          removeTimes(event);
          change.accept(event);
        });
  }

  private static ObjectNode with(Consumer<ObjectNode> change, ObjectNode event) {
    change.accept(event);
    return event;
  }
}
