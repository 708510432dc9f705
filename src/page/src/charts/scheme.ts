// Colours of charts. A canvas knows no CSS variables, so they are read, and read again when the scheme changes.
import { signal } from "@preact/signals";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Changes whenever charts have to be drawn in other colours. */
export const scheme = signal(dark.matches ? "dark" : "light");

dark.addEventListener("change", () => {
  scheme.value = dark.matches ? "dark" : "light";
});

export function colour(name: string): string {
  return getComputedStyle(document.documentElement)
    .getPropertyValue("--" + name)
    .trim();
}

const OF_STATUS: Record<string, string> = {
  Success: "success-fill",
  Failed: "failed-fill",
  "In Progress": "progress-fill",
};

export function colourOfStatus(status: string): string {
  return OF_STATUS[status] ?? "debug";
}

const OF_LEVEL: Record<string, string> = {
  debug: "line-strong",
  info: "progress-fill",
  warn: "warn-fill",
  error: "failed-fill",
  fatal: "series-3",
};

export function colourOfLevel(level: string): string {
  return OF_LEVEL[level] ?? "debug";
}

const SERIES = 6;

export function colourOfSeries(number: number): string {
  return `series-${(number % SERIES) + 1}`;
}
