// The response times of two deployments from P1 to P99.9, one over the other.
import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import { duration } from "../state/format";
import { axis, Plot } from "./plot";
import { splits } from "./scale";
import { colour } from "./scheme";

export interface Point {
  level: number;
  baseline: number | null;
  candidate: number | null;
}

export function Curve(props: {
  label: string;
  height: number;
  points: Point[];
  names: [string, string];
  colours: [string, string];
}) {
  const { points } = props;
  const data = useMemo<uPlot.AlignedData>(
    () => [points.map((one) => one.level), points.map((one) => one.baseline), points.map((one) => one.candidate)],
    [points],
  );
  const all = points.flatMap((one) => [one.baseline, one.candidate]).filter((value) => value !== null && value > 0);
  // A logarithm has no place for 0, and one value alone has no range.
  const low = Math.min(1e9, ...(all as number[]));
  const high = Math.max(low * 2, ...(all as number[]));
  return (
    <Plot
      label={props.label}
      height={props.height}
      data={data}
      options={{
        cursor: { drag: { x: false, y: false } },
        scales: { x: { time: false, range: () => [0, 100] }, y: { distr: 3, range: () => [low / 1.2, high * 1.2] } },
        axes: [
          axis({
            grid: { show: false },
            size: 24,
            splits: () => [1, 10, 25, 50, 75, 90, 99],
            values: (_, all) => all.map((value) => "P" + value),
          }),
          axis({
            size: 60,
            splits: () =>
              splits(Math.log10(low / 1.2), Math.log10(high * 1.2)).map((power) =>
                Number((10 ** power).toPrecision(3)),
              ),
            filter: (_, all) => all,
            values: (_, all) => all.map((value) => duration(value)),
          }),
        ],
        series: [
          {},
          ...props.colours.map((name, i) => ({
            stroke: colour(name),
            width: 2,
            ...(i === 0 ? { dash: [6, 4] } : {}),
            points: { show: false },
          })),
        ],
      }}
      tip={({ index }) => {
        const point = index === null ? undefined : points[index];
        return (
          point && (
            <>
              <p class="tip-title">P{point.level}</p>
              {[point.baseline, point.candidate].map((value, i) => (
                <p key={i} class="tip-line">
                  <bdi>{props.names[i]}</bdi> <b>{duration(value)}</b>
                </p>
              ))}
            </>
          )
        );
      }}
    />
  );
}
