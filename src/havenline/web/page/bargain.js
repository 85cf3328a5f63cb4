// Could they agree: agreeable lines, where the parties land, what support changes, if it holds.
import { el, table } from "/page/dom.js";
import { TEXT, compact, whole } from "/page/strings.js";
import { remember, state } from "/page/state.js";

const NS = "http://www.w3.org/2000/svg";
const SHADES = ["#c9ccd0", "#f2d28f", "#e8a24d", "#5b9bc7", "#0a4f86"], STEPS = [0.2, 0.4, 0.6, 0.8];
const SETTLE = 120, HEADLINE = "weighted nash";
let found = null, asking = null, settle = 0;

const percent = (v) => (v >= 0.995 && v < 1 ? TEXT.over(99) : v > 0 && v < 0.005 ? TEXT.under(1) : `${Math.round(100 * v)}%`);
const shadeOf = (v) => SHADES[STEPS.filter((s) => v >= s).length];

function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS(NS, name);
  for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v);
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

export function showBargain(box, page) {
  if (box.childElementCount) return;
  box.replaceChildren(el("p", {}, TEXT.bargain.intro), el("p", { class: "hint", id: "bargain-state", role: "status" }), el("div", { id: "bargain-body" }));
  work(box, page);
}

/** Ask for the answer under the support as it stands, and draw it. */
async function work(box, page) {
  asking?.abort();
  const mine = (asking = new AbortController());
  const began = performance.now(), note = box.querySelector("#bargain-state");
  try {
    const answer = await page.ask("/api/bargains", { crisis: state.crisis, support: state.support }, { signal: mine.signal, tell: (s) => { note.textContent = s.state === "running" && s.of ? TEXT.bargain.preparing(s.done, s.of) : s.state === "waiting" ? TEXT.waiting(s.ahead) : ""; } });
    if (mine.signal.aborted) return;
    note.textContent = "";
    const first = found === null;
    found = answer;
    if (first) frame(box, page);
    draw(box);
    window.havenline.bargains = [...(window.havenline.bargains ?? []), performance.now() - began];
  } catch (error) {
    if (error.name === "AbortError") return;
    note.textContent = TEXT.failed(error.message);
  }
}

function frame(box, page) {
  const words = TEXT.bargain;
  const sliders = Object.entries(found.supporters).map(([id, name]) => {
    const out = el("output", {}, percent(state.support[id] ?? 0));
    const range = el("input", { type: "range", id: `support-${id}`, min: "0", max: "1", step: "0.05", value: String(state.support[id] ?? 0) });
    range.setAttribute("aria-valuetext", out.textContent);
    range.addEventListener("input", () => {
      state.support[id] = Number(range.value);
      out.textContent = percent(state.support[id]);
      range.setAttribute("aria-valuetext", out.textContent);
      remember();
      clearTimeout(settle);
      settle = setTimeout(() => work(box, page), SETTLE);
    });
    return el("div", { class: "field" }, el("label", { for: range.id }, words.support(name)), out, range);
  });
  const part = (id, title, hint) => el("section", { class: "block", "aria-labelledby": `${id}-title` }, el("h2", { id: `${id}-title` }, title), hint ? el("p", { class: "hint" }, hint) : null, el("div", { id }));
  box.querySelector("#bargain-body").replaceChildren(
    el("div", { class: "bargain" },
      el("div", { class: "bargain-side" },
        part("bargain-answer", words.answer),
        el("section", { class: "block" }, el("h2", {}, words.supports), el("p", { class: "hint" }, words.supportsHint), ...sliders)),
      part("bargain-lines", words.lines, words.linesHint)),
    part("bargain-curve", words.curve, words.curveHint),
    part("bargain-proposals", words.proposals, words.proposalsHint),
    part("bargain-parties", words.parties, words.partiesHint),
    el("p", { class: "hint" }, words.limits(found.draws, found.runs, found.futures)));
}

function draw(box) {
  const at = (id) => box.querySelector(`#${id}`);
  at("bargain-answer").replaceChildren(...answer());
  at("bargain-lines").replaceChildren(lines(), linesTable());
  at("bargain-curve").replaceChildren(el("div", { class: "charts" }, ...curves()));
  at("bargain-proposals").replaceChildren(scroll(TEXT.bargain.proposals, proposals()));
  at("bargain-parties").replaceChildren(scroll(TEXT.bargain.parties, parties()));
}

