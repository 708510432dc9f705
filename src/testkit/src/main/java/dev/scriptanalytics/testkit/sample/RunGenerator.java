package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.sample.SampleRun.Details;
import dev.scriptanalytics.testkit.sample.SampleRun.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import javax.annotation.Nullable;

/**
 * Invents runs of the scripts of a small platform, one after the other by their starts, with all
 * that goes wrong on the way to Kafka. It knows no clock: the same seed, start and rate give the
 * same runs and the same bytes.
 */
public final class RunGenerator {
  /** Events that are sent a second time, some seconds later. */
  static final double DUPLICATED = 0.015;

  /** Runs that are sent many minutes late. */
  static final double LATE = 0.005;

  /** Runs with two events whose start comes after their end. */
  static final double DISORDERED = 0.02;

  /** Runs whose worker died, so that they never end. */
  static final double UNFINISHED = 0.003;

  /** Runs of which only the end is told, although their platform tells starts. */
  static final double START_LOST = 0.05;

  /** Starts that do not know their deployment yet. */
  static final double DEPLOYMENT_UNKNOWN = 0.02;

  /** Runs with a second, different end. */
  static final double CONTRADICTED = 0.0005;

  /** Runs beside which a malformed record is sent. */
  static final double MALFORMED = 0.004;

  /** Runs in the slow tail. */
  static final double SLOW = 0.015;

  /** Runs that had to wait for a worker to start. */
  static final double COLD = 0.02;

  /** By which share of the mean the rate is higher at its peak, and lower twelve hours later. */
  static final double SWING = 0.6;

  /** Runs with an end that tells no time but the start. */
  static final double UNTIMED = 0.002;

  /** Runs with an end that tells no time but the end, after a start that was told. */
  static final double END_ALONE = 0.03;

  private static final double MAX_MILLIS = 15 * 60_000.0;
  private static final double NETWORK_MILLIS = 15;
  private static final double DAY_MILLIS = 86_400_000;
  private static final double PEAK = 16.0 / 24;

  /** Those that people who try this out send their own events to. */
  private static final Set<String> ACCOUNTS_OF_OTHERS = Set.of(SampleRun.DEFAULT_ACCOUNT, "acme");

  /** How many events nobody can use. */
  private enum Unusable {
    /** In every way, beside the shares of runs that are above. */
    MANY,
    /** One malformed record for each reason, and the contradictions of one run. */
    ONE_OF_EACH
  }

  private final double runsPerMilli;
  private final boolean orderMatters;
  private final Unusable unusable;
  private final long idSeed;
  private final SplittableRandom random;
  private final DetailsGenerator details;
  private final Queue queue;
  private final Retries retries;
  private final ReusedIds reusedIds;
  private final RunEventWriter events = new RunEventWriter();
  private final PriorityQueue<RunWithDeliveries> retried =
      new PriorityQueue<>(Comparator.comparingLong(of -> of.run().executedOn()));
  private final Iterator<Malformation> oneOfEachReason = Malformation.oneOfEachReason().iterator();
  private boolean contradicted;
  @Nullable private RunWithDeliveries upcoming;
  private double clock;
  private long count;

  /**
   * Starts at {@code from}.
   *
   * @param eventsPerSecond all deliveries counted, on average over a day and in the time of the
   *     runs: most at 16:00 UTC, fewest at 4:00
   */
  public RunGenerator(long seed, Instant from, double eventsPerSecond) {
    this(seed, from, eventsPerSecond, true, Unusable.MANY);
  }

  private RunGenerator(
      long seed, Instant from, double eventsPerSecond, boolean orderMatters, Unusable unusable) {
    if (!(eventsPerSecond > 0 && eventsPerSecond <= 1e6)) {
      throw new IllegalArgumentException(
          "events per second must be above 0 and at most 1,000,000, not " + eventsPerSecond);
    }
    runsPerMilli = eventsPerSecond / eventsPerRun() / 1000;
    this.orderMatters = orderMatters;
    this.unusable = unusable;
    // Another start makes other runs, even where a producer is started again with the same seed.
    idSeed = SeedMixer.seedOf(seed, from.toEpochMilli());
    random = new SplittableRandom(idSeed);
    details = new DetailsGenerator(random.split());
    queue = new Queue(orderMatters ? Queue.SHARE : 0, random.split());
    retries = new Retries(random.split());
    reusedIds = new ReusedIds(random.split());
    clock = from.toEpochMilli();
  }

