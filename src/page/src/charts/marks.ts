// The beginnings of deployments in charts over time.
import type uPlot from "uplot";
import { colour } from "./scheme";

export interface Mark {
  time: number;
  title: string;
}

export function drawMarks(plot: uPlot, marks: Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour("line-strong");
  ctx.fillStyle = colour("note");
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  let free = -Infinity;
  for (const mark of marks) {
    const x = plot.valToPos(mark.time / 1000, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) {
      continue;
    }
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (x > free) {
      ctx.fillText(mark.title, x + 4 * devicePixelRatio, bbox.top + 9 * devicePixelRatio);
      free = x + ctx.measureText(mark.title).width + 10 * devicePixelRatio;
    }
  }
  ctx.restore();
}
