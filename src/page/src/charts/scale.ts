// The logarithmic scale of durations.

// Where labels stand on a long scale, in milliseconds.
const NATURAL = [0.1, 1, 10, 100, 1e3, 1e4, 6e4, 6e5, 36e5, 36e6, 864e5, 864e6];

/**
 * Places of the labels between two powers of ten, as such powers: round units of time, and on a short scale powers of
 * ten with some of their multiples.
 */
export function splits(low: number, high: number): number[] {
  const digits = high - low < 1.5 ? [1, 2, 5] : [1, 3];
  const powers = Array.from({ length: 12 }, (_, i) => i - 1);
  const all = high - low < 3 ? powers.flatMap((power) => digits.map((digit) => digit * 10 ** power)) : NATURAL;
  return all.map(Math.log10).filter((at) => at >= low && at <= high);
}
