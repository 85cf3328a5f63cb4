// The page: what is chosen, asked, answered and drawn.
import { $, el, table } from "/page/dom.js";
import { Fault, ask, get, ready } from "/page/api.js";
import { BASE, CHOSEN, Curves } from "/page/chart.js";
import { between, sameSide } from "/page/geometry.js";
import { showLevers } from "/page/levers.js";
import { CrisisMap, legend } from "/page/map.js";
import { showBargain } from "/page/bargain.js";
import { showBeside } from "/page/beside.js";
import { showEvidence } from "/page/evidence.js";
import { showOut } from "/page/out.js";
import { DIRECTION, TEXT, dayShort, dayText, whole } from "/page/strings.js";
import { OWN, baseline, changes, declared, fromHash, options, remember, resultOf, spec, state, toHash, usesDrawn } from "/page/state.js";

const LIVE = 50, FINE = 100, SETTLE = 90, IDLE = 2500;
const TABS = ["answer", "beside", "bargain", "evidence", "out"];
const maps = {};
let curves, asking = null, settle = 0, idle = 0, playing = 0;

export const dateOf = (day) => new Date(Date.parse(state.scene.crisis.as_of + "T00:00:00Z") + day * 86400000);
const firstDay = () => -Math.round((Date.parse(state.scene.crisis.as_of) - Date.parse(state.scene.frames[0].date)) / 86400000);
const lastDay = () => state.results.full?.days ?? state.scene.crisis.horizon;

function notice(text, bad = false) { const n = $("notice"); n.hidden = !text; n.textContent = text ?? ""; n.classList.toggle("bad", bad); }

// --- asking

/** What to ask the server for: options as they stand. */
export function request(chosen, futures, more = {}) {
  const found = { crisis: state.crisis, futures, options: chosen.map((o) => (state.changed[o.id] ? o : o.id)), ...more };
  if (chosen.some((o) => usesDrawn(o.id))) found.line = drawnLine();
  return found;
}

function drawnLine() {
  const [a, b] = state.scene.lines;
  return { coordinates: between(a.geometry.coordinates, b.geometry.coordinates, state.line ?? 0.25), protected_point: a.properties.protected_point };
}

async function runFull(futures, calm) {
  const all = options();
  const asked = all.map((o) => changes(o.id)).join();
  const result = await ask("/api/runs", request(all.filter((o) => !o.baseline), futures, { calm }), { signal: asking?.signal, tell: progress });
  if (asked !== options().map((o) => changes(o.id)).join()) return;
  state.results.full = result;
  state.live = null;
}

function progress(status) {
  const n = $("sure-state");
  if (n) n.textContent = status.state === "running" ? TEXT.running(status.done, status.of) : status.state === "waiting" ? TEXT.waiting(status.ahead) : "";
}

/** A lever moved: run that option again with the baseline, draw, then make it finer when idle. */
function moved(option, structure) {
  const began = performance.now();
  if (option) {
    if (JSON.stringify(option.levers) === JSON.stringify(declared(option.id)?.levers)) delete state.changed[option.id];
    else state.changed[option.id] = option;
    state.option = option.id;
  }
  if (structure) drawLevers();
  $("reset").hidden = !state.changed[state.option];
  if (usesDrawn(state.option) || structure) drawMaps();
  remember();
  clearTimeout(settle); clearTimeout(idle);
  asking?.abort();
  document.body.classList.add("stale");
  settle = setTimeout(() => live(began), SETTLE);
}

async function live(began) {
  const mine = (asking = new AbortController());
  const now = changes(state.option), option = spec(state.option);
  try {
    if (option && !option.baseline) {
      const result = await ask("/api/runs", request([option], LIVE), { signal: mine.signal, tell: progress });
      if (mine.signal.aborted) return;
      result.changes = now;
      state.live = result;
    }
    draw();
    notice("");
    document.body.classList.remove("stale");
    requestAnimationFrame(() => setTimeout(() => { window.havenline.redraws.push(performance.now() - began); }));
    idle = setTimeout(() => refine(mine), IDLE);
  } catch (error) {
    if (error.name === "AbortError") return;
    document.body.classList.remove("stale");
    notice(TEXT.failed(error.message), true);
  }
}

