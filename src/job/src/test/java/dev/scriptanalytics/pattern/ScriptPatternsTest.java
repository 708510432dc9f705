package dev.scriptanalytics.pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class ScriptPatternsTest {
  private static final long TODAY = 20_000;

  private ScriptPatterns patterns = new ScriptPatterns();

  /** The founder and the template that each shape has by its latest row. */
  private final Map<String, String> founders = new LinkedHashMap<>();

  private final Map<String, String> templates = new LinkedHashMap<>();
  private final Map<Long, String> texts = new LinkedHashMap<>();
  private int rows;

  @Test
  void aShapeFoundsAPatternAndStaysInIt() {
    add("worker started in * ms", "order * is paid", "worker started in * ms");

    assertThat(founders)
        .containsEntry("worker started in * ms", "worker started in * ms")
        .containsEntry("order * is paid", "order * is paid");
    assertThat(rows).as("one for each time that a shape comes").isEqualTo(3);
  }

  @Test
  void shapesThatDifferInOneValueOfFiveAreOnePattern() {
    add("connection from a.example (*) at *", "connection from b.example (*) at *");

    assertThat(founders.values()).containsOnly("connection from a.example (*) at *");
    assertThat(templates)
        .containsEntry("connection from b.example (*) at *", "connection from * (*) at *");
  }

  @Test
  void shapesThatDifferInTwoValuesOfFiveAreTwo() {
    add("from a.example to c.example at", "from b.example to d.example at");

    assertThat(founders.values()).doesNotHaveDuplicates();
  }

  @Test
  void plainWordsKeepShapesApart() {
    add("[instance: *] VM Started (Lifecycle Event)", "[instance: *] VM Paused (Lifecycle Event)");

    assertThat(founders.values()).doesNotHaveDuplicates();
  }

  @Test
  void sixPlainWordsAtOnePlaceAreAValue() {
    add("session of anna is open", "session of bob is open", "session of carl is open");
    add("session of dora is open", "session of emil is open");
    assertThat(founders.values()).doesNotHaveDuplicates();

    add("session of frida is open");
    assertThat(founders).hasSize(6);
    assertThat(founders.values()).containsOnly("session of anna is open");
    assertThat(templates).containsEntry("session of frida is open", "session of * is open");

    add("session of gustav is open");
    assertThat(founders).containsEntry("session of gustav is open", "session of anna is open");
  }

  @Test
  void aPlaceThatIsVariableTakesAnyWordOfAShortMessage() {
    for (String name : List.of("anna", "bob", "carl", "dora", "emil", "frida", "gustav")) {
      add("user " + name + " left");
    }

    assertThat(founders.values()).containsOnly("user anna left");
  }

  @Test
  void aMaskedNameMakesItsPlaceVariableForThoseThatCameBefore() {
    add("Invalid user anna from *", "Invalid user bob from *", "Invalid user * from *");

    assertThat(founders.values()).containsOnly("Invalid user anna from *");
    assertThat(templates).containsEntry("Invalid user * from *", "Invalid user * from *");
  }

  @Test
  void twoWordsSayTooLittleToTellWhichIsAValue() {
    for (String verb : List.of("started", "stopped", "paused", "resumed", "failed", "died", "ok")) {
      add("server " + verb);
    }

    assertThat(founders.values()).doesNotHaveDuplicates();
  }

  @Test
  void shapesOfDifferentLengthAreNeverOnePattern() {
    add("a.b c d e f g h", "a.c c d e f g");

    assertThat(founders.values()).doesNotHaveDuplicates();
  }

  @Test
  void joinsTheMoreSimilarOfTwoPatterns() {
    add("x.1 x.1 x.1 d e f g h i j k", "x.2 x.2 x.2 d e f g h i j k");
    assertThat(founders.values()).doesNotHaveDuplicates();

    add("x.1 x.2 x.2 d e f g h i j k");
    assertThat(founders)
        .containsEntry("x.1 x.2 x.2 d e f g h i j k", "x.2 x.2 x.2 d e f g h i j k");
  }

  @Test
  void aDayGivesPatternsToSoManyNewShapesAndTheNextDayToAsManyMore() {
    for (int i = 0; i < ScriptPatterns.MAX_SHAPES; i++) {
      assertThat(offer("value." + i, TODAY)).isTrue();
    }
    assertThat(patterns.isFull(TODAY)).isTrue();
    assertThat(offer("value.too.many", TODAY)).isFalse();
    assertThat(offer("value.1999", TODAY)).as("a shape that is known").isTrue();

    assertThat(patterns.isFull(TODAY + 1)).isFalse();
    assertThat(offer("value.too.many", TODAY + 1)).isTrue();
  }

  @Test
  void forgetsTheOlderHalfOfTheShapesAndKeepsTheirPatterns() {
    add("file a.x of user with key b is read");
    for (int i = 1; i < ScriptPatterns.MAX_SHAPES; i++) {
      assertThat(offer("value." + i, TODAY)).isTrue();
    }
    long full = patterns.bytes();

    assertThat(offer("one more", TODAY + 1)).isTrue();
    assertThat(patterns.bytes()).isLessThan(full);

    offer("file b.x of user with key b is read", TODAY + 1);
    assertThat(templates)
        .containsEntry(
            "file b.x of user with key b is read", "file b.x of user with key b is read");
  }

  @Test
  void forgetsThePatternThatHasGainedNothingForLongest() {
    add("first a.x of many words in a row");
    for (int i = 1; i < ScriptPatterns.MAX_PATTERNS; i++) {
      add("word".repeat(i));
    }
    add("first b.x of many words in a row", "another", "yet another");

    add("first c.x of many words in a row");
    assertThat(founders)
        .containsEntry("first c.x of many words in a row", "first a.x of many words in a row");
    assertThat(patterns.bytes()).isPositive();
  }

  @Test
  void goesOnFromItsSerializedFormAsFromItself() throws IOException {
    Random random = new Random(5);
    List<String> shapes = randomShapes(random);
    for (String shape : shapes) {
      offer(shape, TODAY);
      if (random.nextInt(20) == 0) {
        ScriptPatterns before = patterns;
        patterns = random.nextBoolean() ? before.copy() : readBack(before);
        assertThat(patterns.bytes()).isEqualTo(before.bytes());
      }
    }
    Map<String, String> interrupted = new LinkedHashMap<>(founders);
    founders.clear();
    patterns = new ScriptPatterns();
    shapes.forEach(shape -> offer(shape, TODAY));

    assertThat(interrupted).isEqualTo(founders);
  }

  @Test
  void aCopyDoesNotChangeWithTheOriginal() throws IOException {
    add("from a.example to it at *");
    ScriptPatterns copy = patterns.copy();
    byte[] before = bytes(copy);

    add("from b.example to it at *", "another one");

    assertThat(bytes(copy)).isEqualTo(before);
  }

  private static List<String> randomShapes(Random random) {
    String[] words = {"a", "b", "anna", "*", "x.y", "k=v", "z.y", "open", "is"};
    List<String> shapes = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      int length = 1 + random.nextInt(6);
      List<String> shape = new ArrayList<>();
      for (int j = 0; j < length; j++) {
        shape.add(words[random.nextInt(words.length)]);
      }
      shapes.add(String.join(" ", shape));
    }
    return shapes;
  }

  private static ScriptPatterns readBack(ScriptPatterns patterns) throws IOException {
    return ScriptPatterns.read(new DataInputDeserializer(bytes(patterns)));
  }

  private static byte[] bytes(ScriptPatterns patterns) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    patterns.write(out);
    return out.getCopyOfBuffer();
  }

  private void add(String... shapes) {
    for (String shape : shapes) {
      assertThat(offer(shape, TODAY)).isTrue();
    }
  }

  private boolean offer(String text, long today) {
    long hash = text.hashCode();
    texts.put(hash, text);
    return patterns.add(hash, text.getBytes(UTF_8), 5, today, this::row);
  }

  private void row(long shape, byte[] text, long pattern, byte[] template, long seen) {
    assertThat(seen).isEqualTo(5);
    assertThat(new String(text, UTF_8)).isEqualTo(texts.get(shape));
    founders.put(texts.get(shape), texts.get(pattern));
    templates.put(texts.get(shape), new String(template, UTF_8));
    rows++;
  }
}
