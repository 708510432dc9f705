package dev.scriptanalytics.decode.otlp;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says of each span of a record whether it is a run, a child of one, or neither. {@link #add} all
 * spans, then {@link #decide}, then ask each {@link Member}.
 *
 * <p>A span belongs to the invocation that its attributes name, or else to that of its nearest
 * ancestor in the record. Of an invocation, a span of kind CLIENT or PRODUCER, one whose flags say
 * that its parent is local, and one whose parent is in the record and of the same invocation is a
 * child. Of the others, the first one of kind SERVER or CONSUMER is the run, or the first one of
 * any kind where there is no such span; all further ones are children. The first one started
 * earliest.
 *
 * <p>The roles depend on the record alone, and not on the order of its spans: a batch that is sent
 * again, or regrouped by a collector, makes the same runs. The children of a record that does not
 * contain their run are children as well. Links between spans may be broken: ids may be missing,
 * repeated or form a cycle. Not thread-safe.
 */
final class SpanRoles {
  /** The invocation of a function, whose account and id are those of a run. */
  record Invocation(String account, String id) {}

  /** What a span is. */
  enum Role {
    /** The run of its invocation. */
    RUN,
    /** A part of a run, which the record need not contain. */
    CHILD,
    /** A span of no invocation. */
    NEITHER
  }

  /** A span in its record. */
  static final class Member {
    final Span span;
    private final boolean usable;
    private final SpanId id;
    private final SpanId parentId;
    // Before decide(), an invocation that the attributes name; then also one of an ancestor.
    private Invocation invocation;
    private Member parent;
    private Role role = Role.NEITHER;
    private List<Span> phases = List.of();
    private boolean phase;

    private Member(Span span, Invocation invocation, boolean usable) {
      this.span = span;
      this.invocation = invocation;
      this.usable = usable;
      this.id = SpanId.of(span.getTraceId(), span.getSpanId());
      this.parentId = SpanId.of(span.getTraceId(), span.getParentSpanId());
    }

    Role role() {
      return role;
    }

    /** The invocation that the span belongs to; null if it belongs to none. */
    Invocation invocation() {
      return invocation;
    }

    /** Of a run, its direct children that have ended, each once. */
    List<Span> phases() {
      return phases;
    }

    /** Whether this is one of its run's {@link #phases}. */
    boolean isPhase() {
      return phase;
    }

    private boolean isChildByItself() {
      return switch (span.getKind()) {
        case SPAN_KIND_CLIENT, SPAN_KIND_PRODUCER -> true;
        default -> parentId != null && (span.getFlags() & REMOTE_FLAGS) == PARENT_IS_LOCAL;
      };
    }

    private boolean isEntry() {
      return switch (span.getKind()) {
        case SPAN_KIND_SERVER, SPAN_KIND_CONSUMER -> true;
        default -> false;
      };
    }
  }

  /** A span's place in its trace. */
  private record SpanId(ByteString trace, ByteString span) {
    /** Null for an id without a byte other than 0, which is OTLP's form of no id. */
    static SpanId of(ByteString trace, ByteString span) {
      return OtlpValues.isNone(span) ? null : new SpanId(trace, span);
    }
  }

  /** Two bits of a span's flags: whether the next one is set at all, and "the parent is remote". */
  private static final int REMOTE_FLAGS = 0x300;

  private static final int PARENT_IS_LOCAL = 0x100;

  private static final Comparator<ByteString> BYTES =
      ByteString.unsignedLexicographicalComparator();

  /**
   * The order in which spans are preferred as the run. What follows the span id tells copies of a
   * span apart: one that has ended says more than one that has not.
   */
  private static final Comparator<Member> EARLIEST =
      Comparator.<Member, Span>comparing(
          member -> member.span,
          Comparator.comparing(Span::getStartTimeUnixNano, Long::compareUnsigned)
              .thenComparing(Span::getSpanId, BYTES)
              .thenComparing(
                  Span::getEndTimeUnixNano, (one, other) -> Long.compareUnsigned(other, one))
              .thenComparing(Span::getTraceId, BYTES)
              .thenComparing(Span::getName));

  private static final Comparator<Member> BEST_RUN =
      Comparator.comparing((Member member) -> !member.isEntry()).thenComparing(EARLIEST);

  /** Which of several spans with one id stands for them all. */
  private static final Comparator<Member> BEST_OF_AN_ID =
      Comparator.<Member, Invocation>comparing(
              member -> member.invocation,
              Comparator.nullsLast(
                  Comparator.comparing(Invocation::id).thenComparing(Invocation::account)))
          .thenComparing(member -> !member.usable)
          .thenComparing(member -> member.span.getParentSpanId(), BYTES)
          .thenComparing(EARLIEST);

  private final List<Member> members = new ArrayList<>();

  /**
   * Adds a span.
   *
   * @param invocation the one that the span's attributes name, or null
   * @param usable whether the span may become a run or a phase; any span may be a parent
   */
  Member add(Span span, Invocation invocation, boolean usable) {
    Member member = new Member(span, invocation, usable);
    members.add(member);
    return member;
  }

  /** Decides about all spans that were added. */
  void decide() {
    // A record with one span is frequent and has no links.
    Map<SpanId, Member> byId = members.size() > 1 ? byId() : Map.of();
    findParents(byId);
    Map<Invocation, Member> runs = new HashMap<>();
    for (Member member : members) {
      if (member.invocation == null) {
        continue;
      }
      member.role = Role.CHILD;
      if (member.usable && !member.isChildByItself() && !isChildOfItsParent(member)) {
        runs.merge(member.invocation, member, (a, b) -> BEST_RUN.compare(b, a) < 0 ? b : a);
      }
    }
    for (Member run : runs.values()) {
      run.role = Role.RUN;
    }
    findPhases(runs, byId);
  }

  private Map<SpanId, Member> byId() {
    Map<SpanId, Member> byId = new HashMap<>();
    for (Member member : members) {
      if (member.id != null) {
        byId.merge(member.id, member, (a, b) -> BEST_OF_AN_ID.compare(b, a) < 0 ? b : a);
      }
    }
    return byId;
  }

  private void findParents(Map<SpanId, Member> byId) {
    for (Member member : members) {
      // A span that names itself as its parent has none.
      if (member.parentId != null && !member.parentId.equals(member.id)) {
        member.parent = byId.get(member.parentId);
      }
    }
    Set<Member> walked = new HashSet<>();
    for (Member member : members) {
      inherit(member, walked);
    }
  }

  /** Gives a span and its ancestors the invocation of the nearest ancestor that has one. */
  private static void inherit(Member descendant, Set<Member> walked) {
    List<Member> heirs = new ArrayList<>();
    Member ancestor = descendant;
    // A span that was walked before has found its invocation, or has none, as in a cycle.
    while (ancestor != null && ancestor.invocation == null && walked.add(ancestor)) {
      heirs.add(ancestor);
      ancestor = ancestor.parent;
    }
    if (ancestor != null) {
      for (Member heir : heirs) {
        heir.invocation = ancestor.invocation;
      }
    }
  }

  private static boolean isChildOfItsParent(Member member) {
    Member parent = member.parent;
    // The account is left aside: it may be an attribute of the run's span alone.
    return parent != null
        && parent.invocation != null
        && parent.invocation.id().equals(member.invocation.id());
  }

  private void findPhases(Map<Invocation, Member> runs, Map<SpanId, Member> byId) {
    for (Member member : members) {
      Member run = runs.get(member.invocation);
      if (member.role == Role.CHILD
          && member.usable
          && member.span.getEndTimeUnixNano() != 0
          && run != null
          && run.id != null
          && run.id.equals(member.parentId)
          && (member.id == null || byId.get(member.id) == member)) {
        member.phase = true;
        if (run.phases.isEmpty()) {
          run.phases = new ArrayList<>();
        }
        run.phases.add(member.span);
      }
    }
  }
}