async function refine(mine) {
  if (mine.signal.aborted) return;
  try {
    await runFull(FINE, true);
    draw();
    window.havenline.refined += 1;
  } catch (error) { if (error.name !== "AbortError") notice(TEXT.failed(error.message), true); }
}

// --- the answer

const cellOf = (result, indicator, option) => result.table.find((r) => r.indicator === indicator)?.cells[option];

function drawAnswer() {
  const base = baseline(), result = resultOf(base) ?? state.results.full;
  const main = [["newly_displaced", TEXT.fleeing], ["peak_unsheltered", TEXT.bare], ["killed", TEXT.killed]];
  $("horizon").textContent = TEXT.horizon(result.days, dayText(dateOf(result.days)));
  $("nothing").replaceChildren(...main.flatMap(([indicator, text]) => {
    const cell = cellOf(result, indicator, base), row = result.table.find((r) => r.indicator === indicator);
    return [el("dt", { "data-indicator": indicator }, cell.median), el("dd", {}, text, el("span", { class: "spread" }, TEXT.range(cell.spread)), row.prior_only ? el("span", { class: "prior" }, TEXT.prior) : null)];
  }));
  $("could-hint").textContent = TEXT.couldHint;
  drawOptions();
  $("sure").replaceChildren(
    el("p", {}, TEXT.sureFutures(result.futures), " ", TEXT.sureSame),
    el("p", {}, TEXT.surePriors(result.priors, result.parameters), " ", TEXT.sureOut),
    ...(resultOf(state.option)?.truces ?? []).filter((t) => t.startsWith(spec(state.option)?.name ?? "\0")).map((t) => el("p", {}, t)),
    el("p", { class: "state" }, el("span", { id: "sure-state" })));
}

function drawOptions() {
  const spread = Math.max(1, ...options().flatMap((o) => { const d = resultOf(o.id)?.comparison.options.find((x) => x.id === o.id)?.indicators.newly_displaced.difference_to_no_deal; return d ? [Math.abs(d.q05), Math.abs(d.q95)] : []; }));
  $("options").replaceChildren(...options().map((o) => {
    const chosen = o.id === state.option, result = resultOf(o.id), cell = result && cellOf(result, "newly_displaced", o.id);
    const difference = result?.comparison.options.find((x) => x.id === o.id)?.indicators.newly_displaced.difference_to_no_deal;
    const left = cell && cellOf(result, "left_on_other_side", o.id), own = cell && cellOf(result, "displaced_by_option", o.id);
    const extra = [];
    if (own && own.median !== "0") extra.push(TEXT.ownMoved(own.median));
    if (left && left.median !== "0") extra.push(TEXT.leftBehind(left.median));
    const text = o.baseline ? TEXT.flee(cell?.median ?? "", cell?.spread ?? "") : cell?.verdict === "unclear" ? TEXT.noChange : cell ? `${cell.change}${cell.change_spread ? ` (${cell.change_spread})` : ""}` : "…";
    return el("button", { type: "button", role: "radio", class: `option ${cell?.verdict ?? ""}`, "aria-checked": chosen ? "true" : "false", tabindex: chosen ? "0" : "-1", "data-option": o.id, onclick: () => choose(o.id) },
      el("span", { class: "name" }, o.name, state.changed[o.id] && o.id !== OWN ? el("em", {}, ` ${TEXT.changed}`) : null),
      el("span", { class: "change" }, text, cell?.futures && !o.baseline ? el("span", { class: "in" }, ` · ${TEXT.fewerIn(cell.futures)}`) : null),
      o.baseline || !difference ? null : bar(difference, spread),
      extra.length ? el("span", { class: "extra" }, extra.join("; ")) : null);
  }));
}

