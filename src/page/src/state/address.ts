// The address of the page is its state: the path is the tab, the query is all else. Whoever opens the link sees the
// same view, and Back undoes a step.
import { computed, signal } from "@preact/signals";

export const TABS = ["runs", "logs", "errors", "patterns", "versions"] as const;
/** The tabs of a script, and what is not of one. */
export type Tab = (typeof TABS)[number] | "rejected";

const PATHS: readonly Tab[] = [...TABS, "rejected"];

/** What the query of an address may have. */
export type Name =
  | "account"
  | "script"
  | "from"
  | "to"
  | "zone"
  | "filter"
  | "sort"
  | "order"
  | "columns"
  | "facets"
  | "live"
  | "charts"
  | "percentile"
  | "run"
  | "entry"
  | "baseline"
  | "candidate";

export type Patch = Partial<Record<Name, string | null>>;

const url = signal(new URL(location.href));

addEventListener("popstate", () => {
  url.value = new URL(location.href);
});

export const tab = computed<Tab>(() => {
  const first = url.value.pathname.split("/")[1];
  return PATHS.find((one) => one === first) ?? "runs";
});

/** Whether a parameter says something. An empty script does: it stands for entries whose script is not known. */
export function isGiven<T>(name: string, value: T | null | undefined): value is T {
  return value !== null && value !== undefined && (value !== "" || name === "script");
}

export function param(name: Name): string | null {
  const value = url.value.searchParams.get(name);
  return isGiven(name, value) ? value : null;
}

/** What the view chose by itself, since the address does not say it; a link to the view has to. */
export const implied = signal<Patch>({});

/** The address of another view: the present one with some parts changed; null takes a part out. */
export function address(patch: Patch, to: Tab = tab.value): string {
  const next = new URLSearchParams(url.value.searchParams);
  for (const [name, value] of Object.entries(patch)) {
    if (isGiven(name, value)) {
      next.set(name, value);
    } else {
      next.delete(name);
    }
  }
  const query = next.toString();
  return "/" + to + (query ? "?" + query : "");
}

/** Goes to another view. Replacing it leaves no step to go back to, for what is not worth one. */
export function go(patch: Patch, to: Tab = tab.value, replace = false): void {
  open(address(patch, to), replace);
}

function open(path: string, replace: boolean): void {
  const next = new URL(path, location.origin);
  if (next.href === url.value.href) {
    return;
  }
  if (replace) {
    history.replaceState(null, "", next);
  } else {
    history.pushState(null, "", next);
  }
  url.value = next;
}

/** Has links within the page change the address without loading the page again. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!plain || event.defaultPrevented || !link || link.target || link.origin !== location.origin) {
      return;
    }
    if (PATHS.some((one) => link.pathname === "/" + one)) {
      event.preventDefault();
      open(link.href, false);
    }
  });
}

const narrow = matchMedia("(max-width: 640px)");
const isNarrow = signal(narrow.matches);

narrow.addEventListener("change", () => {
  isNarrow.value = narrow.matches;
});

/** Whether charts are shown: on narrow screens they would push the list out of sight, unless they are asked for. */
export const withCharts = computed(() => param("charts") === "on" || (param("charts") === null && !isNarrow.value));

export function toggleCharts(): void {
  go({ charts: withCharts.value ? "off" : "on" });
}
