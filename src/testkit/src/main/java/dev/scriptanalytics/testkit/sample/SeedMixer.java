package dev.scriptanalytics.testkit.sample;

/** Makes seeds and identities out of numbers that lie close together. */
public final class SeedMixer {
  private SeedMixer() {}

  /**
   * Spreads {@code z} over all 64 bits (Stafford's variant 13); different numbers stay different.
   */
  public static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** One seed of several numbers, whose order matters. */
  public static long seedOf(long... numbers) {
    long mixed = 0;
    for (long number : numbers) {
      mixed = mix(mixed + 0x9e3779b97f4a7c15L) + number;
    }
    return mix(mixed);
  }
}
