package dev.scriptanalytics.redact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;

/** Whatever a document looks like: it stays one, and shows nothing that a pattern matches. */
class RandomDocumentsTest {
  private static final int DOCUMENTS = 20_000;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final Map<String, Pattern> PATTERNS =
      Map.of(
          "email", Pattern.compile("[a-z]+@[a-z.]+"),
          "number", Pattern.compile("\\d{5,}"),
          "whole", Pattern.compile("^q+$"),
          "quote", Pattern.compile("b\"+c"),
          "password", Pattern.compile("\"pw\"\\s*:\\s*(\"[^\"]*\"|\\d+)"));

  private static final String[] PIECES = {
    "a@b.c",
    "12345",
    "q",
    "qq",
    "b\"c",
    "pw",
    "\"pw\":\"x\"",
    "x",
    "\n",
    "\\",
    "\"",
    "ä",
    "😀",
    "n1",
    "u0040",
    "\u0001",
    "/",
    "1",
    ":",
    "{}",
    " "
  };

  private final Random random = new Random(7);
  private final Redactor redactor = new Redactor(new Redaction(PATTERNS), new SimpleCounter());

  @Test
  void keepsDocumentsWellFormedAndMasksWhatMatches() throws Exception {
    int masked = 0;
    for (int i = 0; i < DOCUMENTS; i++) {
      String document = value(3);
      byte[] before = document.getBytes(UTF_8);

      byte[] after = redactor.json(before);

      List<String> texts = new ArrayList<>();
      collect(JSON.readTree(after), texts);
      for (String text : texts) {
        assertThat(text).as(document).doesNotContain("a@b.c", "12345", "b\"c").doesNotMatch("q+");
      }
      assertThat(noPassword(JSON.readTree(after))).as(document).isTrue();
      masked += after == before ? 0 : 1;
    }
    assertThat(masked).isBetween(DOCUMENTS / 4, 3 * DOCUMENTS / 4);
  }

  @Test
  void masksWhatMatchesInDocumentsThatAreCut() {
    for (int i = 0; i < DOCUMENTS; i++) {
      String document = value(3);
      String cut = document.substring(0, random.nextInt(document.length() + 1));

      String after = new String(redactor.json(cut.getBytes(UTF_8)), UTF_8);

      assertThat(after).as(cut).doesNotContain("a@b.c", "a\\u0040b.c", "12345");
    }
  }

  private static void collect(JsonNode node, List<String> texts) {
    node.fieldNames().forEachRemaining(texts::add);
    node.forEach(child -> collect(child, texts));
    if (node.isValueNode()) {
      texts.add(node.asText());
    }
  }

  /** Whether no object has a field pw whose value the pattern would show. */
  private static boolean noPassword(JsonNode node) {
    JsonNode password = node.get("pw");
    if (password != null && (password.isTextual() || password.canConvertToLong())) {
      return false;
    }
    for (JsonNode child : node) {
      if (!noPassword(child)) {
        return false;
      }
    }
    return true;
  }

  private String value(int depth) {
    int kind = random.nextInt(depth == 0 ? 4 : 8);
    return switch (kind) {
      case 0, 1 -> string();
      case 2 -> Integer.toString(random.nextInt(2) == 0 ? 12345 : random.nextInt(1000));
      case 3 -> random.nextBoolean() ? "true" : "null";
      case 4, 5 -> {
        List<String> items = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          items.add(value(depth - 1));
        }
        yield space() + "[" + String.join("," + space(), items) + space() + "]";
      }
      default -> {
        List<String> fields = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          String name = random.nextInt(4) == 0 ? "\"pw\"" : string();
          fields.add(name + space() + ":" + space() + value(depth - 1));
        }
        yield "{" + space() + String.join(space() + ",", fields) + "}";
      }
    };
  }

  private String space() {
    return random.nextInt(4) == 0 ? " \n" : "";
  }

  private String string() {
    StringBuilder text = new StringBuilder("\"");
    for (int i = random.nextInt(4); i > 0; i--) {
      PIECES[random.nextInt(PIECES.length)].chars().forEach(c -> append((char) c, text));
    }
    return text.append('"').toString();
  }

  private void append(char c, StringBuilder to) {
    if (c < ' ' || random.nextInt(10) == 0) {
      to.append(String.format("\\u%04x", (int) c));
    } else if (c == '"' || c == '\\') {
      to.append('\\').append(c);
    } else if (c == '/' && random.nextBoolean()) {
      to.append("\\/");
    } else {
      to.append(c);
    }
  }
}
