// Every input with its source, and how the model did on the past.
import { el, table } from "/page/dom.js";
import { TEXT, whole } from "/page/strings.js";
import { state } from "/page/state.js";

export function showEvidence(box, page) {
  if (box.childElementCount) return;
  const scene = state.scene, words = TEXT.evidence;
  const figure = (n) => (n === null ? "" : Math.abs(n) >= 1000 ? whole(n) : String(Number(n.toPrecision(4))));
  const region = (label, inner) => el("div", { class: "table-box tall", tabindex: "0", role: "region", "aria-label": label }, inner);
  const part = (title, count, later, inner) => el("details", {}, el("summary", {}, `${title} (${count})`), later ? el("p", { class: "hint" }, later) : null, inner);
  box.replaceChildren(
    el("p", {}, words.intro),
    el("h2", {}, words.past), el("p", {}, words.pastNote), scene.past ? kept(scene.past) : "", past(page),
    el("h2", {}, words.inputs),
    ...scene.inputs.map((i) => part(i.name, i.known, words.later(i.later), region(i.name, table(words.columns, i.rows)))),
    el("h2", {}, words.parameters),
    part(words.parameters, scene.parameters.length, "", region(words.parameters, table(words.parameterColumns, scene.parameters.map((p) => [p.meaning, figure(p.value), p.low === null ? "" : TEXT.to(figure(p.low), figure(p.high)), p.unit, p.kind, p.known_from, p.source])))),
    el("h2", {}, words.sources),
    part(words.sources, scene.sources.length, "", region(words.sources, table(words.sourceColumns, scene.sources.map((s) => [s.source_id, s.publisher, s.title, s.published, s.kind])))));
}

function kept(found) {
  const words = TEXT.evidence;
  const rows = found.rows.map((r) => [r.when, r.forecast, r.counted, el("span", { class: r.better }, r.error), r.simple, r.held]);
  return el("div", { class: "past" },
    el("p", { class: "hint" }, words.pastPicture),
    ...bars(found),
    el("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": words.past }, table(words.pastKeptColumns, rows)),
    el("ul", {}, found.why.map((n) => el("li", {}, n))),
    el("details", {}, el("summary", {}, words.pastAbout), el("ul", {}, found.notes.map((n) => el("li", {}, n)))),
    el("p", { class: "hint" }, found.made));
}

function bars(found) {
  const top = Math.max(...found.bars.flat()), at = (v) => `${(100 * v) / top}%`;
  const bar = ([low, middle, high, counted], r) => el("div", { class: "past-bar", role: "img", "aria-label": `${r.when}: ${r.forecast}; ${TEXT.evidence.pastKeptColumns[2]} ${r.counted}` },
    mark("span-bar", { insetInlineStart: at(low), inlineSize: at(high - low) }), mark("span-dot", { insetInlineStart: at(middle) }), mark("span-diamond", { insetInlineStart: at(counted) }));
  return found.bars.flatMap((b, k) => [el("div", { class: "past-row" }, el("span", {}, found.rows[k].when), bar(b, found.rows[k])), found.rows[k].after ? el("p", { class: "hint past-after" }, found.rows[k].after) : ""]);
}

function mark(kind, style) {
  const node = el("i", { class: kind });
  Object.assign(node.style, style);
  return node;
}

function past(page) {
  const box = el("div", {});
  const button = el("button", { type: "button", onclick: async () => {
    button.disabled = true;
    try {
      const found = await page.ask("/api/hindcasts", { crisis: state.crisis }, { tell: (s) => { if (s.of) button.textContent = TEXT.running(s.done, s.of); } });
      const share = (v) => (typeof v === "number" ? `${Math.round(100 * v)}%` : "");
      box.replaceChildren(el("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": TEXT.evidence.past }, table(TEXT.evidence.pastColumns, found.dates.map((d) => [d.as_of, String(d.increments), whole(d.crps_increment), share(d.coverage_50), share(d.coverage_90), el("span", { class: d.outcome }, d.verdict)]))));
    } catch (error) { page.notice(TEXT.failed(error.message), true); button.disabled = false; }
  } }, TEXT.evidence.pastAsk);
  box.append(button);
  return box;
}
