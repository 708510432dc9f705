// Numbers as people read them.
const whole = new Intl.NumberFormat("en-US");
const three = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

/** What stands where there is no value. */
export const NONE = "–";

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : whole.format(value);
}

/** A count in few characters, such as 12.3k. */
export function short(value: number): string {
  if (value < 10_000) {
    return whole.format(value);
  }
  return value < 1e6 ? three.format(value / 1e3) + "k" : three.format(value / 1e6) + "M";
}

export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : value.toFixed(2) + " %";
}

/** A time of milliseconds in the unit that suits it. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) {
    return NONE;
  }
  if (ms < 1000) {
    return three.format(ms) + " ms";
  }
  if (ms < 60_000) {
    return three.format(ms / 1000) + " s";
  }
  const seconds = Math.round(ms / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) {
    return NONE;
  }
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return `${three.format(value / 1000 ** power)} ${units[power]}`;
}

/** A deployment by its number, or else by its id. */
export function version(number: number | null | undefined, id: string | null | undefined): string {
  if (number) {
    return "v" + number;
  }
  return id || NONE;
}