  /**
   * As the constructor, of runs that are the same in whatever order they are told: of contradicting
   * events the first one counts, so there are none, and no run is queued before it starts.
   */
  public static RunGenerator ofRunsInAnyOrder(long seed, Instant from, double eventsPerSecond) {
    return new RunGenerator(seed, from, eventsPerSecond, false, Unusable.MANY);
  }

  /**
   * As the constructor, the same runs with hardly any unusable events: one for each reason, and all
   * of them beside the first runs. Who sends events of his own beside these finds his own dead
   * letters.
   */
  public static RunGenerator ofUsableRuns(long seed, Instant from, double eventsPerSecond) {
    return new RunGenerator(seed, from, eventsPerSecond, true, Unusable.ONE_OF_EACH);
  }

  /** What brings the logs of these runs to Kafka. */
  LogGenerator logs() {
    return new LogGenerator(idSeed, orderMatters);
  }

  /** The next run by its start. */
  public RunWithDeliveries next() {
    if (upcoming == null) {
      upcoming = first();
    }
    if (!retried.isEmpty() && retried.element().run().executedOn() <= upcoming.run().executedOn()) {
      return retried.remove();
    }
    RunWithDeliveries next = upcoming;
    upcoming = first();
    return next;
  }

  /** The next run that is a first attempt. */
  private RunWithDeliveries first() {
    clock += exponential(1 / (runsPerMilli * timeOfDay(clock)));
    count++;
    ScriptProfile profile = pickScript();
    boolean cold = random.nextDouble() < COLD;
    String runId =
        profile.logging().runPrefix() + HexFormat.of().toHexDigits(SeedMixer.mix(idSeed + count));
    return generated(profile, runId, 1, (long) clock, cold);
  }

  /** The rate at a time, in milliseconds since 1970, relative to the day's mean. */
  static double timeOfDay(double millis) {
    return 1 + SWING * StrictMath.cos(2 * Math.PI * (millis / DAY_MILLIS - PEAK));
  }

  private RunWithDeliveries generated(
      ScriptProfile profile, String runId, int attempt, long executedOn, boolean cold) {
    int version = profile.versionAt(executedOn);
    String function = pick(profile.functions());
    Source source = pick(profile.sources());
    RunStatus status = status(profile, version);
    Timing timing = timing(profile, source, status);
    double millis = millis(profile, version);
    if (cold) {
      millis += 250 + exponential(500);
    }
    long micros =
        timing == Timing.RESPONSE_TIME
            ? Math.round(millis * 1000)
            : Math.max(1, Math.round(millis)) * 1000;
    DetailsGenerator.Told told =
        status == RunStatus.IN_PROGRESS
            ? new DetailsGenerator.Told(Details.NONE, List.of())
            : details.details(profile, version, function, status, millis, cold);
    long waits = timing == Timing.END ? 0 : queue.waits(profile);
    SampleRun run =
        new SampleRun(
            profile.account(),
            profile.name(),
            runId,
            attempt,
            profile.deployment(version),
            function,
            source,
            waits,
            executedOn + waits,
            micros,
            status,
            profile.dialect(),
            timing,
            told.details());
    if (retries.isRetried(profile, run)) {
      long again = retries.startAfter(run);
      retried.add(generated(profile, runId, attempt + 1, again, false));
    }
    return new RunWithDeliveries(profile, run, deliveries(run), told.lines());
  }

  private RunStatus status(ScriptProfile profile, int version) {
    double fate = random.nextDouble();
    if (fate < profile.failureShare(version)) {
      return RunStatus.FAILED;
    }
    // A run of which nothing but the end is told must have one.
    return profile.tellsStarts() && fate > 1 - UNFINISHED
        ? RunStatus.IN_PROGRESS
        : RunStatus.SUCCESS;
  }

  private Timing timing(ScriptProfile profile, Source source, RunStatus status) {
    if (status == RunStatus.SUCCESS && random.nextDouble() < UNTIMED) {
      return Timing.NONE;
    }
    if (!profile.tellsStarts()) {
      return Timing.END_AND_RESPONSE_TIME;
    }
    if (status != RunStatus.IN_PROGRESS && random.nextDouble() < END_ALONE) {
      return Timing.END;
    }
    return source.type().equals("api") ? Timing.RESPONSE_TIME : Timing.START_AND_END;
  }

  private double millis(ScriptProfile profile, int version) {
    double millis =
        profile.medianMillis()
            * profile.slowness(version)
            * StrictMath.exp(profile.sigma() * random.nextGaussian());
    if (random.nextDouble() < SLOW) {
      millis *= 4 + exponential(8);
    }
    return Math.min(millis, MAX_MILLIS);
  }

