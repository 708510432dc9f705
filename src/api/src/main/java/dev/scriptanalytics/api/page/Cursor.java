package dev.scriptanalytics.api.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.TimeRange;
import dev.scriptanalytics.api.http.Times;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Where a page ended. It fixes the range, so that pages of "the last 24 hours" are of one and the
 * same range, and it belongs to one question: with another filter it would skip rows.
 *
 * @param question a hash of what was asked
 * @param range null where the list is about none
 * @param after the last row's values in the order's keys
 */
record Cursor(String question, TimeRange range, List<JsonNode> after) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FORM = "the nextCursor of a page of the same list";
  private static final int LONGEST = 16_384;

  /** A hash of what was asked: the same question has the same hash. */
  static String hash(String question) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(question.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isIn(TimeRange range) {
    return range == null || (Times.isIn(range.start()) && Times.isIn(range.end()));
  }

  /** The cursor as clients get it. */
  String text() {
    ObjectNode object = JSON.createObjectNode();
    object.put("q", question);
    if (range != null) {
      object.put("s", range.start().toEpochMilli()).put("e", range.end().toEpochMilli());
    }
    ArrayNode values = object.putArray("a");
    after.forEach(values::add);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(object.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads a cursor.
   *
   * @param parameter named by the error
   * @param order the order of the list
   * @param ofRange whether the list is about a range
   * @throws ApiException with status 400 if it is of another question, or no cursor
   */
  static Cursor read(String parameter, String text, String question, Order order, boolean ofRange) {
    try {
      if (text.length() > LONGEST) {
        throw ApiException.invalid(parameter, FORM);
      }
      JsonNode object = JSON.readTree(Base64.getUrlDecoder().decode(text));
      List<JsonNode> after = new ArrayList<>();
      object.path("a").forEach(after::add);
      TimeRange range =
          ofRange
              ? new TimeRange(
                  Instant.ofEpochMilli(object.path("s").asLong(-1)),
                  Instant.ofEpochMilli(object.path("e").asLong(-1)))
              : null;
      if (object.path("q").asText().equals(question) && isIn(range) && order.takes(after)) {
        return new Cursor(question, range, after);
      }
    } catch (IllegalArgumentException | DateTimeException | IOException malformed) {
      // Said below.
    }
    throw ApiException.invalid(parameter, FORM + ", asked with the same account, filter and order");
  }
}
