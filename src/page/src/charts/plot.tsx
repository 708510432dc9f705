// uPlot within Preact: it follows the width, the scheme and the zone, and shows a note at the pointer.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { useWidth } from "../components/parts";
import { zone } from "../state/time";
import { colour, scheme } from "./scheme";

export interface At {
  /** Of the data under the pointer. */
  index: number | null;
  /** The place in the plot, in pixels. */
  left: number;
  top: number;
  plot: uPlot;
}

export interface Selection {
  from: number;
  to: number;
  low: number;
  high: number;
}

export type Options = Omit<uPlot.Options, "width" | "height">;

export function Plot(props: {
  label: string;
  height: number;
  data: uPlot.AlignedData;
  options: Options;
  /** What belongs to the picture besides data; another value draws it anew. */
  version?: unknown;
  tip?: (at: At) => ComponentChildren;
  onSelect?: (selection: Selection) => void;
  onClick?: (at: At) => void;
}) {
  const root = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const width = useWidth(root, 600);
  const [at, setAt] = useState<At | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const colours = scheme.value;
  const inZone = zone.value;
  useEffect(() => {
    const { options, data, height } = latest.current;
    const drawn = new uPlot(
      {
        ...options,
        width: Math.max(120, root.current?.clientWidth ?? width),
        height,
        legend: { show: false },
        padding: [10, 10, 0, 0],
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), inZone),
        cursor: {
          ...options.cursor,
          points: { show: false },
          bind: {
            // A click without a drag is no selection.
            click: (self) => (event: MouseEvent) => {
              latest.current.onClick?.(place(self));
              event.stopPropagation();
              return null;
            },
          },
        },
        hooks: {
          ...options.hooks,
          setCursor: [(self) => setAt(self.cursor.left === undefined || self.cursor.left < 0 ? null : place(self))],
          setSelect: [
            (self) => {
              const { left, top, width: wide, height: high } = self.select;
              if (wide > 3) {
                latest.current.onSelect?.({
                  from: self.posToVal(left, "x") * 1000,
                  to: self.posToVal(left + wide, "x") * 1000,
                  low: self.posToVal(top + high, "y"),
                  high: self.posToVal(top, "y"),
                });
              }
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
        },
      },
      data,
      root.current!,
    );
    plot.current = drawn;
    return () => {
      drawn.destroy();
      plot.current = null;
    };
  }, [props.version, props.data, colours, inZone]);
  useEffect(() => {
    plot.current?.setSize({ width: Math.max(120, width), height: props.height });
  }, [width, props.height]);
  const tip = at && props.tip?.(at);
  const right = at !== null && at.left > width / 2;
  return (
    <div class="plot" ref={root} role="img" aria-label={props.label} style={{ height: props.height + "px" }}>
      {tip && (
        <div
          class="tip"
          style={{
            top: "4px",
            left: right ? "auto" : at.left + 64 + "px",
            right: right ? width - at.left - 36 + "px" : "auto",
          }}
        >
          {tip}
        </div>
      )}
    </div>
  );
}

function place(plot: uPlot): At {
  return { index: plot.cursor.idx ?? null, left: plot.cursor.left ?? 0, top: plot.cursor.top ?? 0, plot };
}

/** An axis in the colours of the page. */
export function axis(more: uPlot.Axis): uPlot.Axis {
  return {
    stroke: colour("note"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
    gap: 6,
    ...more,
  };
}

/** The axis of time below a chart; labels as the rest of the page writes times. */
export function timeAxis(): uPlot.Axis {
  return axis({
    grid: { show: false },
    size: 24,
    space: 80,
    values: (self, splits) => {
      const span = (self.scales["x"]?.max ?? 0) - (self.scales["x"]?.min ?? 0);
      return splits.map((seconds) => {
        const date = uPlot.tzDate(new Date(seconds * 1000), zone.peek());
        const two = (n: number) => String(n).padStart(2, "0");
        const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
        const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
        if (span < 300) {
          return `${time}:${two(date.getSeconds())}`;
        }
        return span > 4 * 86400 || time === "00:00" ? day : time;
      });
    },
  });
}
