// Runs by time and duration: a dot for each, or cells of a density map where there are too many. The scale of the
// duration is logarithmic.
import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import { count, duration } from "../state/format";
import { minute, stamp, type Range } from "../state/time";
import type { Cell } from "../state/api";
import { axis, Plot, timeAxis, type At, type Selection } from "./plot";
import { splits } from "./scale";
import { colour, colourOfStatus } from "./scheme";
import { drawMarks, type Mark } from "./marks";

// Shorter durations are drawn here; a logarithm has no place for 0.
const LEAST = 0.1;
const NEAR = 12;

function level(ms: number): number {
  return Math.log10(Math.max(LEAST, ms));
}

/** Failed runs are drawn last, so that they are seen. */
const ORDER = ["Success", "In Progress", "Failed"];

export function Dots(props: {
  label: string;
  height: number;
  range: Range;
  cells: Cell[];
  marks: Mark[];
  openRun: string | null;
  onSelect: (selection: { from: number; to: number; low: number; high: number }) => void;
  onOpen: (runId: string) => void;
}) {
  const { cells, range } = props;
  const single = cells[0]?.runId !== null;
  const drawn = useMemo(
    () =>
      cells
        .filter((cell) => (single ? cell.duration : cell.durationTo) !== null)
        .sort((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status)),
    [cells],
  );
  const bounds = useMemo(() => {
    const low = Math.min(...drawn.map((cell) => level(single ? cell.duration! : cell.durationFrom!)));
    const high = Math.max(...drawn.map((cell) => level(single ? cell.duration! : cell.durationTo!)));
    return Number.isFinite(low) ? { low: low - 0.08, high: Math.max(high, low + 0.3) + 0.08 } : { low: 0, high: 3 };
  }, [drawn]);
  const most = useMemo(() => Math.max(1, ...drawn.map((cell) => cell.runs)), [drawn]);
  const totals = useMemo(() => {
    const sums = new Map<string, number>();
    for (const cell of drawn) {
      const key = cell.bucket + cell.durationFrom;
      sums.set(key, (sums.get(key) ?? 0) + cell.runs);
    }
    return sums;
  }, [drawn]);
  const data = useMemo<uPlot.AlignedData>(
    () => [
      [range.from / 1000, range.to / 1000],
      [null, null],
    ],
    [range.from, range.to],
  );

  const draw = (plot: uPlot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    const radius = 2.5 * devicePixelRatio;
    for (const status of ORDER) {
      ctx.fillStyle = colour(colourOfStatus(status));
      for (const cell of drawn) {
        if (cell.status !== status) {
          continue;
        }
        if (single) {
          ctx.globalAlpha = 0.75;
          ctx.beginPath();
          ctx.arc(
            plot.valToPos(Date.parse(cell.executedOn!) / 1000, "x", true),
            plot.valToPos(level(cell.duration!), "y", true),
            cell.runId === props.openRun ? 2 * radius : radius,
            0,
            2 * Math.PI,
          );
          ctx.fill();
        } else {
          const x = plot.valToPos(Date.parse(cell.bucket) / 1000, "x", true);
          const right = plot.valToPos(Date.parse(cell.bucketEnd) / 1000, "x", true);
          const y = plot.valToPos(level(cell.durationTo!), "y", true);
          const bottom = plot.valToPos(level(cell.durationFrom!), "y", true);
          // The root lets few failures be seen among many successes, and no more than that.
          const share = cell.runs / totals.get(cell.bucket + cell.durationFrom)!;
          const weight = Math.log1p(cell.runs) / Math.log1p(most);
          ctx.globalAlpha = status === "Failed" ? 0.1 + 0.9 * Math.sqrt(share) : 0.12 + 0.88 * weight;
          ctx.fillRect(x, y, Math.max(1, right - x - 1), Math.max(1, bottom - y - 1));
        }
      }
    }
    ctx.restore();
    drawMarks(plot, props.marks);
  };

  /** The run or the cells under the pointer. */
  const under = ({ plot, left, top }: At): Cell[] => {
    if (single) {
      let best: Cell | undefined;
      let nearest = NEAR * NEAR;
      for (const cell of drawn) {
        const x = plot.valToPos(Date.parse(cell.executedOn!) / 1000, "x") - left;
        const y = plot.valToPos(level(cell.duration!), "y") - top;
        if (x * x + y * y <= nearest) {
          nearest = x * x + y * y;
          best = cell;
        }
      }
      return best ? [best] : [];
    }
    const time = plot.posToVal(left, "x") * 1000;
    const at = plot.posToVal(top, "y");
    return drawn.filter(
      (cell) =>
        Date.parse(cell.bucket) <= time &&
        time < Date.parse(cell.bucketEnd) &&
        level(cell.durationFrom!) <= at &&
        at < level(cell.durationTo!),
    );
  };

  return (
    <Plot
      label={props.label}
      height={props.height}
      data={data}
      version={`${props.openRun} ${cells.length} ${bounds.low} ${bounds.high}`}
      onSelect={(selection: Selection) =>
        props.onSelect({ ...selection, low: 10 ** selection.low, high: 10 ** selection.high })
      }
      onClick={(at) => {
        const run = under(at)[0]?.runId;
        if (run) {
          props.onOpen(run);
        }
      }}
      options={{
        cursor: { drag: { x: true, y: true, setScale: false, uni: 24 }, sync: { key: "time", scales: ["x", null] } },
        scales: {
          x: { time: true, range: () => [range.from / 1000, range.to / 1000] },
          y: { range: () => [bounds.low, bounds.high] },
        },
        axes: [
          timeAxis(),
          axis({
            size: 56,
            splits: () => splits(bounds.low, bounds.high),
            values: (_, all) => all.map((value) => duration(Number((10 ** value).toPrecision(2)))),
          }),
        ],
        series: [{}, { points: { show: false } }],
        hooks: { draw: [draw] },
      }}
      tip={(at) => {
        const found = under(at);
        const first = found[0];
        if (!first) {
          return null;
        }
        return single ? (
          <>
            <p class="tip-title mono">{first.runId}</p>
            <p>
              {first.status} · {duration(first.duration)}
            </p>
            <p class="note">{stamp(first.executedOn!)}</p>
          </>
        ) : (
          <>
            <p class="tip-title">{minute(Date.parse(first.bucket))}</p>
            <p class="note">
              {duration(first.durationFrom)} to {duration(first.durationTo)}
            </p>
            {found.map((cell) => (
              <p key={cell.status} class="tip-line">
                {cell.status} <b>{count(cell.runs)}</b>
              </p>
            ))}
          </>
        );
      }}
    />
  );
}
