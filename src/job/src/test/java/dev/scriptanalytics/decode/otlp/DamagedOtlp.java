package dev.scriptanalytics.decode.otlp;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A batch of OTLP that is valid but for one part. All that a batch says follows from its seed.
 *
 * <p>Its items say which batch they belong to, in name, run and account, so that any number of
 * batches can be told apart in one table.
 */
public abstract class DamagedOtlp {
  /** What is damaged. */
  enum Target {
    ATTRIBUTE_OF_ITEM,
    ITEM,
    ATTRIBUTE_OF_SCOPE,
    SCOPE,
    ITEMS_OF_SCOPE,
    ATTRIBUTE_OF_RESOURCE,
    RESOURCE,
    SCOPES_OF_RESOURCE
  }

  /**
   * An item: a log record or a span.
   *
   * @param name the message of a log record, the function of a span
   */
  public record Item(String name, String account, String run) {}

  /** What the name of a span's event begins with; the rest is the name of the span. */
  public static final String EVENT = "event of ";

  final Random random;
  final boolean ofLogs;
  final long nanos;
  final int resources;
  final int scopes;
  final int items;
  final Target target;
  final int badResource;
  final int badScope;
  final int badItem;
  final int badAttribute;

  private final String label;
  private final Map<String, Item> all = new LinkedHashMap<>();
  private final Set<Item> undamaged = new LinkedHashSet<>();

  DamagedOtlp(long seed, boolean ofLogs, Instant at) {
    this.random = new Random(seed);
    this.ofLogs = ofLogs;
    this.nanos = at.toEpochMilli() * 1_000_000;
    this.label = "b" + seed;
    resources = 1 + random.nextInt(3);
    scopes = 1 + random.nextInt(2);
    items = 1 + random.nextInt(3);
    target = Target.values()[random.nextInt(Target.values().length)];
    badResource = random.nextInt(resources);
    badScope = random.nextInt(scopes);
    badItem = random.nextInt(items);
    badAttribute = random.nextInt(3);
    for (int r = 0; r < resources; r++) {
      for (int s = 0; s < scopes; s++) {
        for (int i = 0; i < items; i++) {
          Item item = new Item(name(r, s, i), account(r), run(r, s, i));
          all.put(item.name(), item);
          if (!isHit(r, s, i)) {
            undamaged.add(item);
          }
        }
      }
    }
  }

  /**
   * The batch of that seed.
   *
   * @param ofLogs whether its items are log records, and not spans
   * @param json whether it is in JSON, and not in Protocol Buffers
   * @param at the time of its items, in whole milliseconds
   */
  public static DamagedOtlp of(long seed, boolean ofLogs, boolean json, Instant at) {
    return json ? new DamagedOtlpJson(seed, ofLogs, at) : new DamagedOtlpProtobuf(seed, ofLogs, at);
  }

  /** The whole batch; to be called once. */
  public abstract byte[] record();

  /** Whether the damage may have left a valid part that says something else, or nothing. */
  public abstract boolean maySayAnything();

  /** The damaged part. */
  abstract String damage();

  /** What all names, runs and accounts of this batch, and of no other, begin with. */
  public String label() {
    return label + " ";
  }

  /** All items by their names. */
  public Map<String, Item> items() {
    return all;
  }

  /** The items that neither are nor belong to the damaged part. */
  public Set<Item> undamaged() {
    return undamaged;
  }

  /** The account of the damaged part. */
  String badAccount() {
    return account(badResource);
  }

  /** Whether the resource itself is whole, so that the account of all its items is known. */
  boolean isResourceWhole() {
    return switch (target) {
      case ATTRIBUTE_OF_RESOURCE, RESOURCE, SCOPES_OF_RESOURCE -> false;
      default -> true;
    };
  }

  /**
   * How many rows, dead letters and skipped spans there must be at least. Of items that cannot be
   * found the list is a dead letter, unless a valid list is left without them.
   */
  public int leastOutcomes() {
    boolean areItemsGone = target == Target.ITEMS_OF_SCOPE || target == Target.SCOPES_OF_RESOURCE;
    if (areItemsGone) {
      return undamaged.size() + (maySayAnything() ? 0 : 1);
    }
    return all.size();
  }

  private boolean isHit(int resource, int scope, int item) {
    return switch (target) {
      case ATTRIBUTE_OF_ITEM, ITEM ->
          resource == badResource && scope == badScope && item == badItem;
      case ATTRIBUTE_OF_SCOPE, SCOPE, ITEMS_OF_SCOPE ->
          resource == badResource && scope == badScope;
      case ATTRIBUTE_OF_RESOURCE, RESOURCE, SCOPES_OF_RESOURCE -> resource == badResource;
    };
  }

  boolean isBad(Target what, int resource, int scope, int item) {
    return target == what && isHit(resource, scope, item);
  }

  String account(int resource) {
    return label + " account-" + resource;
  }

  String name(int resource, int scope, int item) {
    return label + " item " + resource + "." + scope + "." + item;
  }

  /** The run of an item, which differs from all others of its batch in several bytes. */
  String run(int resource, int scope, int item) {
    return label + " run " + Integer.toHexString(number(resource, scope, item) * 0x9E3779B9);
  }

  static int number(int resource, int scope, int item) {
    return 1 + resource * 100 + scope * 10 + item;
  }

  @Override
  public String toString() {
    return label + " of " + (ofLogs ? "logs" : "spans") + ", " + target + ": " + damage();
  }
}
