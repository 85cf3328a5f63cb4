// The view: what is chosen. It lives in the address after #, so that a link restores it.
export const state = {
  tab: "answer", option: "", beside: "", day: 0, series: "newly_displaced", area: "", crisis: "main",
  futures: 50, changed: {}, line: null, support: {}, scene: null, results: {}, live: null,
};

const KEYS = { tab: "t", option: "o", beside: "b", series: "s", area: "a", crisis: "c" };

export function toHash() {
  const parts = new URLSearchParams();
  for (const [name, key] of Object.entries(KEYS)) if (state[name]) parts.set(key, state[name]);
  parts.set("d", state.day);
  const levers = Object.fromEntries(Object.entries(state.changed).map(([id, spec]) => [id, spec.levers.map((l) => Object.fromEntries(Object.entries(l).filter(([, v]) => v !== null)))]));
  if (Object.keys(levers).length) parts.set("l", JSON.stringify(levers));
  if (state.line !== null) parts.set("p", state.line);
  const support = Object.fromEntries(Object.entries(state.support).filter(([, v]) => v > 0));
  if (Object.keys(support).length) parts.set("u", JSON.stringify(support));
  return "#" + parts.toString();
}

export function fromHash(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const found = { day: Number.parseInt(parts.get("d") ?? "0", 10) || 0, levers: {}, line: null, support: {} };
  for (const [name, key] of Object.entries(KEYS)) if (parts.has(key)) found[name] = parts.get(key);
  try { found.levers = JSON.parse(parts.get("l") || "{}"); } catch { /* a broken link opens the plain view */ }
  try { for (const [id, v] of Object.entries(JSON.parse(parts.get("u") || "{}"))) if (v > 0 && v <= 1) found.support[id] = v; } catch { /* no support then */ }
  if (parts.has("p")) { const at = Number(parts.get("p")); if (at >= 0 && at <= 1) found.line = at; }
  return found;
}

let timer = 0;
export function remember() {
  clearTimeout(timer);
  timer = setTimeout(() => history.replaceState(null, "", toHash()), 120);
}

/** The options as they stand: declared ones, with changed ones in their place. */
export function options() {
  const own = state.changed[OWN];
  return [...state.scene.options.map((o) => state.changed[o.id] ?? o), ...(own ? [own] : [])];
}
/** The option that a user builds from nothing. */
export const OWN = "own-option";
export const spec = (id) => options().find((o) => o.id === id);
export const declared = (id) => state.scene.options.find((o) => o.id === id);
export const baseline = () => state.scene.options.find((o) => o.baseline).id;

/** The newest result that holds an option as it stands. */
export function resultOf(id) {
  const live = state.live;
  if (live && live.options.includes(id) && live.changes === changes(id)) return live;
  const full = state.results.full;
  return full && full.options.includes(id) ? full : null;
}
export const changes = (id) => JSON.stringify([state.changed[id]?.levers ?? null, usesDrawn(id) ? state.line : null]);
export const usesDrawn = (id) => (state.changed[id]?.levers ?? []).some((l) => l.line_id === "drawn-line");
