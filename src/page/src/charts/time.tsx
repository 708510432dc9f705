// Charts over time: stacked bars, and lines with the beginnings of deployments.
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import uPlot from "uplot";
import { minute, type Range } from "../state/time";
import { drawMarks, type Mark } from "./marks";
import { axis, Plot, timeAxis, type Selection } from "./plot";
import { colour } from "./scheme";

export interface Series {
  title: string;
  colour: string;
  /** A value for each bucket; null where there is none. */
  values: (number | null)[];
  dashed?: boolean;
}

/** The beginnings of all buckets of a range, in milliseconds; they are multiples of the step. */
export function bucketsOf({ from, to }: Range, step: number): number[] {
  const width = step * 1000;
  const buckets: number[] = [];
  for (let time = Math.floor(from / width) * width; time < to; time += width) {
    buckets.push(time);
  }
  return buckets;
}

interface Shown {
  label: string;
  height: number;
  range: Range;
  step: number;
  series: Series[];
  marks?: Mark[];
  format: (value: number) => string;
  onSelect: (selection: Selection) => void;
}

function Tip({
  time,
  step,
  lines,
}: {
  time: number;
  step: number;
  lines: [string, string, string][];
}): ComponentChildren {
  return (
    <>
      <p class="tip-title">
        {minute(time)}
        {step >= 60 && <span class="note"> to {minute(time + step * 1000).slice(11)}</span>}
      </p>
      {lines.map(([name, value, fill]) => (
        <p key={name} class="tip-line">
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <rect width="10" height="10" rx="2" style={{ fill: `var(--${fill})` }} />
          </svg>
          <bdi>{name}</bdi>
          <b>{value}</b>
        </p>
      ))}
    </>
  );
}

const CURSOR: uPlot.Cursor = {
  y: false,
  sync: { key: "time", scales: ["x", null] },
  drag: { x: true, y: false, setScale: false },
};

/** From the first bucket to the end of the last, and from 0 to a little above the greatest value. */
function scales(buckets: number[], step: number, most: number): uPlot.Scales {
  return {
    x: { time: true, range: () => [buckets[0]! / 1000, (buckets.at(-1)! + step * 1000) / 1000] },
    y: { range: () => [0, most * 1.08] },
  };
}

export function Bars(props: Shown) {
  const { range, step, series } = props;
  const buckets = useMemo(() => bucketsOf(range, step), [range.from, range.to, step]);
  // The first series lies below; a bar is drawn before the one that covers its lower part.
  const data = useMemo(() => {
    const sums: number[][] = [];
    series.forEach((one, s) => sums.push(buckets.map((_, i) => (s > 0 ? sums[s - 1]![i]! : 0) + (one.values[i] ?? 0))));
    return [buckets.map((time) => time / 1000), ...sums.reverse()] as uPlot.AlignedData;
  }, [series, buckets]);
  const most = Math.max(1, ...(data[1] ?? [0]).map((value) => value ?? 0));
  return (
    <Plot
      label={props.label}
      height={props.height}
      data={data}
      onSelect={props.onSelect}
      options={{
        cursor: CURSOR,
        scales: scales(buckets, step, most),
        axes: [
          timeAxis(),
          axis({
            size: 48,
            space: 32,
            values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? props.format(value) : "")),
          }),
        ],
        series: [
          {},
          ...[...series].reverse().map((one) => ({
            fill: colour(one.colour),
            width: 0,
            points: { show: false },
            paths: uPlot.paths.bars!({ size: [0.86, 60], align: 1 }),
          })),
        ],
      }}
      tip={({ index }) =>
        index === null || buckets[index] === undefined ? null : (
          <Tip
            time={buckets[index]}
            step={step}
            lines={series.map((one) => [one.title, props.format(one.values[index] ?? 0), one.colour])}
          />
        )
      }
    />
  );
}

export function Lines(props: Shown) {
  const { range, step, series } = props;
  const buckets = useMemo(() => bucketsOf(range, step), [range.from, range.to, step]);
  const data = useMemo(
    () =>
      [
        // A value stands for its bucket, so it is in the middle.
        buckets.map((time) => time / 1000 + step / 2),
        ...series.map((one) => one.values),
      ] as uPlot.AlignedData,
    [series, buckets],
  );
  const most = Math.max(1, ...series.flatMap((one) => one.values.map((value) => value ?? 0)));
  return (
    <Plot
      label={props.label}
      height={props.height}
      data={data}
      onSelect={props.onSelect}
      options={{
        cursor: CURSOR,
        scales: scales(buckets, step, most),
        axes: [
          timeAxis(),
          axis({ size: 72, space: 32, values: (_, splits) => splits.map((value) => props.format(value)) }),
        ],
        series: [
          {},
          ...series.map((one) => ({
            stroke: colour(one.colour),
            width: 1.75,
            ...(one.dashed ? { dash: [5, 4] } : {}),
            points: {
              show: one.values.filter((value) => value !== null).length < 40,
              size: 5,
              fill: colour(one.colour),
            },
          })),
        ],
        hooks: { draw: [(plot) => drawMarks(plot, props.marks ?? [])] },
      }}
      tip={({ index }) =>
        index === null || buckets[index] === undefined ? null : (
          <Tip
            time={buckets[index]}
            step={step}
            lines={series
              .filter((one) => one.values[index] !== null && one.values[index] !== undefined)
              .map((one) => [one.title, props.format(one.values[index]!), one.colour])}
          />
        )
      }
    />
  );
}