const scroll = (label, inner) => el("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": label }, inner);
const nameOf = (id) => found.parties.find((p) => p.id === id)?.name ?? id;

function answer() {
  const words = TEXT.bargain, out = [];
  out.push(el("p", { class: "big" }, el("strong", { id: "bargain-chance" }, percent(found.chance)), " ", words.chance));
  const falls = Object.entries(found.no_deal_worth_more).flatMap(([id, by]) => Object.entries(by).map(([more, v]) => [found.chance - v, id, more.replace("+", ""), v])).sort((a, b) => b[0] - a[0]);
  if (falls.length && falls[0][0] >= 0.01) out.push(el("p", {}, words.fragile(falls[0][2], nameOf(falls[0][1]), percent(falls[0][3]))));
  if (found.landing) {
    out.push(el("p", {}, words.lands(found.landing.text, percent(found.landing.share))));
    const stands = found.hold.stands;
    const ages = Object.entries(stands).sort((a, b) => Number.parseInt(a[0], 10) - Number.parseInt(b[0], 10));
    out.push(el("p", {}, words.stands(ages.map(([age, v]) => [age, percent(v)]))));
    const tempted = Object.entries(found.hold.parties).filter(([, h]) => h.tempted_in >= 0.5).map(([id, h]) => `${nameOf(id)} (${percent(h.tempted_in)})`);
    if (tempted.length) out.push(el("p", {}, words.tempted(tempted.join(", "))));
  } else if (found.landings[HEADLINE].no_agreement) out.push(el("p", {}, found.landings[HEADLINE].no_agreement.text));
  const blocks = Object.entries(found.refuses).filter(([, v]) => v >= 0.005), opens = Object.entries(found.opens_without).filter(([, v]) => v >= 0.005);
  out.push(el("p", {}, blocks.length ? words.blocks(blocks.map(([id, v]) => `${nameOf(id)} (${percent(v)})`).join(", ")) : words.nobodyBlocks, opens.length ? ` ${words.opens(opens.map(([id, v]) => `${nameOf(id)} (${percent(v)})`).join(", "))}` : ""));
  for (const o of found.observed.slice(0, 2)) out.push(el("p", { class: "hint" }, words.observed(o.date, o.what)));
  return out;
}

/** The crisis's outlines with each line in the colour of how often something on it is agreeable. */
function lines() {
  const [w, s, e, n] = state.scene.box, squeeze = Math.cos(((s + n) / 2) * (Math.PI / 180));
  const wide = 640, high = (wide * (n - s)) / ((e - w) * squeeze);
  const at = ([x, y]) => `${(((x - w) / (e - w)) * wide).toFixed(1)} ${(((n - y) / (n - s)) * high).toFixed(1)}`;
  const path = (points, close) => `M${points.map(at).join("L")}${close ? "Z" : ""}`;
  const node = svg("svg", { viewBox: `0 0 ${wide} ${high.toFixed(0)}`, width: wide, height: high.toFixed(0), role: "img", "aria-label": TEXT.bargain.lines, class: "lines-map" });
  node.append(svg("rect", { width: wide, height: high, class: "sea" }));
  for (const o of state.scene.outlines) for (const ring of o.rings) node.append(svg("path", { d: path(ring, true), class: "land" }));
  for (const r of state.scene.roads.filter((x) => x.road === "M4" || x.road === "M5")) node.append(svg("path", { d: path(r.line), class: "highway" }));
  const front = state.scene.frames.at(-1).front;
  const most = [...found.agreeable].sort((a, b) => a.some - b.some);
  for (const row of most) {
    for (const shape of row.drawn_id in found.shapes ? [found.shapes[row.drawn_id]] : row.line_id === "current" ? front : []) {
      node.append(svg("path", { d: path(shape), fill: "none", stroke: shadeOf(row.some), "stroke-width": row.offset_km === 0 ? 5 : 2.4, "data-line": row.drawn_id }, svg("title", {}, document.createTextNode(`${row.line}: ${percent(row.some)}`))));
    }
  }
  for (const f of front) node.append(svg("path", { d: path(f), class: "front" }));
  const towns = state.scene.places.filter((p) => p.kind === "city" || p.kind === "town").sort((a, b) => b.people - a.people).slice(0, 9);
  for (const t of towns) {
    const [x, y] = at(t.at).split(" ").map(Number);
    if (x < 4 || x > wide - 70 || y < 10 || y > high - 4) continue;
    node.append(svg("circle", { cx: x, cy: y, r: 3, class: "town-dot" }), svg("text", { x: x + 6, y: y + 5, class: "town-name" }, document.createTextNode(t.name)));
  }
  const key = el("p", { class: "keys" }, ...SHADES.map((c, k) => { const mark = svg("svg", { viewBox: "0 0 22 8", width: 22, height: 8, "aria-hidden": "true" }, svg("rect", { width: 22, height: 8, fill: c })); return el("span", { class: "key" }, mark, TEXT.bargain.shade(k === 0 ? 0 : 100 * STEPS[k - 1], k === SHADES.length - 1 ? 100 : 100 * STEPS[k])); }));
  return el("figure", {}, node, el("figcaption", {}, key));
}

