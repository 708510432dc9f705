// The figures above the runs, compared with the period of the same length before.
import { address, param } from "../state/address";
import { count, duration, percent } from "../state/format";
import type { Metrics, RunPage } from "../state/api";
import { being, narrowed } from "../state/filter";
import { useAnswer } from "../state/query";
import { inRange, ofScript } from "../state/scope";
import { iso, range } from "../state/time";

// Of fewer runs a difference says nothing.
const LEAST_RUNS = 30;

interface Figure {
  title: string;
  tip: string;
  of: (metrics: Metrics) => number | null;
  text: (value: number | null) => string;
  /** Whether more is better, worse, or neither. */
  more: "better" | "worse" | "neither";
  points?: boolean;
  status?: string;
  /** Whether the slowest runs are shown from here. */
  slowest?: boolean;
}

const FIGURES: Figure[] = [
  {
    title: "Total runs",
    tip: "All executions that started in the range: succeeded, failed and in progress. Indicates usage volume and billing impact.",
    of: (one) => one.totalRuns,
    text: count,
    more: "neither",
  },
  {
    title: "Response time (P50)",
    tip: "Half of the successful runs complete within this time.",
    of: (one) => one.p50,
    text: duration,
    more: "worse",
  },
  {
    title: "Response time (P90)",
    tip: "90% of runs complete within this time. Lower values indicate reliable performance.",
    of: (one) => one.p90,
    text: duration,
    more: "worse",
  },
  {
    title: "Response time (P99)",
    tip: "99% of runs complete within this time. Higher values suggest performance outliers or issues.",
    of: (one) => one.p99,
    text: duration,
    more: "worse",
    slowest: true,
  },
  {
    title: "Failure rate",
    tip: "Percentage of failed runs among those that ended. For example, 1 failure in 3 runs = 33.33%.",
    of: (one) => one.failureRate,
    text: percent,
    more: "worse",
    points: true,
    status: "Failed",
  },
  {
    title: "In progress",
    tip: "Runs that have started and not ended.",
    of: (one) => one.inProgress,
    text: count,
    more: "neither",
    status: "In Progress",
  },
];

/** The figures of the range and of the one before it, of all runs or of those that pass the filter. */
export function useMetrics(): { value?: Metrics; before?: Metrics; loading: boolean } {
  const filter = param("filter");
  const { from, to } = range.value;
  const earlier = { startTime: iso(2 * from - to), endTime: iso(from) };
  const filtered = { filter, summary: "true", limit: 1 };
  const all = useAnswer<{ metrics: Metrics }>(filter ? null : inRange("metrics"));
  const allBefore = useAnswer<{ metrics: Metrics }>(filter ? null : ofScript("metrics", earlier));
  const some = useAnswer<RunPage>(filter ? inRange("runs", filtered) : null);
  const someBefore = useAnswer<RunPage>(filter ? ofScript("runs", { ...earlier, ...filtered }) : null);
  const value = filter ? some.value?.summary : all.value?.metrics;
  const before = filter ? someBefore.value?.summary : allBefore.value?.metrics;
  return {
    ...(value ? { value } : {}),
    ...(before ? { before } : {}),
    loading: filter ? some.loading : all.loading,
  };
}

export function MetricsRow({ metrics }: { metrics: ReturnType<typeof useMetrics> }) {
  const { value, before, loading } = metrics;
  return (
    <dl class={loading ? "metrics waiting" : "metrics"} aria-busy={loading}>
      {FIGURES.map((figure) => {
        const own = value ? figure.of(value) : null;
        return (
          <div key={figure.title} class="metric" title={figure.tip}>
            <dt>{figure.title}</dt>
            <dd>
              <span class="figure">{value ? figure.text(own) : "\u00a0"}</span>
              {value && before && before.totalRuns >= LEAST_RUNS && (
                <Change figure={figure} value={own} before={figure.of(before)} />
              )}
              {figure.slowest && own !== null && param("sort") !== "responseTime" && (
                <a class="note" href={address({ sort: "responseTime", order: null })}>
                  Slowest<span class="spoken"> runs first</span>
                </a>
              )}
              {figure.status && value && own !== 0 && own !== null && <Only status={figure.status} />}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Leads to the runs of a status, unless only these are shown. */
function Only({ status }: { status: string }) {
  const filter = narrowed(being("status", status, true));
  return filter === param("filter") ? null : (
    <a class="note" href={address({ filter })}>
      Show<span class="spoken"> only runs with the status {status}</span>
    </a>
  );
}

function Change({ figure, value, before }: { figure: Figure; value: number | null; before: number | null }) {
  if (value === null || before === null || (!figure.points && before === 0)) {
    return null;
  }
  const change = figure.points ? value - before : (100 * (value - before)) / before;
  const size = Math.abs(change);
  const text =
    size < (figure.points ? 0.005 : 0.5)
      ? "="
      : figure.points
        ? `${size.toFixed(2)} pp`
        : `${size < 1000 ? size.toFixed(0) : ">1000"}%`;
  const good =
    figure.more === "neither" || text === "=" ? "" : change > 0 === (figure.more === "better") ? "good" : "bad";
  const was = `${figure.text(before)} in the period before`;
  return (
    <span class={"change " + good} title={was}>
      <span aria-hidden="true">
        {text === "=" ? "" : change > 0 ? "▲" : "▼"}
        {text}
      </span>
      <span class="spoken">
        {text === "=" ? "unchanged" : `${change > 0 ? "up" : "down"} ${text}`}, {was}
      </span>
    </span>
  );
}
