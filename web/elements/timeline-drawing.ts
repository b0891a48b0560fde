// Draws a time axis with its bars on a canvas, which stays quick with ten thousand of them, and tells which bar is where.
import { titleOf } from "./rows.ts";
import type { Bar, Layout } from "./timeline-layout.ts";
import type { Tick, TimeSpan } from "./time-ticks.ts";

export type Colours = Readonly<
  Record<"text" | "muted" | "line" | "bar" | "barSoft" | "live" | "liveSoft" | "surface", string>
>;

export type Picture = {
  layout: Layout;
  span: TimeSpan;
  ticks: readonly Tick[];
  now: number;
  /** In CSS pixels. */
  width: number;
  height: number;
  colours: Colours;
  font: string;
  chosen: Bar | undefined;
};

const axisHeight = 26;
const laneHeightMax = 44;
/** A bar is never thinner: a moment is seen too. */
const widthMin = 3;
const titleFrom = { width: 56, height: 17 };

type Frame = Pick<Picture, "layout" | "span" | "width" | "height">;
type Box = { x: number; y: number; width: number; height: number };

/** Lanes that can be told apart in so much height. */
export const lanesIn = (height: number): number => Math.max(1, Math.floor((height - axisHeight) / 2));

export function boxOf(bar: Bar, { layout, span, width, height }: Frame): Box {
  const ground = height - axisHeight;
  const laneHeight = Math.min(laneHeightMax, (ground - 8) / Math.max(1, layout.lanesCount));
  const scale = width / (span.to - span.from);
  const left = Math.max(-1, (bar.from - span.from) * scale);
  const right = Math.min(width + 1, (bar.to - span.from) * scale);
  const gap = laneHeight > 6 ? 3 : laneHeight > 3 ? 1 : 0;
  const own = Math.max(1, (laneHeight - gap) * (0.3 + 0.7 * Math.sqrt(bar.weight)));
  const floor = ground - bar.lane * laneHeight - gap;
  return { x: Math.min(left, width - widthMin), y: floor - own, width: Math.max(widthMin, right - left), height: own };
}

/** The bar at a point, or the nearest within a finger's breadth in its lane. */
export function barAt(x: number, y: number, frame: Frame, reach: number): Bar | undefined {
  const ground = frame.height - axisHeight;
  const laneHeight = Math.min(laneHeightMax, (ground - 8) / Math.max(1, frame.layout.lanesCount));
  const lane = Math.floor((ground - y) / laneHeight);
  let nearest: Bar | undefined;
  let distance = reach;
  for (const bar of frame.layout.bars) {
    if (bar.lane !== lane) continue;
    const box = boxOf(bar, frame);
    const away = Math.max(box.x - x, x - box.x - box.width, 0);
    if (away <= distance) [nearest, distance] = [bar, away];
  }
  return nearest;
}

export function draw(canvas: HTMLCanvasElement, picture: Picture): void {
  const { width, height, layout, colours, chosen } = picture;
  const context = canvas.getContext("2d");
  if (!context || width === 0) return;
  const ratio = window.devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = picture.font;
  drawAxis(context, picture);
  for (const bar of layout.bars) drawBar(context, bar, picture);
  drawNow(context, picture);
  if (chosen) drawChosen(context, boxOf(chosen, picture), colours);
}

/** A soft field with a strong edge; where there is no room for both, the edge alone. */
function drawBar(context: CanvasRenderingContext2D, bar: Bar, picture: Picture): void {
  const { colours } = picture;
  const isLive = bar.row.status === "LIVE";
  const box = boxOf(bar, picture);
  const { x, y, width, height } = box;
  context.fillStyle = isLive ? colours.live : colours.bar;
  if (width < 7 || height < 6) return context.fillRect(x, y, width, height);
  context.beginPath();
  context.roundRect(x, y, width, height, [3, 4, 4, 3]);
  context.fillStyle = isLive ? colours.liveSoft : colours.barSoft;
  context.fill();
  context.fillStyle = isLive ? colours.live : colours.bar;
  context.fillRect(x, y, 3, height);
  if (width < titleFrom.width || height < titleFrom.height) return;
  context.fillStyle = colours.text;
  const left = Math.max(x, 0) + 9;
  context.fillText(fitting(context, titleOf(bar.row), x + width - left - 5), left, y + height / 2 + 0.5);
}

/** As much of the title as fits. */
function fitting(context: CanvasRenderingContext2D, title: string, width: number): string {
  const letters = Array.from(title.slice(0, 120));
  const whole = context.measureText(title).width;
  if (whole <= width) return title;
  const start = (count: number) => `${letters.slice(0, count).join("").trimEnd()}…`;
  let count = Math.ceil((letters.length * width) / whole);
  while (count > 1 && context.measureText(start(count)).width > width) count -= 1;
  return start(count);
}

function drawAxis(context: CanvasRenderingContext2D, { ticks, span, width, height, colours }: Picture): void {
  const ground = height - axisHeight;
  context.textBaseline = "middle";
  context.strokeStyle = colours.line;
  context.fillStyle = colours.muted;
  context.lineWidth = 1;
  for (const { at, label } of ticks) {
    const x = Math.round(((at - span.from) / (span.to - span.from)) * width) + 0.5;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, ground + 6);
    context.stroke();
    if (x + context.measureText(label).width + 5 <= width) context.fillText(label, x + 5, ground + 15);
  }
  context.beginPath();
  context.moveTo(0, ground + 0.5);
  context.lineTo(width, ground + 0.5);
  context.stroke();
}

function drawNow(context: CanvasRenderingContext2D, { now, span, width, height, colours }: Picture): void {
  if (now < span.from || now >= span.to) return;
  const x = ((now - span.from) / (span.to - span.from)) * width;
  context.fillStyle = colours.live;
  context.fillRect(x - 0.75, 0, 1.5, height - axisHeight);
}

function drawChosen(context: CanvasRenderingContext2D, { x, y, width, height }: Box, colours: Colours): void {
  context.lineWidth = 2;
  for (const [distance, colour] of [
    [1, colours.surface],
    [3, colours.text],
  ] as const) {
    context.strokeStyle = colour;
    context.beginPath();
    context.roundRect(x - distance, y - distance, width + 2 * distance, height + 2 * distance, 4 + distance);
    context.stroke();
  }
}
