// The levers of the chosen option, each with what it does and controls made from its declaration.
import { el } from "/page/dom.js";
import { TEXT, dayShort, whole } from "/page/strings.js";
import { OWN, baseline, declared, spec, state } from "/page/state.js";

const HIDDEN = ["lever", "freedom_to_leave", "right_to_asylum", "voluntary", "both_directions", "own_choice", "where"];
const LARGEST = { shelter_units_per_month: 20000, homes_per_month: 10000, level: 5, persons: 20000 };
const NEW = {
  truce: { lever: "truce", start: 7, offensives: [] },
  haven: { lever: "haven", start: 14, guarantee: "credible_force", shelter_units_per_month: 2000, homes_per_month: 500 },
  line: { lever: "line", announced: 7, handover: 21 },
  border: { lever: "border", start: 7, regime: "managed" },
  intervention: { lever: "intervention", party: "", start: 7, offensives: [] },
  corridor: { lever: "corridor", start: 7, agreed: true, where: [] },
  aid: { lever: "aid", start: 7, level: 1.5 },
  monitors: { lever: "monitors", start: 14, kind: "unarmed", persons: 300 },
  onward: { lever: "onward", start: 7 },
  containment: { lever: "containment", start: 14 },
  exemption: { lever: "exemption", start: 7 },
};

const resolve = (schema, root) => (schema.$ref ? root.$defs[schema.$ref.split("/").pop()] : schema);
const kinds = (schema) => (schema.anyOf ?? [schema]).map((s) => s.type ?? (s.enum ? "enum" : ""));

/** Put the levers of the chosen option in a box; `changed` is told of the new option. */
export function showLevers(box, changed) {
  const option = spec(state.option);
  const edit = (levers) => {
    const from = option.baseline ? { ...TEXT.own, id: OWN, baseline: false } : option;
    changed({ ...from, levers });
  };
  const change = (k, name, value) => {
    const levers = structuredClone(spec(state.option).levers);
    levers[k][name] = value;
    if (name === "line_id") for (const l of levers) if (l.line_id) l.line_id = value; // one line bounds all
    edit(levers);
  };
  const parts = option.levers.map((lever, k) => one(lever, k, change, () => edit(spec(state.option).levers.filter((_, n) => n !== k))));
  if (!option.levers.length) parts.push(el("p", { class: "hint" }, TEXT.lever.none));
  const add = el("select", { "aria-label": TEXT.lever.add, id: "add-lever", onchange: () => { if (add.value) edit([...spec(state.option).levers, fresh(add.value)]); } },
    el("option", { value: "" }, TEXT.lever.add + " …"),
    Object.keys(NEW).filter((n) => n in state.scene.levers).map((n) => el("option", { value: n }, TEXT.lever.names[n])));
  box.replaceChildren(...parts, add);
}

function fresh(name) {
  const lever = structuredClone(NEW[name]);
  if (name === "line") lever.line_id = state.scene.lines[0]?.properties.line_id;
  if (name === "intervention") lever.party = Object.keys(state.scene.crisis.parties)[0];
  if (name === "border" || name === "onward") lever.neighbour = Object.keys(state.scene.crisis.neighbours)[0];
  return lever;
}

function one(lever, k, change, remove) {
  const root = state.scene.levers[lever.lever].schema;
  const name = TEXT.lever.names[lever.lever] ?? lever.lever;
  const fields = Object.entries(root.properties)
    .filter(([n, s]) => !HIDDEN.includes(n) && (lever[n] !== undefined && lever[n] !== null || kinds(s).includes("boolean")))
    .map(([n, s]) => field(lever, n, resolve(s, root), `lever-${k}-${n}`, (value) => change(k, n, value)));
  return el("fieldset", { class: "lever" },
    el("legend", {}, name),
    el("button", { class: "remove", type: "button", "aria-label": TEXT.lever.remove(name), onclick: remove }, "×"),
    el("p", { class: "effect" }, state.scene.levers[lever.lever].effect),
    lever.lever === "haven" ? el("p", { class: "effect" }, TEXT.lever.always) : null,
    fields);
}

