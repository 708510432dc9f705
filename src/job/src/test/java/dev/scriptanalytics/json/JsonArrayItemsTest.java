package dev.scriptanalytics.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonArrayItemsTest {
  @Test
  void findsNothingInAnEmptyArray() {
    assertThat(items("[]")).isEmpty();
    assertThat(items("[ \t\r\n ]")).isEmpty();
  }

  @Test
  void findsItemsOfEveryKind() {
    assertThat(items("[1,-2.5e3,true,false,null,\"a\",{},[]]"))
        .containsExactly("1", "-2.5e3", "true", "false", "null", "'a'", "{}", "[]");
  }

  @Test
  void leavesOutTheWhiteSpaceAroundItems() {
    assertThat(items("[ 1 ,\n\"a b\" ,\t[ 2 , 3 ]\r\n,{ \"c\" : 4 } ]"))
        .containsExactly("1", "'a b'", "[ 2 , 3 ]", "{ \"c\" : 4 }");
  }

  @Test
  void isNotMisledByWhatStandsInStrings() {
    assertThat(items("[\"],[\",{\"]\":\"}\"},[\"[\",\"\\\"]\"],\"\"]"))
        .containsExactly("'],['", "{\"]\":\"}\"}", "[\"[\",\"\\\"]\"]", "''");
  }

  @Test
  void tellsWhichStringsHaveEscapes() {
    assertThat(items("[\"a\\\\\",\"b\",\"\\\"\",\"\\u005d\"]"))
        .containsExactly("escaped 'a\\\\'", "'b'", "escaped '\\\"'", "escaped '\\u005d'");
  }

  @Test
  void looksAtNothingOutsideOfTheArray() {
    byte[] json = "{\"a\":[1,2],\"b\":[3]}".getBytes(UTF_8);

    assertThat(items(json, 5, 10)).containsExactly("1", "2");
  }

  private static List<String> items(String array) {
    byte[] json = array.getBytes(UTF_8);
    return items(json, 0, json.length);
  }

  private static List<String> items(byte[] json, int from, int to) {
    List<String> found = new ArrayList<>();
    JsonArrayItems items = new JsonArrayItems(json, from, to);
    while (items.next()) {
      String text = new String(json, items.start(), items.end() - items.start(), UTF_8);
      String quoted = items.isString() ? "'" + text + "'" : text;
      found.add(items.isString() && items.isEscaped() ? "escaped " + quoted : quoted);
    }
    assertThat(items.next()).as("stays at the end").isFalse();
    return found;
  }
}