function bar(d, most) {
  const at = (v) => 50 + (48 * v) / most, ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 100 8"); svg.setAttribute("preserveAspectRatio", "none"); svg.setAttribute("class", "bar"); svg.setAttribute("aria-hidden", "true");
  const put = (name, attributes) => { const n = document.createElementNS(ns, name); for (const [k, v] of Object.entries(attributes)) n.setAttribute(k, v); svg.append(n); };
  put("line", { x1: 50, x2: 50, y1: 0, y2: 8, class: "zero" });
  put("rect", { x: at(d.q05), width: Math.max(0.8, at(d.q95) - at(d.q05)), y: 2.5, height: 3, class: "range" });
  put("rect", { x: at(d.median) - 0.8, width: 1.6, y: 0.5, height: 7, class: "median" });
  return svg;
}

function choose(id) {
  state.option = id;
  drawLevers(); draw(); remember();
  $("options").querySelector('[aria-checked="true"]')?.focus({ preventScroll: true });
  if (!resultOf(id)) moved(null, false);
}

// --- levers and the line

function drawLevers() {
  const option = spec(state.option);
  $("option-summary").replaceChildren(el("strong", {}, option.name), " ", option.summary);
  $("reset").hidden = !state.changed[state.option];
  showLevers($("levers"), (next) => {
    const before = spec(state.option);
    const structure = next.id !== state.option || next.levers.length !== before.levers.length || next.levers.some((l, k) => l.line_id !== before.levers[k].line_id);
    if (next.levers.some((l) => l.line_id === "drawn-line") && state.line === null) state.line = 0.25;
    moved(next, structure);
  });
  if (usesDrawn(state.option)) $("levers").prepend(lineSlider());
}

function lineSlider() {
  const shown = el("output", { id: "sides", class: "sides" });
  const range = el("input", { type: "range", id: "line-at", min: "0", max: "1", step: "0.01", value: String(state.line), "aria-label": TEXT.lever.position });
  range.addEventListener("input", () => { state.line = Number(range.value); sides(); moved(null, false); });
  setTimeout(sides);
  return el("div", { class: "line-at" }, el("label", { for: "line-at" }, TEXT.lever.position), range, el("div", { class: "ends" }, el("span", {}, state.scene.lines[0].properties.name), el("span", {}, state.scene.lines[1].properties.name)), shown);
}

function sides() {
  const { coordinates, protected_point: inside } = drawnLine();
  let safe = 0, other = 0;
  for (const p of state.scene.places) if (p.people && p.kind !== "foreign_town") sameSide(coordinates, inside, p.at) ? (safe += p.people) : (other += p.people);
  if ($("sides")) $("sides").textContent = TEXT.lever.sides(whole(safe), whole(other));
}

function dragLine(at) {
  const [a, b] = state.scene.lines.map((l) => l.geometry.coordinates);
  let best = [Infinity, 0];
  for (let s = 0; s <= 1.0001; s += 0.02) { const m = between(a, b, s)[20]; const d = Math.hypot(m[0] - at.lng, m[1] - at.lat); if (d < best[0]) best = [d, Math.min(1, s)]; }
  if (best[1] === state.line) return;
  state.line = best[1];
  if ($("line-at")) $("line-at").value = String(best[1]);
  sides();
  moved(null, false);
}

// --- maps and time

function lineShown(option) {
  const lever = spec(option)?.levers.find((l) => l.line_id);
  if (!lever) return null;
  if (lever.line_id === "drawn-line") return drawnLine().coordinates;
  return state.scene.lines.find((l) => l.properties.line_id === lever.line_id)?.geometry.coordinates ?? null;
}

