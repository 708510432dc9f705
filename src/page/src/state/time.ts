// Ranges and times: relative ranges as the API writes them (now-24h), days, and times in the chosen zone.
import { computed, signal } from "@preact/signals";
import { param } from "./address";

export const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** The zone in which times are shown; the browser's unless the address says UTC. */
export const zone = computed(() => (param("zone") === "UTC" ? "UTC" : BROWSER_ZONE));

/** When relative ranges were last resolved. All of a view is asked for with the same range. */
export const now = signal(Date.now());

/** Milliseconds since 1970; the end is not included. */
export interface Range {
  from: number;
  to: number;
}

export const PRESETS: { from: string; title: string }[] = [
  { from: "now-15m", title: "Last 15 minutes" },
  { from: "now-1h", title: "Last hour" },
  { from: "now-6h", title: "Last 6 hours" },
  { from: "now-24h", title: "Last 24 hours" },
  { from: "now-7d", title: "Last 7 days" },
  { from: "now-30d", title: "Last 30 days" },
  { from: "now-90d", title: "Last 90 days" },
];
export const USUAL_FROM = "now-24h";

const UNITS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
const UNIT_NAMES: Record<string, string> = { s: "seconds", m: "minutes", h: "hours", d: "days", w: "weeks" };
const RELATIVE = /^now(?:-(\d{1,6})([smhdw]))?$/;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(inZone: string): Intl.DateTimeFormat {
  let found = formats.get(inZone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: inZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(inZone, found);
  }
  return found;
}

/** A time as YYYY-MM-DDTHH:MM:SS in a zone. */
export function inZone(time: number, of: string): string {
  const part: Record<string, string> = {};
  for (const { type, value } of format(of).formatToParts(time)) {
    part[type] = value;
  }
  return `${part["year"]}-${part["month"]}-${part["day"]}T${part["hour"]}:${part["minute"]}:${part["second"]}`;
}

/** The time at which a clock in the zone shows YYYY-MM-DDTHH:MM[:SS]. */
export function ofZone(text: string, of: string): number {
  const wanted = Date.parse(text + "Z");
  // A second step corrects times near a change of the offset.
  let time = wanted;
  for (let step = 0; step < 2; step++) {
    time += wanted - Date.parse(inZone(time, of) + "Z");
  }
  return time;
}

function midnight(time: number, days = 0): number {
  const day = new Date(Date.parse(inZone(time, zone.value).slice(0, 10)) + days * 864e5);
  return ofZone(day.toISOString().slice(0, 10) + "T00:00:00", zone.value);
}

/** A time of the address; NaN if it is none. */
function resolve(text: string, at: number): number {
  const relative = RELATIVE.exec(text);
  if (relative) {
    return relative[1] ? at - Number(relative[1]) * UNITS[relative[2]!]! : at;
  }
  if (text === "today") {
    return midnight(at);
  }
  if (text === "yesterday") {
    return midnight(at, -1);
  }
  return Date.parse(text);
}

export const fromText = computed(() => param("from") ?? USUAL_FROM);
export const toText = computed(() => param("to") ?? "now");

/** The range of the address; the last 24 hours where it has none that makes sense. */
export const range = computed<Range>(() => {
  const to = resolve(toText.value, now.value);
  const from = resolve(fromText.value, now.value);
  return from < to ? { from, to } : { from: now.value - UNITS["d"]!, to: now.value };
});

/** Whether the range ends now, so that new runs belong to it. */
export const endsNow = computed(() => toText.value === "now");

export const rangeTitle = computed(() => {
  const from = fromText.value;
  if (toText.value === "now") {
    const preset = PRESETS.find((one) => one.from === from);
    if (preset) {
      return preset.title;
    }
    if (from === "today") {
      return "Today";
    }
    const relative = RELATIVE.exec(from);
    if (relative?.[1]) {
      return `Last ${relative[1]} ${UNIT_NAMES[relative[2]!]}`;
    }
  }
  if (from === "yesterday" && toText.value === "today") {
    return "Yesterday";
  }
  return `${minute(range.value.from)} to ${minute(range.value.to)}`;
});

export function minute(time: number): string {
  return inZone(time, zone.value).replace("T", " ").slice(0, 16);
}

/** A time with its fraction, as the columns show it: all digits that the API gave, at least milliseconds. */
export function stamp(iso: string): string {
  const fraction = (/\.(\d+)/.exec(iso)?.[1] ?? "").padEnd(3, "0").replace(/^(\d{3}\d*?)0*$/, "$1");
  return inZone(Date.parse(iso), zone.value).replace("T", " ") + "." + fraction;
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}

export const zoneTitle = computed(() => {
  const part = new Intl.DateTimeFormat("en-GB", { timeZone: zone.value, timeZoneName: "shortOffset" })
    .formatToParts(range.value.to)
    .find((one) => one.type === "timeZoneName");
  return zone.value === "UTC" ? "UTC" : `${zone.value} (${part?.value ?? ""})`;
});

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
];

/** Seconds of a bucket that cuts the range into at most 120 parts. */
export function stepOf({ from, to }: Range): number {
  const least = (to - from) / 120e3;
  return STEPS.find((step) => step >= least) ?? Math.ceil(least / 86400) * 86400;
}

/** How long ago or how long something is, in the largest unit that fits. */
export function ago(time: number, at: number): string {
  const seconds = Math.max(0, Math.round((at - time) / 1000));
  for (const [unit, name] of [
    [86400, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ] as const) {
    if (seconds >= unit) {
      const amount = Math.floor(seconds / unit);
      return `${amount} ${name}${amount === 1 ? "" : "s"} ago`;
    }
  }
  return "just now";
}