  private List<Delivery> deliveries(SampleRun run) {
    List<Delivery> deliveries = new ArrayList<>(2);
    long delay = random.nextDouble() < LATE ? 60_000 + (long) exponential(6 * 60_000) : 0;
    long started = run.startedAt() + delay + (long) exponential(NETWORK_MILLIS);
    long ended = run.endedAt() + delay + (long) exponential(NETWORK_MILLIS);
    if (run.queuedMillis() > 0) {
      long queued = run.executedOn() + delay + (long) exponential(NETWORK_MILLIS);
      deliver(deliveries, queued, run, events.queued(run));
    }
    if (tellsStart(run)) {
      boolean disordered = random.nextDouble() < DISORDERED;
      // Of a run that never ends nobody tells it later.
      boolean unknown =
          random.nextDouble() < DEPLOYMENT_UNKNOWN && run.status() != RunStatus.IN_PROGRESS;
      byte[] start = events.start(unknown ? run.withoutDeployment() : run);
      deliver(deliveries, disordered ? ended + 1 + (long) exponential(300) : started, run, start);
    }
    if (run.status() != RunStatus.IN_PROGRESS) {
      deliver(deliveries, ended, run, events.end(run));
    }
    if (orderMatters) {
      contradict(run, ended, deliveries);
    }
    if (random.nextDouble() < MALFORMED) {
      Malformation[] ways = Malformation.values();
      Delivery malformed = malformed(run, ways[random.nextInt(ways.length)]);
      if (unusable == Unusable.MANY) {
        deliveries.add(malformed);
      }
    }
    if (unusable == Unusable.ONE_OF_EACH && oneOfEachReason.hasNext()) {
      deliveries.add(malformed(run, oneOfEachReason.next()));
    }
    return deliveries;
  }

  private void contradict(SampleRun run, long ended, List<Delivery> deliveries) {
    List<Delivery> contradicting = new ArrayList<>();
    if (run.status() != RunStatus.IN_PROGRESS && random.nextDouble() < CONTRADICTED) {
      long later = ended + 1000 + (long) exponential(5000);
      byte[] event = events.end(run.contradicted());
      contradicting.add(Delivery.unusable(later, run.runId(), event, ReusedIds.END_REASON));
    }
    List<Delivery> told = new ArrayList<>(deliveries);
    told.addAll(contradicting);
    contradicting.addAll(reusedIds.after(run, told));
    if (unusable == Unusable.MANY || isFirstContradiction(run, contradicting)) {
      deliveries.addAll(contradicting);
    }
  }

  private boolean isFirstContradiction(SampleRun run, List<Delivery> contradicting) {
    if (contradicted || contradicting.isEmpty() || ACCOUNTS_OF_OTHERS.contains(run.account())) {
      return false;
    }
    contradicted = true;
    return true;
  }

  private boolean tellsStart(SampleRun run) {
    boolean lost = random.nextDouble() < START_LOST;
    return switch (run.timing()) {
      case END_AND_RESPONSE_TIME -> false;
      case END -> true;
      default -> run.status() == RunStatus.IN_PROGRESS || !lost;
    };
  }

  private void deliver(List<Delivery> deliveries, long at, SampleRun run, byte[] event) {
    deliveries.add(new Delivery(at, run.runId(), event));
    if (random.nextDouble() < DUPLICATED) {
      deliveries.add(new Delivery(at + 1 + (long) exponential(20_000), run.runId(), event));
    }
  }

  private Delivery malformed(SampleRun run, Malformation way) {
    // Not the run's own id: should it be taken for good by mistake, it must not go unnoticed.
    byte[] event = way.spoil(events.end(run.impostor()));
    return Delivery.unusable(run.startedAt(), null, event, way.reason());
  }

  private ScriptProfile pickScript() {
    double at = random.nextDouble() * totalShare();
    for (ScriptProfile profile : ScriptCatalogue.SCRIPTS) {
      at -= profile.share();
      if (at < 0) {
        return profile;
      }
    }
    return ScriptCatalogue.SCRIPTS.get(0);
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private double exponential(double mean) {
    return -StrictMath.log(1 - random.nextDouble()) * mean;
  }

  private static double totalShare() {
    double total = 0;
    for (ScriptProfile profile : ScriptCatalogue.SCRIPTS) {
      total += profile.share();
    }
    return total;
  }

  private static double eventsPerRun() {
    double starts = 0;
    for (ScriptProfile profile : ScriptCatalogue.SCRIPTS) {
      starts += profile.tellsStarts() ? profile.share() * (1 - START_LOST + Queue.SHARE) : 0;
    }
    return (1 + starts / totalShare()) * (1 + DUPLICATED) + MALFORMED;
  }
}
