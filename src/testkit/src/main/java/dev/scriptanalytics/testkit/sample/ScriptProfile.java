package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.sample.SampleRun.Deployment;
import dev.scriptanalytics.testkit.sample.SampleRun.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/**
 * How a script behaves.
 *
 * @param share of all runs, relative to the other scripts
 * @param medianMillis of the response time, which is log-normal with {@code sigma}, plus a slow
 *     tail
 * @param failureShare of finished runs, between 0 and 1
 * @param tellsStarts whether its platform sends an event when a run starts
 * @param deployedEvery how long a version serves
 * @param logging how it logs
 * @param lines what runs log; {@code {id}}, {@code {n}}, {@code {ms}} and {@code {mail}} are filled
 *     in
 * @param naming how deployments are told apart
 */
public record ScriptProfile(
    String account,
    String name,
    Language language,
    Dialect dialect,
    Logging logging,
    double share,
    double medianMillis,
    double sigma,
    double failureShare,
    boolean usesGpu,
    boolean tellsStarts,
    Duration deployedEvery,
    List<String> functions,
    List<Source> sources,
    List<Field> input,
    List<Field> output,
    List<Breakdown> breakdowns,
    List<String> lines,
    DeploymentNaming naming) {

  // Version numbers depend on the date alone, so that a restarted producer never goes back to an
  // older one.
  private static final Instant FIRST_DEPLOYMENT = Instant.parse("2026-11-01T00:00:00Z");

  /** What a script is written in, which decides how its stack traces look. */
  enum Language {
    PYTHON,
    NODE
  }

  /** A script whose deployments have numbers. */
  ScriptProfile(
      String account,
      String name,
      Language language,
      Dialect dialect,
      Logging logging,
      double share,
      double medianMillis,
      double sigma,
      double failureShare,
      boolean usesGpu,
      boolean tellsStarts,
      Duration deployedEvery,
      List<String> functions,
      List<Source> sources,
      List<Field> input,
      List<Field> output,
      List<Breakdown> breakdowns,
      List<String> lines) {
    this(
        account,
        name,
        language,
        dialect,
        logging,
        share,
        medianMillis,
        sigma,
        failureShare,
        usesGpu,
        tellsStarts,
        deployedEvery,
        functions,
        sources,
        input,
        output,
        breakdowns,
        lines,
        DeploymentNaming.NUMBER);
  }

  /** The same script with deployments that are told apart in another way. */
  ScriptProfile deployedBy(DeploymentNaming other) {
    return new ScriptProfile(
        account,
        name,
        language,
        dialect,
        logging,
        share,
        medianMillis,
        sigma,
        failureShare,
        usesGpu,
        tellsStarts,
        deployedEvery,
        functions,
        sources,
        input,
        output,
        breakdowns,
        lines,
        other);
  }

  /** A field of an input or output object. */
  record Field(String name, Kind kind) {
    enum Kind {
      ID,
      MONEY,
      COUNT,
      SHARE,
      FLAG,
      WORD,
      TEXT
    }
  }

  /** A way to fail. */
  record Breakdown(String code, String exception, String message) {}

  /** The version that serves at {@code at}, in milliseconds since 1970; counted from 1. */
  int versionAt(long at) {
    long age = Math.max(0, at - FIRST_DEPLOYMENT.toEpochMilli());
    return 1 + (int) (age / deployedEvery.toMillis());
  }

  /** What the platform tells of {@code version}. */
  Deployment deployment(int version) {
    return naming.deployment(version, HexFormat.of().toHexDigits(fate(version, 0), 8));
  }

  /** How much slower than usual {@code version} is: now and then one goes wrong. */
  double slowness(int version) {
    return isBad(version, 1) ? 2.2 : 0.9 + 0.2 * share(fate(version, 1));
  }

  /** The share of finished runs that fail in {@code version}. */
  double failureShare(int version) {
    return isBad(version, 2)
        ? Math.min(0.6, 0.08 + 4 * failureShare)
        : failureShare * (0.7 + 0.6 * share(fate(version, 2)));
  }

  /** Whether a version fails for a reason of its own, the first of {@link #breakdowns}. */
  boolean hasBug(int version) {
    return isBad(version, 2);
  }

  /** What went wrong with a version is mended in the next. */
  private boolean isBad(int version, int aspect) {
    return !breakdowns.isEmpty() && isRisky(version, aspect) && !isRisky(version - 1, aspect);
  }

  private boolean isRisky(int version, int aspect) {
    return share(fate(version, aspect)) < 0.12;
  }

  private long fate(int version, int aspect) {
    long hash = account.hashCode() * 31L + name.hashCode();
    return SeedMixer.seedOf(hash, version, aspect);
  }

  private static double share(long random) {
    return (random >>> 11) * 0x1.0p-53;
  }
}
