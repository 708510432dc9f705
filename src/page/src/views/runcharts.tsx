// The charts above the list of runs. Dragging in one narrows the view to what was marked.
import { useMemo } from "preact/hooks";
import { Dots } from "../charts/dots";
import { Figure, type Table } from "../charts/figure";
import { colourOfSeries, colourOfStatus } from "../charts/scheme";
import type { Mark } from "../charts/marks";
import { Bars, bucketsOf, Lines, type Series } from "../charts/time";
import { Segments } from "../components/parts";
import { go, param } from "../state/address";
import type { Bucket, Cell, Counted, RunPage } from "../state/api";
import { narrowed, STATUSES } from "../state/filter";
import { count, duration, short, version } from "../state/format";
import { useAnswer } from "../state/query";
import { inRange } from "../state/scope";
import { iso, minute, range, stamp, stepOf } from "../state/time";

const MOST_DOTS = 2000;
// The newest of more deployments than can be told apart by colour.
const MOST_DEPLOYMENTS = 6;

export function RunCharts() {
  const filter = param("filter");
  const shown = range.value;
  const step = stepOf(shown);
  const density = useAnswer<{ density: Cell[] }>(filter ? null : inRange("density"));
  const dots = useAnswer<RunPage>(filter ? inRange("runs", { filter, limit: MOST_DOTS }) : null);
  const timeline = useAnswer<{ timeline: Bucket[] }>(inRange("timeline", { step }));
  const volume = useAnswer<{ volume: Counted[] }>(filter ? inRange("volume", { filter, step, by: "status" }) : null);
  const buckets = timeline.value?.timeline ?? [];
  const marks = useMemo(() => marksOf(buckets, shown.from), [timeline.value]);
  const cells = useMemo(
    () => (filter ? (dots.value?.runs ?? []).map(cellOf) : (density.value?.density ?? [])),
    [filter, dots.value, density.value],
  );
  const status = useMemo(
    () => (filter ? counted(volume.value?.volume ?? [], step) : summed(buckets, step)),
    [filter, volume.value, timeline.value, step],
  );
  const select = ({ from, to }: { from: number; to: number }) =>
    go({ from: iso(Math.floor(from)), to: iso(Math.ceil(to)) });
  const single = cells[0]?.runId !== null;
  return (
    <div class="charts">
      <Figure
        title="Response time of runs"
        note={
          filter && dots.value?.pagination.hasMore
            ? `the newest ${count(MOST_DOTS)} that pass the filter`
            : single
              ? "a dot for each run"
              : "the darker, the more runs"
        }
        legend={STATUSES.map((one) => ({ title: one, colour: colourOfStatus(one) }))}
        waiting={filter ? dots.loading : density.loading}
        table={() => dotTable(cells)}
      >
        <Dots
          label={`Runs by time and duration: ${count(cells.reduce((sum, cell) => sum + cell.runs, 0))} runs`}
          height={176}
          range={shown}
          cells={cells}
          marks={marks}
          openRun={param("run")}
          onOpen={(run) => go({ run })}
          onSelect={({ from, to, low, high }) => {
            const marked = {
              and: [
                { column: "duration", op: "at_least", value: round(low) },
                { column: "duration", op: "at_most", value: round(high) },
              ],
            };
            go({ from: iso(Math.floor(from)), to: iso(Math.ceil(to)), filter: narrowed(marked) });
          }}
        />
      </Figure>
      <Figure
        title="Runs by status"
        legend={STATUSES.map((one) => ({ title: one, colour: colourOfStatus(one) }))}
        waiting={filter ? volume.loading : timeline.loading}
        table={() => seriesTable(status, step, count)}
      >
        <Bars
          label="Runs by status over time"
          height={150}
          range={shown}
          step={step}
          series={status}
          format={short}
          onSelect={select}
        />
      </Figure>
      {!filter && (
        <Percentiles buckets={buckets} marks={marks} step={step} waiting={timeline.loading} select={select} />
      )}
    </div>
  );
}

type Which = "p50" | "p90" | "p99";