export function viewOf(option) {
  const result = resultOf(option) ?? state.results.full, id = result.options.includes(option) ? option : baseline();
  const before = state.day < 0, day = Math.max(0, Math.min(state.day, result.days)), week = Math.max(0, Math.ceil(day / 7) - 1);
  const date = dateOf(Math.min(0, state.day)).toISOString().slice(0, 10);
  const frame = before ? state.scene.frames.filter((f) => f.date <= date).at(-1) : state.scene.frames.at(-1);
  const ids = result.area_ids, pairs = (row) => new Map(ids.map((a, k) => [a, row[k]]));
  const full = state.results.full.areas, most = Math.max(1, ...full.displaced[baseline()].flat());
  const mostFlow = Math.max(1, ...full.flows[baseline()].flat().map((f) => f[2]));
  const flows = before || day === 0 ? [] : result.areas.flows[id][week].map(([a, b, n]) => [ids[a], ids[b], n]);
  return { before, frame, most, area: state.area, line: before ? null : lineShown(option), people: before ? new Map() : pairs(result.areas.displaced[id][day]), room: pairs(result.shelter), flows, mostFlow, exposure: before ? new Map() : pairs(result.exposure[id][week]) };
}

function drawMaps() {
  if (!state.results.full) return;
  if (state.tab === "beside") { maps.left?.show(viewOf($("left").value)); maps.right?.show(viewOf($("right").value)); }
  else maps.main?.show(viewOf(state.option));
  legend($("legend"), state.day < 0);
  $("map-note").textContent = state.day < 0 ? TEXT.mapNote.before(dayText(dateOf(state.day))) : TEXT.mapNote.after(dayText(dateOf(0)));
}

function timeBar(box) {
  const play = el("button", { type: "button", class: "play", "aria-label": TEXT.play, onclick: () => (playing ? stop() : start()) }, "▶");
  const range = el("input", { type: "range", class: "day", min: String(firstDay()), max: String(lastDay()), step: "1", "aria-label": TEXT.day });
  range.addEventListener("input", () => { stop(); setDay(Number(range.value)); });
  const now = -firstDay() / (lastDay() - firstDay());
  const split = el("div", { class: "split", "aria-hidden": "true" }, el("span", {}, TEXT.recorded), el("span", {}, TEXT.simulated));
  split.style.gridTemplateColumns = `${now}fr ${1 - now}fr`;
  box.replaceChildren(play, el("div", { class: "track" }, range, split), el("output", { class: "today" }));
}

export function setDay(day) {
  state.day = Math.max(firstDay(), Math.min(lastDay(), day));
  for (const box of [$("time"), $("time-beside")]) {
    const range = box.querySelector(".day");
    range.value = String(state.day);
    range.setAttribute("aria-valuetext", `${dayText(dateOf(state.day))}, ${TEXT.atDay(state.day)}`);
    box.querySelector(".today").replaceChildren(el("strong", {}, dayText(dateOf(state.day))), el("span", {}, TEXT.atDay(state.day)));
  }
  drawMaps();
  curves?.day(dateOf(state.day).getTime() / 1000);
  if (state.area) drawPlace();
  remember();
}

function start() {
  if (state.day >= lastDay()) setDay(firstDay());
  playing = setInterval(() => { if (state.day >= lastDay()) stop(); else setDay(state.day + 1); }, 110);
  for (const b of document.querySelectorAll(".play")) { b.textContent = "❚❚"; b.setAttribute("aria-label", TEXT.pause); }
}
function stop() {
  clearInterval(playing); playing = 0;
  for (const b of document.querySelectorAll(".play")) { b.textContent = "▶"; b.setAttribute("aria-label", TEXT.play); }
}

// --- curves

