package dev.scriptanalytics.decode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Makes records of log topics that are JSON, of every shape and of several at once: fields in any
 * subset and order, by either name, of any type; a good part of them can be used.
 */
final class RandomLogs {
  private static final ObjectMapper JACKSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> TEXTS =
      List.of(
          "account",
          "run_id",
          "jobId",
          "script",
          "endpointId",
          "log_id",
          "deployment_id",
          "function",
          "source",
          "source_type",
          "request_id",
          "requestId",
          "trace_id",
          "span_id",
          "error_code",
          "errorCode");
  private static final List<String> ERROR_FIELDS =
      List.of("message", "msg", "errorMessage", "errorType", "stackTrace");
  private static final List<String> OTHERS =
      List.of(
          "level",
          "deployment_version",
          "duration_ms",
          "duration",
          "memory_bytes",
          "memoryUsage",
          "gpu_percent",
          "gpuUtilization",
          "metadata",
          "stack_trace",
          "stackTrace",
          "context",
          "unheard of");
  private static final List<String> ATTRIBUTES =
      List.of(
          "log.level",
          "log.meta.logid",
          "run_id",
          "deployment_id",
          "deployment_version",
          "source",
          "source_type",
          "account",
          "script",
          "function",
          "log.meta.msg");
  private static final String[] WORDS = {
    "info",
    "WARN",
    "dpanic",
    "30",
    "",
    "8.2GB",
    "12 KiB",
    "87%",
    "a\u0000b",
    "\"\\\n",
    "ä€😀",
    "3",
    "(job_1)",
    "\ud800",
    "0x12",
    "x".repeat(70)
  };

  private final Random random;
  private final Instant arrival;

  RandomLogs(long seed, Instant arrival) {
    this.random = new Random(seed);
    this.arrival = arrival;
  }

  /** The next record, in UTF-8. */
  byte[] next() {
    JsonNode record =
        switch (random.nextInt(6)) {
          case 0, 1, 2 -> entry();
          case 3 -> answer();
          case 4 -> span();
          default -> mixture();
        };
    try {
      return (chance(4) ? record.toPrettyString() : JACKSON.writeValueAsString(record))
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private ObjectNode entry() {
    ObjectNode entry = NODES.objectNode();
    if (!chance(20)) {
      entry.set("timestamp", time());
    }
    if (!chance(20)) {
      entry.set("message", chance(4) ? message() : text());
    }
    for (String field : TEXTS) {
      if (chance(3)) {
        entry.set(field, chance(60) ? document(0) : text());
      }
    }
    for (String field : OTHERS) {
      if (chance(3)) {
        entry.set(field, document(0));
      }
    }
    return shuffled(entry);
  }

  /** Any JSON; an object may have the fields of an error. */
  private JsonNode message() {
    JsonNode message = document(0);
    if (message instanceof ObjectNode object) {
      for (String field : ERROR_FIELDS) {
        if (chance(2)) {
          object.set(field, chance(2) ? text() : document(1));
        }
      }
    }
    return message;
  }

  private ObjectNode answer() {
    ObjectNode answer = NODES.objectNode();
    answer.put("totalLogs", random.nextInt(9));
    if (chance(2)) {
      answer.put("endpointId", "ep_" + random.nextInt(9));
    }
    ArrayNode logs = answer.putArray("logs");
    for (int i = random.nextInt(5); i > 0; i--) {
      switch (random.nextInt(6)) {
        case 0 -> logs.add(document(0));
        case 1 ->
            logs.add(
                arrival.minusSeconds(random.nextInt(1000)) + " [info] source: " + text().asText());
        default -> logs.add(entry());
      }
    }
    return shuffled(answer);
  }

  private ObjectNode span() {
    ObjectNode span = NODES.objectNode();
    span.put("name", "gvisor_info_log");
    if (!chance(20)) {
      span.set("start_time", time());
    }
    if (!chance(8)) {
      span.putObject("context").put("trace_id", "0x12").set("span_id", document(0));
    }
    if (!chance(20)) {
      ObjectNode attributes = NODES.objectNode();
      if (!chance(20)) {
        attributes.set("log.message", text());
      }
      for (String field : ATTRIBUTES) {
        if (chance(2)) {
          attributes.set(field, chance(20) ? document(0) : text());
        }
      }
      span.set("attributes", shuffled(attributes));
    }
    span.putArray("events").add(document(0));
    return shuffled(span);
  }

  private ObjectNode mixture() {
    ObjectNode mixture = entry();
    mixture.setAll(span());
    if (chance(2)) {
      mixture.setAll(answer());
    }
    if (chance(2)) {
      mixture.remove("timestamp");
    }
    return shuffled(mixture);
  }

  private ObjectNode shuffled(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    Collections.shuffle(names, random);
    ObjectNode shuffled = NODES.objectNode();
    names.forEach(name -> shuffled.set(name, object.get(name)));
    return shuffled;
  }

  private JsonNode time() {
    Instant time = arrival.minusMillis(chance(60) ? random.nextLong() : random.nextInt(600_000));
    return switch (random.nextInt(30)) {
      case 0 -> document(0);
      case 1 -> text();
      case 2 -> NODES.numberNode(-random.nextInt(1000));
      case 3, 4, 5, 6 -> NODES.numberNode(arrival.getEpochSecond() - random.nextInt(1000));
      default -> TextNode.valueOf(time.toString());
    };
  }

  private JsonNode text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      text.append(WORDS[random.nextInt(WORDS.length)]);
    }
    return TextNode.valueOf(text.toString());
  }

  private JsonNode document(int depth) {
    return switch (random.nextInt(depth > 3 ? 6 : 8)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(chance(2));
      case 2 -> NODES.numberNode(random.nextInt(100));
      case 3 ->
          NODES.numberNode(
              BigDecimal.valueOf(random.nextGaussian())
                  .scaleByPowerOfTen(random.nextInt(25))
                  .setScale(3, RoundingMode.DOWN));
      case 4, 5 -> text();
      case 6 -> {
        ArrayNode array = NODES.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          array.add(document(depth + 1));
        }
        yield array;
      }
      default -> {
        ObjectNode object = NODES.objectNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          object.set(
              chance(3) ? "errorCode" : WORDS[random.nextInt(WORDS.length)], document(depth + 1));
        }
        yield object;
      }
    };
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }
}
