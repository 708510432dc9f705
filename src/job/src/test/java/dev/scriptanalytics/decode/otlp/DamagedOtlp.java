package dev.scriptanalytics.decode.otlp;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A batch of OTLP that is valid but for one part. */
abstract class DamagedOtlp {
  static final Instant ARRIVAL = Instant.parse("2026-11-02T10:15:00Z");
  static final long NANOS = ARRIVAL.toEpochMilli() * 1_000_000 - 5_000_000_000L;

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

  final Random random;
  final boolean ofLogs;
  final int resources;
  final int scopes;
  final int items;
  final Target target;
  final int badResource;
  final int badScope;
  final int badItem;
  final int badAttribute;

  private final Map<String, String> accounts = new HashMap<>();
  private final Set<String> undamaged = new HashSet<>();

  DamagedOtlp(Random random, boolean ofLogs) {
    this.random = random;
    this.ofLogs = ofLogs;
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
          accounts.put(name(r, s, i), account(r));
          if (!isHit(r, s, i)) {
            undamaged.add(name(r, s, i));
          }
        }
      }
    }
  }

  /** The whole batch. */
  abstract byte[] record();

  /** Whether the damage left a valid part that says something else. */
  abstract boolean maySayAnything();

  /** The damaged part, for messages. */
  abstract String damage();

  /** The account of each item, by its name. */
  Map<String, String> accounts() {
    return accounts;
  }

  /** The names of the items that neither are nor belong to the damaged part. */
  Set<String> undamaged() {
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

  /** How many rows and dead letters there must be. */
  int leastOutcomes() {
    boolean areItemsGone = target == Target.ITEMS_OF_SCOPE || target == Target.SCOPES_OF_RESOURCE;
    return areItemsGone ? undamaged.size() + 1 : accounts.size();
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

  static String account(int resource) {
    return "account-" + resource;
  }

  static String name(int resource, int scope, int item) {
    return "item " + resource + "." + scope + "." + item;
  }

  /** The run of an item, which differs from all others in several bytes. */
  static String run(int resource, int scope, int item) {
    return "run " + Integer.toHexString(number(resource, scope, item) * 0x9E3779B9);
  }

  static int number(int resource, int scope, int item) {
    return 1 + resource * 100 + scope * 10 + item;
  }
}
