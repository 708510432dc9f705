package dev.scriptanalytics.local.sample;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.event.DeadLetterReason;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Each way in which producers spoil a run's end event, with the reason that dead letters must give.
 */
public enum Malformation {
  NOTHING(DeadLetterReason.EMPTY, event -> new byte[0]),

  BLANK(DeadLetterReason.NOT_JSON, event -> utf8("  \n")),
  CUT_SHORT(DeadLetterReason.NOT_JSON, event -> Arrays.copyOf(utf8(event.toString()), 40)),
  LOG_LINE(DeadLetterReason.NOT_JSON, event -> utf8("run " + event.get("run_id") + " has ended")),
  ARRAY(DeadLetterReason.NOT_JSON, event -> utf8("[" + event + "]")),
  STRING(DeadLetterReason.NOT_JSON, event -> utf8("\"" + event.get("run_id").asText() + "\"")),
  TWO_EVENTS(DeadLetterReason.NOT_JSON, event -> utf8(event + "\n" + event)),
  BRACE_TOO_MANY(DeadLetterReason.NOT_JSON, event -> utf8(event + "}")),
  SINGLE_QUOTES(DeadLetterReason.NOT_JSON, event -> utf8(event.toString().replace('"', '\''))),
  COMMA_AT_THE_END(
      DeadLetterReason.NOT_JSON, event -> utf8(event.toString().replaceFirst("}$", ",}"))),
  NOT_A_NUMBER(
      DeadLetterReason.NOT_JSON,
      event -> utf8(event.toString().replaceFirst("\\{", "{\"response_time_ms\":NaN,"))),
  LINE_FEED_IN_TEXT(
      DeadLetterReason.NOT_JSON,
      event -> utf8(event.toString().replaceFirst("\\{", "{\"stdout\":\"one\ntwo\","))),

  LATIN_1(
      DeadLetterReason.NOT_UTF8,
      event -> event.put("source", "d\u00e9bit").toString().getBytes(ISO_8859_1)),
  OVERLONG_UTF8(
      DeadLetterReason.NOT_UTF8,
      event -> event.put("source", "\u00c0\u00af").toString().getBytes(ISO_8859_1)),

  NO_RUN_ID(DeadLetterReason.MISSING_FIELD, without("run_id")),
  NULL_RUN_ID(DeadLetterReason.MISSING_FIELD, with(event -> event.putNull("run_id"))),
  EMPTY_RUN_ID(DeadLetterReason.MISSING_FIELD, with(event -> event.put("run_id", ""))),
  NO_SCRIPT(DeadLetterReason.MISSING_FIELD, without("script")),
  EMPTY_SCRIPT(DeadLetterReason.MISSING_FIELD, with(event -> event.put("script", ""))),
  NO_STATUS(DeadLetterReason.MISSING_FIELD, without("status")),
  NO_TIME(DeadLetterReason.MISSING_FIELD, without("started_at", "ended_at", "response_time_ms")),
  ONLY_THE_END(
      DeadLetterReason.MISSING_FIELD,
      with(
          event -> {
            event.remove("response_time_ms");
            JsonNode start = event.remove("started_at");
            if (!event.has("ended_at")) {
              event.set("ended_at", start);
            }
          })),

  NUMBER_AS_RUN_ID(DeadLetterReason.WRONG_TYPE, with(event -> event.put("run_id", 4711))),
  OBJECT_AS_SCRIPT(DeadLetterReason.WRONG_TYPE, with(event -> event.putObject("script"))),
  LIST_AS_STATUS(DeadLetterReason.WRONG_TYPE, with(event -> event.putArray("status"))),
  TRUE_AS_START(DeadLetterReason.WRONG_TYPE, with(event -> event.put("started_at", true))),
  WORD_AS_RESPONSE_TIME(
      DeadLetterReason.WRONG_TYPE, with(event -> event.put("response_time_ms", "fast"))),

  UNKNOWN_STATUS(DeadLetterReason.BAD_VALUE, with(event -> event.put("status", "perhaps"))),
  WORD_AS_START(DeadLetterReason.BAD_VALUE, with(event -> event.put("started_at", "yesterday"))),
  START_WITHOUT_ZONE(
      DeadLetterReason.BAD_VALUE,
      with(event -> event.put("started_at", "2026-05-14T06:07:27.100"))),
  NO_SUCH_DAY(
      DeadLetterReason.BAD_VALUE,
      with(event -> event.put("started_at", "2026-02-31T06:07:27.100Z"))),
  NEGATIVE_RESPONSE_TIME(
      DeadLetterReason.BAD_VALUE, with(event -> event.put("response_time_ms", -1.5))),
  ENDLESS_RESPONSE_TIME(
      DeadLetterReason.BAD_VALUE,
      event ->
          utf8(
              with(e -> e.remove("response_time_ms"), event)
                  .toString()
                  .replaceFirst("\\{", "{\"response_time_ms\":1e999,"))),

  BEFORE_1970(
      DeadLetterReason.NEGATIVE_TIME,
      with(event -> event.put("started_at", "1969-12-31T23:59:59.999Z"))),
  NEGATIVE_SECONDS(DeadLetterReason.NEGATIVE_TIME, with(event -> event.put("started_at", -5))),
  LONG_AGO(
      DeadLetterReason.TOO_OLD,
      with(
          event ->
              event
                  .put("started_at", "2019-07-15T08:00:00Z")
                  .put("ended_at", "2019-07-15T08:00:01Z"))),
  FAR_AHEAD(
      DeadLetterReason.TOO_FAR_AHEAD,
      with(
          event ->
              event
                  .put("started_at", "2199-07-15T08:00:00Z")
                  .put("ended_at", "2199-07-15T08:00:01Z")));

  private static final JsonMapper MAPPER = new JsonMapper();

  private final DeadLetterReason reason;

  @SuppressWarnings("ImmutableEnumChecker") // The functions above keep nothing.
  private final Function<ObjectNode, byte[]> spoil;

  Malformation(DeadLetterReason reason, Function<ObjectNode, byte[]> spoil) {
    this.reason = reason;
    this.spoil = spoil;
  }

  /** Why it cannot be used. */
  public DeadLetterReason reason() {
    return reason;
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

  private static ObjectNode with(Consumer<ObjectNode> change, ObjectNode event) {
    change.accept(event);
    return event;
  }
}
