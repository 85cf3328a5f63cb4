// Curves with bands: no deal in grey, the chosen option in colour, observed points over them.
import uPlot from "/page/vendor/uplot/uPlot.esm.js";
import { compact } from "/page/strings.js";

const DAY = 86400;
export const BASE = { line: "#555b61", wide: "rgba(85,91,97,0.14)", half: "rgba(85,91,97,0.24)" };
export const CHOSEN = { line: "#0072b2", wide: "rgba(0,114,178,0.16)", half: "rgba(0,114,178,0.28)" };

export class Curves {
  constructor(box, onDay) { this.box = box; this.onDay = onDay; this.plot = null; this.cursor = null; }

  /** Draw groups of five quantiles (or one line) over days; points are [{t, value, known}]. */
  show({ times, groups, points = [], at }) {
    this.cursor = at;
    const data = [times], series = [{}], bands = [];
    for (const { levels, colour } of groups) {
      const first = data.length;
      const middle = Math.floor(levels.length / 2);
      levels.forEach((level, k) => {
        data.push(level);
        series.push(k === middle ? { stroke: colour.line, width: 2.2, points: { show: false } } : { stroke: "transparent", width: 0, points: { show: false } });
      });
      if (levels.length === 5) bands.push({ series: [first + 4, first], fill: colour.wide }, { series: [first + 3, first + 1], fill: colour.half });
      if (levels.length === 3) bands.push({ series: [first + 2, first], fill: colour.wide });
    }
    for (const known of [true, false]) {
      const by = new Map(points.filter((p) => p.known === known).map((p) => [p.t, p.value]));
      if (!by.size) continue;
      data.push(times.map((t) => by.get(t) ?? null));
      series.push({ stroke: "#111111", width: 0, paths: () => null, points: { show: true, size: 6, fill: known ? "#111111" : "#ffffff", stroke: "#111111", width: 1.3 } });
    }
    const shape = `${series.length}:${groups.map((g) => g.colour.line + g.levels.length)}`;
    if (this.plot && this.shape === shape) { this.plot.setData(data); return; }
    this.plot?.destroy();
    this.shape = shape;
    const size = () => ({ width: Math.max(240, this.box.clientWidth), height: Math.max(120, this.box.clientHeight) });
    this.plot = new uPlot({
      ...size(), padding: [8, 8, 0, 0], legend: { show: false }, cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
      scales: { x: { time: true }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high || 1) * 1.06] } }, tzDate: (t) => uPlot.tzDate(new Date(t * 1000), "UTC"),
      series, bands,
      axes: [{ stroke: "#555b61", size: 30, grid: { show: false }, ticks: { size: 4 }, values: [[DAY * 28, "{MMM} {YYYY}", null, null, null, null, null, null, 1], [DAY, "{D} {MMM}", null, null, null, null, null, null, 1]] }, { stroke: "#555b61", size: 52, grid: { stroke: "#e6e3dc", width: 1 }, ticks: { show: false }, values: (_, all) => all.map((v) => compact(v)) }],
      hooks: { draw: [(u) => this.#day(u)], ready: [(u) => u.over.addEventListener("click", () => { if (u.cursor.left >= 0) this.onDay(u.posToVal(u.cursor.left, "x")); })] },
    }, data, this.box);
    this.resizer ??= new ResizeObserver(() => this.plot?.setSize(size()));
    this.resizer.observe(this.box);
  }

  #day(u) {
    if (this.cursor === null) return;
    const x = Math.round(u.valToPos(this.cursor, "x", true));
    u.ctx.save(); u.ctx.strokeStyle = "#b3541e"; u.ctx.lineWidth = 1.5 * devicePixelRatio;
    u.ctx.beginPath(); u.ctx.moveTo(x, u.bbox.top); u.ctx.lineTo(x, u.bbox.top + u.bbox.height); u.ctx.stroke(); u.ctx.restore();
  }

  day(at) { this.cursor = at; this.plot?.redraw(false); }
}