/** The three percentiles of one deployment, or one percentile of several. */
function Percentiles(props: {
  buckets: Bucket[];
  marks: Mark[];
  step: number;
  waiting: boolean;
  select: (range: { from: number; to: number }) => void;
}) {
  const { buckets, step } = props;
  const which = (param("percentile") as Which | null) ?? "p90";
  const deployments = useMemo(() => deploymentsOf(buckets), [buckets]);
  const several = deployments.length > 1;
  const series = useMemo<Series[]>(() => {
    const times = bucketsOf(range.value, step);
    if (!several) {
      const by = new Map(buckets.map((one) => [Date.parse(one.bucket), one]));
      return (["p50", "p90", "p99"] as const).map((name, i) => ({
        title: name.toUpperCase(),
        colour: colourOfSeries(i),
        values: times.map((time) => by.get(time)?.[name] ?? null),
      }));
    }
    return deployments.slice(-MOST_DEPLOYMENTS).map((name, i) => {
      const by = new Map(buckets.filter((one) => nameOf(one) === name).map((one) => [Date.parse(one.bucket), one]));
      return { title: name, colour: colourOfSeries(i), values: times.map((time) => by.get(time)?.[which] ?? null) };
    });
  }, [buckets, which, step]);
  return (
    <Figure
      title={several ? `${which.toUpperCase()} by deployment` : "Response time percentiles"}
      note={
        deployments.length > MOST_DEPLOYMENTS ? `the newest ${MOST_DEPLOYMENTS} of ${deployments.length}` : undefined
      }
      legend={series.map(({ title, colour }) => ({ title, colour }))}
      waiting={props.waiting}
      tools={
        several && (
          <Segments
            label="Percentile"
            value={which}
            choices={[
              { value: "p50", title: "P50" },
              { value: "p90", title: "P90" },
              { value: "p99", title: "P99" },
            ]}
            onChange={(value) => go({ percentile: value === "p90" ? null : value })}
          />
        )
      }
      table={() => seriesTable(series, step, duration)}
    >
      <Lines
        label="Percentiles of the response time over time"
        height={150}
        range={range.value}
        step={step}
        series={series}
        marks={props.marks}
        format={duration}
        onSelect={props.select}
      />
    </Figure>
  );
}

function nameOf(one: Bucket): string {
  return version(one.deploymentVersion, one.deploymentId);
}

/** The deployments in the order of their first runs. */
function deploymentsOf(buckets: Bucket[]): string[] {
  const first = new Map<string, string>();
  for (const one of buckets) {
    first.set(nameOf(one), one.firstRun ?? one.bucket);
  }
  return [...first].sort(([, one], [, other]) => one.localeCompare(other)).map(([name]) => name);
}

function marksOf(buckets: Bucket[], from: number): Mark[] {
  const marks = new Map<string, number>();
  for (const one of buckets) {
    if (one.firstRun && Date.parse(one.firstRun) > from) {
      marks.set(nameOf(one), Date.parse(one.firstRun));
    }
  }
  return [...marks].map(([title, time]) => ({ title, time })).sort((one, other) => one.time - other.time);
}

const FIELDS = { Success: "succeeded", Failed: "failed", "In Progress": "inProgress" } as const;

function summed(buckets: Bucket[], step: number): Series[] {
  const times = bucketsOf(range.value, step);
  const at = new Map(times.map((time, i) => [time, i]));
  return STATUSES.map((status) => {
    const values: number[] = times.map(() => 0);
    for (const one of buckets) {
      const i = at.get(Date.parse(one.bucket));
      if (i !== undefined) {
        values[i]! += one[FIELDS[status as keyof typeof FIELDS]];
      }
    }
    return { title: status, colour: colourOfStatus(status), values };
  });
}

function counted(volume: Counted[], step: number): Series[] {
  const times = bucketsOf(range.value, step);
  return STATUSES.map((status) => {
    const by = new Map(volume.filter((one) => one.value === status).map((one) => [Date.parse(one.bucket), one.count]));
    return { title: status, colour: colourOfStatus(status), values: times.map((time) => by.get(time) ?? 0) };
  });
}

function cellOf(run: RunPage["runs"][number]): Cell {
  return {
    bucket: run.executedOn,
    bucketEnd: run.executedOn,
    durationFrom: run.duration,
    durationTo: run.duration,
    status: run.status,
    runs: 1,
    runId: run.runId,
    executedOn: run.executedOn,
    duration: run.duration,
  };
}

function round(ms: number): number {
  return Number(ms.toPrecision(3));
}

function dotTable(cells: Cell[]): Table {
  return cells[0]?.runId === null
    ? {
        head: ["From", "To", "Duration", "Status", "Runs"],
        rows: cells.map((cell) => [
          stamp(cell.bucket),
          stamp(cell.bucketEnd),
          `${duration(cell.durationFrom)} to ${duration(cell.durationTo)}`,
          cell.status,
          count(cell.runs),
        ]),
      }
    : {
        head: ["Run ID", "Executed On", "Duration", "Status"],
        rows: cells.map((cell) => [
          cell.runId ?? "",
          stamp(cell.executedOn ?? cell.bucket),
          duration(cell.duration),
          cell.status,
        ]),
      };
}

/** A table of a chart over time, of the buckets in which there is something. */
export function seriesTable(series: Series[], step: number, format: (value: number | null) => string): Table {
  const times = bucketsOf(range.value, step);
  return {
    head: ["From", ...series.map((one) => one.title)],
    rows: times.flatMap((time, i) =>
      series.some((one) => one.values[i])
        ? [[minute(time), ...series.map((one) => format(one.values[i] ?? null))]]
        : [],
    ),
  };
}