function drawCurves() {
  const base = baseline(), result = resultOf(state.option) ?? state.results.full, chosen = state.option;
  const time = (day) => dateOf(day).getTime() / 1000;
  const pick = (of) => [[base, BASE], ...(chosen !== base && of[chosen] ? [[chosen, CHOSEN]] : [])].filter(([id]) => of[id]);
  let times, groups, points = [];
  $("area-close").hidden = !state.area; $("series").hidden = Boolean(state.area);
  if (state.area && result.area_ids.includes(state.area)) {
    const k = result.area_ids.indexOf(state.area), bands = result.areas.displaced_bands;
    times = result.areas.week_days.map(time);
    groups = pick(bands).map(([id, colour]) => ({ colour, levels: bands[id].map((level) => level.map((row) => row[k])) }));
    $("curve-title").textContent = TEXT.area.displaced(state.scene.areas[state.area].name);
  } else {
    const series = result.series[state.series];
    times = Array.from({ length: result.days + 1 }, (_, d) => time(d));
    groups = pick(series).map(([id, colour]) => ({ colour, levels: Array.isArray(series[id][0]) ? series[id] : [series[id]] }));
    if (state.series === "newly_displaced") {
      const past = result.history.newly_displaced, early = past[0].length - 1;
      times = [...Array.from({ length: early }, (_, d) => time(d - early)), ...times];
      groups = groups.map((g, n) => ({ ...g, levels: g.levels.map((level, q) => [...(n ? Array(early).fill(null) : past[q].slice(0, early)), ...level]) }));
      points = state.scene.observed.map((o) => ({ t: Date.parse(o.date + "T00:00:00Z") / 1000, value: o.value, known: o.known }));
    }
    $("curve-title").textContent = TEXT.series[state.series];
  }
  curves.show({ times, groups, points, at: time(state.day) });
  const mark = (className) => el("span", { class: `swatch ${className}`, "aria-hidden": "true" });
  $("keys").replaceChildren(el("span", { class: "key" }, mark("base"), spec(base).name), chosen === base ? "" : el("span", { class: "key" }, mark("chosen"), spec(chosen).name), points.length ? el("span", { class: "key" }, mark("known"), TEXT.keys.observed) : "", points.length ? el("span", { class: "key" }, mark("later"), TEXT.keys.later) : "", el("span", { class: "key faint" }, TEXT.keys.band));
}

function drawPlace() {
  const box = $("place"), result = resultOf(state.option) ?? state.results.full;
  if (!state.area || !state.scene.areas[state.area]) { box.replaceChildren(); return; }
  const k = result.area_ids.indexOf(state.area), day = Math.max(0, Math.min(state.day, result.days));
  const id = result.options.includes(state.option) ? state.option : baseline();
  const places = state.scene.places.filter((p) => p.area === state.area), people = places.reduce((n, p) => n + p.people, 0);
  const camps = places.filter((p) => p.kind === "camp_cluster").sort((a, b) => b.people - a.people);
  const codes = [...new Set(places.flatMap((p) => p.source.split(";")))].filter(Boolean);
  const known = new Map(state.scene.sources.map((s) => [s.source_id, s]));
  const now = k < 0 ? 0 : result.areas.displaced[id][day][k], room = k < 0 ? 0 : result.shelter[k];
  box.replaceChildren(
    el("p", {}, TEXT.area.facts(whole(people), places.length), " ", TEXT.area.shelter(whole(now), whole(room)), room ? ` ${TEXT.area.full(whole((100 * now) / room))}` : ""),
    camps.length ? el("p", {}, TEXT.area.camps(camps.map((c) => `${c.name} ${whole(c.people)}`))) : null,
    el("details", {}, el("summary", {}, TEXT.area.sources), el("ul", {}, codes.map((c) => el("li", {}, `${known.get(c)?.publisher ?? c}: ${known.get(c)?.title ?? ""} ${known.get(c)?.published ?? ""}`)))));
}

function openArea(id) { state.area = state.area === id ? "" : id; drawMaps(); drawCurves(); drawPlace(); remember(); }

// --- tabs

function drawTabs() {
  $("tabs").replaceChildren(...TABS.map((t) => el("button", { type: "button", role: "tab", id: `tab-${t}`, "aria-controls": `view-${t}`, "aria-selected": t === state.tab ? "true" : "false", tabindex: t === state.tab ? "0" : "-1", onclick: () => open(t) }, TEXT.tabs[t])));
  for (const t of TABS) $(`view-${t}`).hidden = t !== state.tab;
}

function open(tab) {
  state.tab = TABS.includes(tab) ? tab : "answer";
  stop(); drawTabs(); draw(); remember();
  $(`tab-${state.tab}`).focus({ preventScroll: true });
}

