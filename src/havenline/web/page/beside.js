// Two options beside each other, the whole table, when options fail, the price of waiting.
import { $, el, table } from "/page/dom.js";
import { CrisisMap } from "/page/map.js";
import { TEXT } from "/page/strings.js";
import { baseline, options, remember, resultOf, spec, state } from "/page/state.js";

let made = "";

export function showBeside(page) {
  fill($("left"), state.beside || baseline());
  fill($("right"), state.option);
  page.maps.left ??= new CrisisMap($("map-left"), state.scene, { label: TEXT.left });
  page.maps.right ??= new CrisisMap($("map-right"), state.scene, { label: TEXT.right });
  $("left").onchange = () => { state.beside = $("left").value; page.drawMaps(); remember(); };
  $("right").onchange = () => { state.option = $("right").value; page.drawMaps(); drawDelay(page); remember(); };
  drawTable();
  const stand = JSON.stringify(options());
  if (made !== stand) { made = stand; drawDetail(page); }
  drawDelay(page);
}

function fill(select, chosen) {
  select.replaceChildren(...options().map((o) => el("option", { value: o.id, selected: o.id === chosen }, o.name)));
}

function drawTable() {
  const full = state.results.full, ids = options().map((o) => o.id).filter((id) => resultOf(id));
  const rows = full.table.map((row) => [
    el("span", { title: row.meaning }, row.name, row.prior_only ? el("span", { class: "prior" }, ` ${TEXT.prior}`) : ""),
    ...ids.map((id) => {
      const cell = resultOf(id).table.find((r) => r.indicator === row.indicator).cells[id];
      return el("div", { class: `cell ${cell.verdict}`, "data-cell": `${id}:${row.indicator}` }, el("strong", {}, cell.median), cell.spread ? el("span", { class: "spread" }, cell.spread) : "", cell.change ? el("span", { class: "change" }, cell.change) : "", cell.futures ? el("span", { class: "in" }, cell.futures) : "", cell.regret ? el("span", { class: `regret ${cell.least ? "least" : ""}` }, `${TEXT.regret} ${cell.regret}`) : "");
    })]);
  $("table").replaceChildren(table(["", ...ids.map((id) => spec(id).name)], rows), el("p", { class: "hint" }, `${TEXT.sureFutures(full.futures)} ${TEXT.regretNote}`));
}

function drawDetail(page) {
  const box = $("detail");
  const button = el("button", { type: "button", onclick: async () => {
    button.disabled = true;
    try {
      const found = await page.ask("/api/details", page.request(options().filter((o) => !o.baseline), state.results.full.futures));
      const heads = ["", ...found.options.map((o) => found.names[o])];
      const named = (r) => [el("span", {}, r.name, r.note ? el("span", { class: "note" }, r.note) : ""), ...r.cells];
      box.replaceChildren(
        ...found.failures.map((f) => el("div", { class: "told" }, el("h3", {}, f.name), f.sentences.map((s) => el("p", {}, s)))),
        ...found.standing.map((s) => el("p", {}, s)),
        ...found.agreement.length ? [el("div", { class: "told", id: "agreement" }, el("h3", {}, TEXT.agreement), found.agreement.map((s) => el("p", {}, s)))] : [],
        el("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": TEXT.limits }, table(heads, found.limits.map(named), TEXT.limits)),
        el("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": TEXT.needs }, table(heads, found.needs.map(named), TEXT.needs)),
        el("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": TEXT.hosts }, table(heads, found.hosts.map(named), TEXT.hosts)));
    } catch (error) { page.notice(TEXT.failed(error.message), true); button.disabled = false; }
  } }, TEXT.detailAsk);
  box.replaceChildren(button);
}

function drawDelay(page) {
  const box = $("delay"), option = spec(state.option);
  if (!option || option.baseline || !option.levers.length) { box.replaceChildren(el("p", { class: "hint" }, TEXT.delayNone)); return; }
  const button = el("button", { type: "button", onclick: async () => {
    button.disabled = true;
    try {
      const found = await page.ask("/api/delays", page.request([option], 50, { weeks: [1, 2, 4] }), { tell: (s) => { button.textContent = TEXT.running(s.done, s.of); } });
      box.replaceChildren(table(["", TEXT.perWeek, TEXT.worseIn], found.rows.map((r) => [r.name, r.cells[0], r.cells[2]]), option.name));
    } catch (error) { page.notice(TEXT.failed(error.message), true); button.disabled = false; }
  } }, TEXT.delayAsk(option.name));
  box.replaceChildren(button);
}
