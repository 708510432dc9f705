package dev.scriptanalytics.decode.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.scriptanalytics.decode.otlp.SpanRoles.Invocation;
import dev.scriptanalytics.decode.otlp.SpanRoles.Member;
import dev.scriptanalytics.decode.otlp.SpanRoles.Role;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanRolesTest {
  private static final int PARENT_IS_LOCAL = 0x100;
  private static final int PARENT_IS_REMOTE = 0x300;

  /**
   * A span is its name and then, in any order: {@code #1} its id, {@code <1} that of its parent,
   * {@code @A} the invocation and {@code @x/A} one of account x, {@code +5} its start, a kind, what
   * its flags say of its parent, {@code open} if it has not ended, {@code bad} if it is not usable.
   * The columns name the runs, the phases and the other children; all other spans are neither.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a span alone is the run                   | f #1 @A                                    | f   |   |
          a span of no invocation is neither        | f #1 server                                |     |   |
          a client's span alone is a child          | f #1 @A client                             |     |   | f
          so is a producer's                        | f #1 @A producer                           |     |   | f
          the server's span is the run (W02)        | s #1 <2 @A client, f #2 @A server          | f   | s |
          so is a consumer's                        | s #1 @A, f #2 @A consumer                  | f   |   | s
          even one that starts later                | s #1 @A +1, f #2 @A +2 server              | f   |   | s
          else it is one without a parent           | s #1 <2 @A, f #2 @A                        | f   | s |
          or with a parent outside                  | s #1 <2 @A, f #2 <9 @A                     | f   | s |
          or with a parent of another invocation    | f #1 @A server, g #2 <1 @B                 | f g |   |
          the earlier one of two                    | s #1 @A +2, f #2 @A +1                     | f   |   | s
          the smaller id of two of one start        | s #2 @A, f #1 @A                           | f   |   | s
          a local parent makes a child              | s #1 <9 @A local                           |     |   | s
          even of a server's span                   | s #1 <9 @A local server                    |     |   | s
          a remote parent does not                  | f #1 <9 @A remote                          | f   |   |
          nor do flags without a parent             | f #1 @A local                              | f   |   |
          without its id, a child inherits one      | f #1 @A, s #2 <1                           | f   | s |
          from its nearest ancestor                 | f #1 @A, g #2 <1 @B client, s #3 <2        | f   |   | g s
          over ancestors without an id              | f #1 @A, s #2 <1, t #3 <2, u #4 <3         | f   | s | t u
          a grandchild is no phase                  | f #1 @A, s #2 <1 @A, t #3 <2 @A            | f   | s | t
          a child that goes on is no phase          | f #1 @A, s #2 <1 @A open                   | f   |   | s
          an unusable child is no phase             | f #1 @A, s #2 <1 @A bad                    | f   |   | s
          an unusable span is no run                | s #1 @A server bad, f #2 @A                | f   |   | s
          and yet a parent                          | s #1 @A server bad, t #2 <1 @A             |     |   | s t
          without their run, all are children       | s #2 <1 @A client, t #3 <2 @A              |     |   | s t
          each invocation has its run               | f #1 @A server, s #2 <1, g #3 @B, t #4 <3  | f g | s t |
          an id is its account's                    | f #1 @x/A, g #2 @y/A                       | f g |   |
          a child need not know its account         | f #1 @x/A, s #2 <1 @A                      | f   |   | s
          a span that is its own parent has none    | f #1 <1 @A                                 | f   |   |
          parents in a circle make children         | s #1 <2 @A, t #2 <1 @A                     |     |   | s t
          or spans of no invocation                 | s #1 <2, t #2 <1, u #3 <1                  |     |   |
          spans without ids are no parents          | f @A server, s @A, t <1 @A                 | f   |   | s t
          of copies, the ended one is the run       | s #1 @A open, f #1 @A                      | f   |   | s
          copies of a child are one phase           | f #1 @A, s #2 <1 @A open, t #2 <1 @A       | f   | t | s
          repeated ids of two invocations are two   | f #1 @A, g #1 @B, s #2 <1 @B               | f g | s |
          """)
  void decides(String situation, String spans, String runs, String phases, String children) {
    List<TestSpan> all = Arrays.stream(spans.split(", ")).map(TestSpan::of).toList();
    Map<String, String> expected = new TreeMap<>();
    all.forEach(span -> expected.put(span.name(), "NEITHER"));
    words(runs).forEach(name -> expected.put(name, "RUN"));
    words(phases).forEach(name -> expected.put(name, "CHILD, a phase"));
    words(children).forEach(name -> expected.put(name, "CHILD"));

    for (List<TestSpan> order : orders(all)) {
      assertThat(roles(order)).as("%s: %s", situation, order).isEqualTo(expected);
    }
  }

  @Test
  void inheritsTheInvocationWithItsAccount() {
    SpanRoles roles = new SpanRoles();
    roles.add(TestSpan.of("f #1").span(), new Invocation("acme", "A"), true);
    Member child = roles.add(TestSpan.of("s #2 <1").span(), null, true);
    roles.decide();

    assertThat(child.invocation()).isEqualTo(new Invocation("acme", "A"));
  }

  @Test
  void givesARunThePhasesOfItsChildren() {
    SpanRoles roles = new SpanRoles();
    Invocation invocation = new Invocation("acme", "A");
    Member first = roles.add(TestSpan.of("a #2 <1").span(), invocation, true);
    Member run = roles.add(TestSpan.of("f #1").span(), invocation, true);
    Member second = roles.add(TestSpan.of("b #3 <1").span(), invocation, true);
    roles.decide();

    assertThat(run.phases()).containsExactly(first.span, second.span);
    assertThat(run.isPhase()).isFalse();
    assertThat(first.phases()).isEmpty();
  }

  @Test
  void decidesTheSameInEveryOrder() {
    Random random = new Random(16);
    Set<String> seen = new TreeSet<>();
    for (int round = 0; round < 3000; round++) {
      List<TestSpan> spans = randomSpans(random);
      Map<String, String> roles = roles(spans);
      seen.addAll(roles.values());
      expectWhatHoldsOfAllRoles(spans, roles);
      for (int order = 0; order < 10; order++) {
        List<TestSpan> shuffled = new ArrayList<>(spans);
        Collections.shuffle(shuffled, random);
        assertThat(roles(shuffled)).as("%s", spans).isEqualTo(roles);
      }
    }
    assertThat(seen).containsExactly("CHILD", "CHILD, a phase", "NEITHER", "RUN");
  }

  /** Spans of few ids, so that parents are missing, repeated, their own or in a circle. */
  private static List<TestSpan> randomSpans(Random random) {
    List<TestSpan> spans = new ArrayList<>();
    int size = 1 + random.nextInt(9);
    boolean healthy = random.nextBoolean();
    for (int i = 0; i < size; i++) {
      StringBuilder words = new StringBuilder("span" + i);
      words.append(" #").append(healthy ? i + 1 : random.nextInt(size + 1));
      words.append(" <").append(healthy ? random.nextInt(i + 1) : random.nextInt(size + 2));
      words.append(" +").append(random.nextInt(3));
      words.append(random.nextInt(3) == 0 ? "" : " @" + (random.nextInt(3) == 0 ? "B" : "A"));
      words.append(any(random, "", "", " server", " consumer", " client", " producer"));
      words.append(any(random, "", "", "", " local", " remote"));
      words.append(any(random, "", "", "", "", " open", " bad"));
      spans.add(TestSpan.of(words.toString()));
    }
    return spans;
  }

  private static String any(Random random, String... words) {
    return words[random.nextInt(words.length)];
  }

  private static void expectWhatHoldsOfAllRoles(List<TestSpan> spans, Map<String, String> roles) {
    List<TestSpan> runs =
        spans.stream().filter(span -> roles.get(span.name()).equals("RUN")).toList();
    assertThat(runs).extracting(TestSpan::invocation).doesNotContainNull().doesNotHaveDuplicates();
    assertThat(runs)
        .extracting(run -> run.span().getKind())
        .doesNotContain(SpanKind.SPAN_KIND_CLIENT, SpanKind.SPAN_KIND_PRODUCER);
    assertThat(spans)
        .filteredOn(span -> span.invocation() != null)
        .extracting(span -> roles.get(span.name()))
        .doesNotContain("NEITHER");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void copesWithALongChain(boolean circle) {
    int length = 100_000;
    SpanRoles roles = new SpanRoles();
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= length; i++) {
      int parent = i < length ? i + 1 : circle ? 1 : 0;
      Invocation invocation = i == length && !circle ? new Invocation("acme", "A") : null;
      members.add(roles.add(TestSpan.of("s #" + i + " <" + parent).span(), invocation, true));
    }
    roles.decide();

    assertThat(members.get(length - 1).role()).isEqualTo(circle ? Role.NEITHER : Role.RUN);
    assertThat(members.subList(0, length - 1))
        .extracting(Member::role)
        .containsOnly(circle ? Role.NEITHER : Role.CHILD);
  }

  private static Map<String, String> roles(List<TestSpan> spans) {
    SpanRoles roles = new SpanRoles();
    List<Member> members =
        spans.stream()
            .map(span -> roles.add(span.span(), span.invocation(), span.usable()))
            .toList();
    roles.decide();
    Map<String, String> byName = new TreeMap<>();
    for (Member member : members) {
      String role = member.role() + (member.isPhase() ? ", a phase" : "");
      byName.put(member.span.getName(), role);
    }
    assertThat(phaseNames(members))
        .as("a child that is a phase is one of a run")
        .isEqualTo(
            members.stream()
                .filter(Member::isPhase)
                .map(member -> member.span.getName())
                .collect(Collectors.toSet()));
    return byName;
  }

  private static Set<String> phaseNames(List<Member> members) {
    return members.stream()
        .flatMap(member -> member.phases().stream())
        .map(Span::getName)
        .collect(Collectors.toSet());
  }

  private static List<String> words(String text) {
    return text == null ? List.of() : List.of(text.split(" "));
  }

  private static List<List<TestSpan>> orders(List<TestSpan> spans) {
    if (spans.isEmpty()) {
      return List.of(List.of());
    }
    List<List<TestSpan>> orders = new ArrayList<>();
    for (TestSpan first : spans) {
      List<TestSpan> others = new ArrayList<>(spans);
      others.remove(first);
      for (List<TestSpan> order : orders(others)) {
        List<TestSpan> whole = new ArrayList<>(List.of(first));
        whole.addAll(order);
        orders.add(whole);
      }
    }
    return orders;
  }

  private record TestSpan(String words, Span span, Invocation invocation, boolean usable) {
    private static final Map<String, SpanKind> KINDS = new HashMap<>();

    static {
      KINDS.put("server", SpanKind.SPAN_KIND_SERVER);
      KINDS.put("consumer", SpanKind.SPAN_KIND_CONSUMER);
      KINDS.put("client", SpanKind.SPAN_KIND_CLIENT);
      KINDS.put("producer", SpanKind.SPAN_KIND_PRODUCER);
    }

    static TestSpan of(String words) {
      Span.Builder span =
          Span.newBuilder()
              .setTraceId(id(7))
              .setKind(SpanKind.SPAN_KIND_INTERNAL)
              .setStartTimeUnixNano(1000)
              .setEndTimeUnixNano(2000);
      Invocation invocation = null;
      boolean usable = true;
      String[] all = words.split(" ");
      span.setName(all[0]);
      for (String word : Arrays.asList(all).subList(1, all.length)) {
        String rest = word.substring(1);
        switch (word.charAt(0)) {
          case '#' -> span.setSpanId(id(Integer.parseInt(rest)));
          case '<' -> span.setParentSpanId(id(Integer.parseInt(rest)));
          case '+' -> span.setStartTimeUnixNano(1000 + Integer.parseInt(rest));
          case '@' -> {
            int slash = rest.indexOf('/');
            String account = slash < 0 ? "default" : rest.substring(0, slash);
            invocation = new Invocation(account, rest.substring(slash + 1));
          }
          default -> {
            switch (word) {
              case "local" -> span.setFlags(PARENT_IS_LOCAL);
              case "remote" -> span.setFlags(PARENT_IS_REMOTE);
              case "open" -> span.clearEndTimeUnixNano();
              case "bad" -> usable = false;
              default -> span.setKind(KINDS.get(word));
            }
          }
        }
      }
      return new TestSpan(words, span.build(), invocation, usable);
    }

    /** Eight bytes; those of 0 are OTLP's form of no id. */
    private static ByteString id(int number) {
      return ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    String name() {
      return span.getName();
    }

    @Override
    public String toString() {
      return words;
    }
  }
}