function field(lever, name, schema, id, set) {
  const value = lever[name], label = TEXT.fields[name] ?? name;
  const row = (control, shown) => el("div", { class: "field" }, el("label", { for: id }, label), shown ?? null, control);
  if (name === "aid" && Array.isArray(value)) return steps(value, id, set);
  if (name === "offensives") return choices(value, Object.entries(state.scene.crisis.offensives), id, set);
  if (name === "line_id") {
    const ids = state.scene.lines.map((l) => [l.properties.line_id, l.properties.name]);
    const select = el("select", { id, onchange: () => { if (select.value === "drawn-line" && state.line === null) state.line = 0.25; set(select.value); } },
      [...ids, ...(ids.length > 1 ? [["drawn-line", TEXT.lever.position + " …"]] : [])].map(([v, t]) => el("option", { value: v, selected: v === value }, t)));
    return row(select);
  }
  if (name === "party") return row(el("select", { id, onchange: (e) => set(e.target.value) }, Object.entries(state.scene.crisis.parties).map(([v, t]) => el("option", { value: v, selected: v === value }, t))));
  if (name === "neighbour") return row(el("select", { id, onchange: (e) => set(e.target.value) }, Object.entries(state.scene.crisis.neighbours).map(([v, t]) => el("option", { value: v, selected: v === value }, t))));
  if (schema.enum) return row(el("select", { id, onchange: (e) => set(e.target.value) }, schema.enum.map((v) => el("option", { value: v, selected: v === value }, TEXT.values[v] ?? v))));
  if (kinds(schema).includes("boolean")) return el("div", { class: "field check" }, el("input", { type: "checkbox", id, checked: Boolean(value ?? schema.default), onchange: (e) => set(e.target.checked) }), el("label", { for: id }, label));
  if (typeof value === "number" && (name in { start: 1, until: 1, announced: 1, handover: 1 })) return row(...slider(id, value, 0, Math.min(state.scene.crisis.horizon, 120), 1, dayOf, set));
  if (typeof value === "number") {
    const high = Math.max(LARGEST[name] ?? 100000, value);
    return row(...slider(id, value, 0, high, high > 100 ? high / 100 : 0.1, (v) => whole(v).length < 2 || high <= 100 ? String(Math.round(v * 10) / 10) : whole(v), (v) => set(name === "persons" || name === "latrines" ? Math.round(v) : v)));
  }
  return row(el("input", { id, type: "date", value: String(value), onchange: (e) => { if (e.target.value) set(e.target.value); } }));
}

/** Some of several, where there are several: all of them are an empty list, and one is always left. */
function choices(value, all, id, set) {
  if (all.length < 2) return null;
  const now = all.map(([v]) => v).filter((v) => !value.length || value.includes(v));
  const put = (one, on) => {
    const kept = on ? [...now, one] : now.filter((v) => v !== one);
    set(kept.length === all.length || !kept.length ? [] : kept);
  };
  return el("div", { role: "group", "aria-label": TEXT.fields.offensives }, el("p", { class: "effect" }, TEXT.fields.offensives), all.map(([v, name]) => el("div", { class: "field check" }, el("input", { type: "checkbox", id: `${id}-${v}`, checked: now.includes(v), onchange: (e) => put(v, e.target.checked) }), el("label", { for: `${id}-${v}` }, name))));
}

function steps(value, id, set) {
  const days = Math.min(state.scene.crisis.horizon, 120);
  return el("div", {}, value.filter((s) => typeof s.from === "number").map((step, n) => {
    const put = (key, v) => set(value.map((s, m) => (m === n ? { ...s, [key]: v } : s)));
    const from = slider(`${id}-${n}-from`, step.from, 0, days, 1, dayOf, (v) => put("from", v));
    const level = slider(`${id}-${n}-level`, step.level, 0, 5, 0.1, (v) => `${Math.round(v * 10) / 10}×`, (v) => put("level", v));
    return el("div", { class: "step" }, el("div", { class: "field" }, el("label", { for: `${id}-${n}-from` }, `${TEXT.fields.aid}: ${TEXT.fields.from}`), from[1], from[0]), el("div", { class: "field" }, el("label", { for: `${id}-${n}-level` }, TEXT.fields.level), level[1], level[0]));
  }));
}

const dayOf = (n) => { const d = new Date(state.scene.crisis.as_of + "T00:00:00Z"); d.setUTCDate(d.getUTCDate() + n); return `${TEXT.lever.day(n)}, ${dayShort(d)}`; };

function slider(id, value, low, high, step, text, set) {
  const shown = el("output", { for: id }, text(value));
  const range = el("input", { id, type: "range", min: String(low), max: String(high), step: String(step), value: String(value), "aria-valuetext": text(value) });
  range.addEventListener("input", () => { const v = Number(range.value); shown.textContent = text(v); range.setAttribute("aria-valuetext", text(v)); set(v); });
  return [range, shown];
}
export { declared, baseline };