function arrows(box, selector, pick) {
  box.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...box.querySelectorAll(selector)], at = all.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    pick(all[(at + step + all.length) % all.length]);
  });
}

function draw() {
  if (!state.results.full) return;
  const page = { request, ask, notice, maps, viewOf, drawMaps, dateOf, drawnLine };
  if (state.tab === "answer") {
    maps.main ??= new CrisisMap($("map"), state.scene, { onPlace: openArea, onDrag: (at) => dragLine(at) });
    curves ??= new Curves($("chart"), (t) => setDay(Math.round((t - dateOf(0).getTime() / 1000) / 86400)));
    drawAnswer(); drawCurves(); drawPlace();
  }
  if (state.tab === "beside") showBeside(page);
  if (state.tab === "bargain") showBargain($("bargain"), page);
  if (state.tab === "evidence") showEvidence($("evidence"), page);
  if (state.tab === "out") showOut($("out"), page);
  drawMaps();
}

function restore(found) {
  for (const name of ["tab", "series", "area", "beside", "crisis"]) if (typeof found[name] === "string") state[name] = found[name];
  if (!TABS.includes(state.tab)) state.tab = "answer";
  if (!(state.series in TEXT.series)) state.series = "newly_displaced";
  if (!/^[a-z0-9-]{1,40}$/.test(state.crisis)) state.crisis = "main";
}

async function begin() {
  document.documentElement.dir = DIRECTION;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = TEXT[node.dataset.text];
  const found = fromHash(location.hash);
  restore(found);
  await ready((text) => notice(text));
  state.scene = await get(`/api/scene?crisis=${state.crisis}`);
  const { crisis } = state.scene;
  document.title = `${crisis.name} · Havenline`;
  $("crisis").textContent = crisis.name;
  $("question").textContent = `${crisis.question} `;
  $("question").append(el("strong", {}, TEXT.asOf(dayText(dateOf(0)))));
  $("foot").textContent = TEXT.foot(state.scene.version);
  for (const [id, levers] of Object.entries(found.levers ?? {})) {
    const from = id === OWN ? { ...TEXT.own, id: OWN, baseline: false } : declared(id);
    if (from && Array.isArray(levers)) state.changed[id] = { ...from, levers };
  }
  state.line = found.line;
  state.support = found.support;
  if (options().some((o) => usesDrawn(o.id)) && state.line === null) state.line = 0.25;
  state.option = spec(found.option) ? found.option : options().find((o) => o.levers.some((l) => l.lever === "line"))?.id ?? options()[1]?.id ?? baseline();
  $("series").setAttribute("aria-label", TEXT.series_label);
  $("series").replaceChildren(...Object.entries(TEXT.series).map(([v, t]) => el("option", { value: v, selected: v === state.series }, t)));
  $("series").addEventListener("change", () => { state.series = $("series").value; drawCurves(); remember(); });
  $("area-close").textContent = TEXT.area.close;
  $("area-close").addEventListener("click", () => openArea(state.area));
  $("reset").addEventListener("click", () => { const id = state.option; delete state.changed[id]; if (id === OWN) state.option = baseline(); moved(null, true); });
  arrows($("tabs"), "[role=tab]", (node) => node.click());
  arrows($("options"), "[role=radio]", (node) => choose(node.dataset.option));
  state.day = found.day;
  asking = new AbortController();
  try { await runFull(LIVE, false); } catch (error) {
    if (!Object.keys(state.changed).length) throw error;
    notice(TEXT.failed(error.message), true);
    state.changed = {};
    await runFull(LIVE, false);
  }
  notice("");
  drawTabs(); timeBar($("time")); timeBar($("time-beside")); drawLevers(); draw(); setDay(state.day);
  document.body.dataset.ready = "1";
  const mine = asking;
  idle = setTimeout(() => refine(mine), IDLE);
}

window.havenline = { state, redraws: [], refined: 0, toHash };
begin().catch((error) => notice(error instanceof Fault ? TEXT.failed(error.message) : String(error), true));
export { dayShort, table };