function linesTable() {
  const words = TEXT.bargain;
  return scroll(words.lines, table(words.lineColumns, found.agreeable.map((r) => [r.line, percent(r.some), percent(found.landings[HEADLINE].lines[r.line] ?? 0), r.depth_km === null ? "" : `${whole(r.depth_km)} km`])));
}

function curves() {
  const words = TEXT.bargain, given = Object.keys(found.supporters);
  const here = given.reduce((n, p) => n + (state.support[p] ?? 0), 0) / Math.max(1, given.length);
  const even = new Set(given.map((p) => state.support[p] ?? 0)).size <= 1;
  const one = (key, get, band, format) => {
    const points = found.curve.map((p) => [p.part, get(p), band(p)]).filter(([, v, b]) => v !== null && b);
    if (points.length < 2) return null;
    const low = Math.min(...points.map(([, , b]) => b[1])), high = Math.max(...points.map(([, , b]) => b[2])), span = high - low || 1;
    const x = (v) => 52 + v * 230, y = (v) => 10 + ((high - v) / span) * 120;
    const line = (list) => list.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("L");
    const node = svg("svg", { viewBox: "0 0 300 160", role: "img", "aria-label": words.curveSaid(words.curves[key], format(points[0][1]), format(points.at(-1)[1])), class: "curve" },
      ...[low, (low + high) / 2, high].flatMap((v) => [svg("path", { d: `M52 ${y(v)}H282`, class: "grid" }), svg("text", { x: 47, y: y(v) + 4, class: "tick end" }, document.createTextNode(format(v)))]),
      ...[0, 0.5, 1].map((v) => svg("text", { x: x(v), y: 148, class: "tick mid" }, document.createTextNode(percent(v)))),
      svg("path", { d: `M${line([...points.map(([a, , b]) => [a, b[2]]), ...points.map(([a, , b]) => [a, b[1]]).reverse()])}Z`, class: "band" }),
      svg("path", { d: `M${line(points.map(([a, v]) => [a, v]))}`, class: "mean" }),
      even ? svg("path", { d: `M${x(here)} 10V130`, class: "here" }) : null);
    return el("figure", {}, el("figcaption", {}, words.curves[key]), node);
  };
  const km = (v) => `${Math.round(v * 10) / 10}`;
  return [
    one("moved", (p) => p.mean.offset_km, (p) => p.moved_km, km),
    one("depth", (p) => p.mean.depth_km, (p) => p.depth_km, km),
    one("protected", (p) => p.mean.protected, (p) => p.outcomes.protected, compact),
    one("displaced", (p) => p.mean.newly_displaced, (p) => p.outcomes.newly_displaced, compact),
  ].filter(Boolean);
}

function proposals() {
  const words = TEXT.bargain;
  return table(words.proposalColumns, found.named.map((p) => {
    const no = Object.entries(p.refuses).filter(([, v]) => v >= 0.05).sort((a, b) => b[1] - a[1]).map(([id, v]) => `${nameOf(id)} ${percent(v)}`);
    return [found.names[p.option] ?? p.option, percent(p.settlement.share), no.join(", ") || words.nobody, percent(p.hold.stands["12 months"])];
  }));
}

function parties() {
  return table(TEXT.bargain.partyColumns, found.parties.map((p) => [p.name, p.wants.slice(0, 3).map((x) => x.what).join(", "), "gain" in p ? `${p.gain >= 0 ? "+" : "−"}${Math.abs(p.gain).toFixed(2)}` : "", p.gains_most_from ?? "", p.walks_away_if ?? ""]));
}
