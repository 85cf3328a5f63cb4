// The map: drawn from the crisis's own geography, with no tiles and nothing from outside.
import { Map as Drawn, Marker, NavigationControl, setWorkerUrl } from "/page/vendor/maplibre-gl/maplibre-gl.mjs";
import { el } from "/page/dom.js";
import { TEXT, compact } from "/page/strings.js";

setWorkerUrl(new URL("/page/vendor/maplibre-gl/maplibre-gl-worker.mjs", location.href).href);

export const EXPOSURE = ["#f4f1ea", "#fbe3c0", "#f7c27f", "#e8935a", "#c65a3c", "#8c2d2d"];
export const EXPOSURE_FROM = [0.5, 20, 40, 60, 80];
export const COLOURS = { people: "#1f5f99", front: "#2b2b2b", line: "#6a3d9a", highway: "#c9a227", flow: "#0b2c4a", beyond: "#b9bdc1" };
const LARGEST = 30, WIDEST = 12;

const none = { type: "FeatureCollection", features: [] };
const collection = (features) => ({ type: "FeatureCollection", features });
const lineOf = (coordinates, properties = {}) => ({ type: "Feature", geometry: { type: "LineString", coordinates }, properties });

/** A curve from a to b; there and back lie beside each other. */
function bow(a, b) {
  const dx = b[0] - a[0], dy = b[1] - a[1], over = [(a[0] + b[0]) / 2 - dy * 0.16, (a[1] + b[1]) / 2 + dx * 0.16];
  return Array.from({ length: 17 }, (_, k) => [0, 1].map((i) => (1 - k / 16) ** 2 * a[i] + (2 * k / 16) * (1 - k / 16) * over[i] + (k / 16) ** 2 * b[i]));
}

/** Outlines without the straight edges along which they were cut out. */
function borders(scene) {
  const all = scene.outlines.flatMap((o) => o.rings).flat();
  const ends = [0, 1].map((i) => [Math.min(...all.map((p) => p[i])), Math.max(...all.map((p) => p[i]))]);
  const cut = (p, q) => [0, 1].some((i) => ends[i].some((e) => Math.abs(p[i] - e) < 1e-6 && Math.abs(q[i] - e) < 1e-6));
  const lines = [];
  for (const ring of scene.outlines.flatMap((o) => o.rings)) {
    let line = [];
    ring.forEach((p, k) => {
      if (k && cut(ring[k - 1], p)) { if (line.length > 1) lines.push(line); line = []; }
      line.push(p);
    });
    if (line.length > 1) lines.push(line);
  }
  const [[, east], [south, north]] = ends;
  const box = (w, s, e, n) => [[[w, s], [e, s], [e, n], [w, n], [w, s]]];
  return { lines, beyond: [box(east - 0.001, south - 3, east + 6, north + 6), box(ends[0][0], north - 0.001, east + 6, north + 6)] };
}

function style(scene) {
  const edge = borders(scene);
  const land = collection(scene.outlines.map((o) => ({ type: "Feature", properties: {}, geometry: { type: "MultiPolygon", coordinates: o.rings.map((r) => [r]) } })).concat({ type: "Feature", properties: {}, geometry: { type: "MultiPolygon", coordinates: edge.beyond } }));
  const main = (r) => r.road === "M4" || r.road === "M5";
  const data = (d) => ({ type: "geojson", data: d });
  return {
    version: 8,
    sources: {
      land: data(land), cells: data(collection(scene.cells.map((c, k) => ({ ...c, id: k })))),
      roads: data(collection(scene.roads.filter((r) => !main(r)).map((r) => lineOf(r.line)))),
      highways: data(collection(scene.roads.filter(main).map((r) => lineOf(r.line)))),
      borders: data(collection(edge.lines.map((l) => lineOf(l)))), beyond: data(none), front: data(none), line: data(none), people: data(none), room: data(none), flows: { type: "geojson", data: none, lineMetrics: true },
      camps: data(collection(scene.places.filter((p) => p.kind === "camp_cluster").map((p) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: p.at } })))),
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#d9e4e8" } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": "#f1eee7" } },
      { id: "cells", type: "fill", source: "cells", paint: { "fill-color": ["coalesce", ["feature-state", "colour"], EXPOSURE[0]], "fill-opacity": 0.92 } },
      { id: "beyond", type: "fill", source: "beyond", paint: { "fill-color": COLOURS.beyond, "fill-opacity": 0.55 } },
      { id: "edges", type: "line", source: "cells", paint: { "line-color": "#ffffff", "line-width": 1 } },
      { id: "chosen", type: "line", source: "cells", filter: ["==", ["get", "area_id"], ""], paint: { "line-color": "#111111", "line-width": 2.5 } },
      { id: "border", type: "line", source: "borders", paint: { "line-color": "#7d8489", "line-width": 1.2 } },
      { id: "roads", type: "line", source: "roads", paint: { "line-color": "#c9c3b6", "line-width": 0.8 } },
      { id: "highways", type: "line", source: "highways", paint: { "line-color": COLOURS.highway, "line-width": 2.6 } },
      { id: "front", type: "line", source: "front", paint: { "line-color": COLOURS.front, "line-width": 2 } },
      { id: "front-then", type: "line", source: "front", layout: { visibility: "none" }, paint: { "line-color": COLOURS.front, "line-width": 1.3, "line-dasharray": [2, 2], "line-opacity": 0.7 } },
      { id: "line", type: "line", source: "line", layout: { "line-cap": "round" }, paint: { "line-color": COLOURS.line, "line-width": 3.4, "line-dasharray": [3, 1.6] } },
      { id: "people", type: "circle", source: "people", paint: { "circle-radius": ["get", "r"], "circle-color": COLOURS.people, "circle-opacity": 0.55, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1 } },
      { id: "room", type: "circle", source: "room", paint: { "circle-radius": ["get", "r"], "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": ["case", [">", ["get", "full"], 1], "#ffffff", COLOURS.flow], "circle-stroke-width": 1.6 } },
      { id: "flows", type: "line", source: "flows", layout: { "line-cap": "round" }, paint: { "line-width": ["get", "w"], "line-gradient": ["interpolate", ["linear"], ["line-progress"], 0, "rgba(11,44,74,0.12)", 1, "rgba(11,44,74,0.8)"] } },
      { id: "camps", type: "circle", source: "camps", paint: { "circle-radius": 2.6, "circle-color": "#ffffff", "circle-stroke-color": "#111111", "circle-stroke-width": 1.2 } },
    ],
  };
}

export class CrisisMap {
  constructor(box, scene, { onPlace, onDrag, label } = {}) {
    this.scene = scene; this.box = box; this.waiting = null; this.loaded = false; this.most = 1;
    this.cellAt = new Map(scene.cells.map((c, k) => [c.properties.area_id, k]));
    try {
      const [w, s, e, n] = scene.box;
      this.map = new Drawn({ container: box, style: style(scene), bounds: [[w, s], [e, n]], fitBoundsOptions: { padding: 8 }, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, maxZoom: 11, minZoom: 5, renderWorldCopies: false, fadeDuration: 0 });
    } catch {
      box.replaceChildren(el("p", { class: "no-map" }, TEXT.noMap));
      return;
    }
    this.map.getCanvas().setAttribute("aria-label", label ?? TEXT.map);
    this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.map.touchZoomRotate?.disableRotation();
    this.map.once("load", () => { this.loaded = true; this.fit(); this.#labels(); if (this.waiting) this.show(this.waiting); box.dataset.ready = "1"; });
    this.map.on("click", "cells", (event) => onPlace?.(event.features[0].properties.area_id));
    this.map.on("mouseenter", "cells", () => { this.map.getCanvas().style.cursor = "pointer"; });
    this.map.on("mouseleave", "cells", () => { this.map.getCanvas().style.cursor = ""; });
    this.map.on("zoomend", () => this.#thinLabels());
    this.onDrag = onDrag;
  }

  #labels() {
    const towns = this.scene.places.filter((p) => p.kind === "city" || p.kind === "town").sort((a, b) => b.people - a.people);
    const crossings = this.scene.places.filter((p) => p.kind === "crossing");
    this.labels = [];
    for (const [name, at] of [["M4", this.#middle("M4")], ["M5", this.#middle("M5")]]) if (at) this.#mark({ name, at }, "road");
    for (const place of towns.slice(0, 6)) this.#mark(place, "town");
    for (const place of crossings) this.#mark(place, "crossing");
    for (const place of towns.slice(6, 40)) this.#mark(place, "town");
    this.#thinLabels();
  }

  #middle(road) {
    const found = this.scene.roads.filter((r) => r.road === road);
    return found.length ? found[Math.floor(found.length * 0.35)].line[0] : null;
  }

  #mark(place, kind) {
    const node = el("span", { class: `label ${kind}`, "aria-hidden": "true" }, place.name);
    const marker = new Marker({ element: node, anchor: kind === "road" ? "center" : "left", offset: kind === "road" ? [0, 0] : [5, 0] }).setLngLat(place.at).addTo(this.map);
    node.removeAttribute("role"); node.removeAttribute("tabindex"); node.setAttribute("aria-hidden", "true"); node.removeAttribute("aria-label");
    this.labels.push({ node, marker, at: place.at, name: place.name });
  }

  #thinLabels() {
    const taken = [];
    for (const one of this.labels ?? []) {
      const p = this.map.project(one.at), wide = one.name.length * 6.4 + 12;
      const clash = taken.some((t) => p.x < t.x + t.wide && p.x + wide > t.x && Math.abs(p.y - t.y) < 17);
      one.node.hidden = clash;
      if (!clash) taken.push({ x: p.x, y: p.y, wide });
    }
  }

  /** Draw a view: people, shelter places and journeys by sub-district, exposure, the recorded front, a line. */
  show(view) {
    this.waiting = view;
    if (!this.loaded) return;
    const { people, room, flows, mostFlow, exposure, frame, before, line, area, most } = view;
    const radius = (n) => (n > 0 ? Math.max(2, LARGEST * Math.sqrt(n / most)) : 0);
    const spots = [], rings = [], ways = [];
    for (const [id, n] of people) {
      const at = this.scene.areas[id]?.at;
      if (!at || n < 50) continue;
      spots.push({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties: { r: radius(n), id } });
      const places = room.get(id) ?? 0;
      if (places > 0) rings.push({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties: { r: radius(places), full: n / places } });
    }
    for (const [from, to, n] of flows) {
      const a = this.scene.areas[from]?.at, b = this.scene.areas[to]?.at;
      if (a && b) ways.push(lineOf(bow(a, b), { w: Math.max(0.7, (WIDEST * n) / mostFlow) }));
    }
    this.box.dataset.flows = String(ways.length);
    this.map.getSource("people").setData(collection(spots));
    this.map.getSource("room").setData(collection(rings));
    this.map.getSource("flows").setData(collection(ways));
    this.map.getSource("front").setData(collection((frame?.front ?? []).map((l) => lineOf(l))));
    this.map.getSource("beyond").setData(before ? collection((frame?.beyond ?? []).map((r) => ({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...r, r[0]]] } }))) : none);
    this.map.getSource("line").setData(line ? collection([lineOf(line)]) : none);
    this.map.setLayoutProperty("front", "visibility", before ? "visible" : "none");
    this.map.setLayoutProperty("front-then", "visibility", before ? "none" : "visible");
    this.map.setFilter("chosen", ["==", ["get", "area_id"], area || ""]);
    for (const [id, k] of this.cellAt) {
      const p = exposure?.get(id) ?? 0;
      const step = before ? 0 : EXPOSURE_FROM.filter((from) => p >= from).length;
      this.map.setFeatureState({ source: "cells", id: k }, { colour: EXPOSURE[step] });
    }
    this.#handle(line);
  }

  /** A handle on the line that can be drawn across the map. */
  #handle(line) {
    if (!line || !this.onDrag) { this.handle?.remove(); this.handle = null; return; }
    const at = line[Math.floor(line.length / 2)];
    if (this.handle) { if (!this.dragging) this.handle.setLngLat(at); return; }
    this.handle = new Marker({ element: el("span", { class: "handle", title: TEXT.lever.position }), draggable: true }).setLngLat(at).addTo(this.map);
    this.handle.on("drag", () => { this.dragging = true; this.onDrag(this.handle.getLngLat(), false); });
    this.handle.on("dragend", () => { this.dragging = false; this.onDrag(this.handle.getLngLat(), true); });
  }

  /** Show the whole crisis; again when the box changes its size, until a person moves the map. */
  fit() {
    const [w, s, e, n] = this.scene.box;
    this.map.on("movestart", (event) => { if (event.originalEvent) this.touched = true; });
    this.map.on("resize", () => { if (!this.touched) { this.map.fitBounds([[w, s], [e, n]], { padding: 4, animate: false }); this.#thinLabels(); } });
    this.map.resize();
  }
}

export function legend(box, before) {
  const key = (mark, text) => el("span", { class: "key" }, mark, text);
  const swatch = (className) => el("span", { class: `swatch ${className}`, "aria-hidden": "true" });
  const shades = el("span", { class: "shades", "aria-hidden": "true" }, EXPOSURE.slice(1).map((_, k) => el("span", { class: `shade s${k + 1}` })));
  const parts = before
    ? [key(swatch("front"), TEXT.legend.front), key(swatch("beyond"), TEXT.legend.beyond), key(swatch("highway"), TEXT.legend.highway)]
    : [key(swatch("people"), TEXT.legend.displaced), key(swatch("room"), TEXT.legend.room), key(swatch("flow"), TEXT.legend.flow), key(swatch("camp"), TEXT.legend.camp), el("span", { class: "key" }, shades, TEXT.legend.exposure, " (0.5, 20, 40, 60, 80% and more)"), key(swatch("highway"), TEXT.legend.highway), key(swatch("line"), TEXT.legend.line)];
  box.replaceChildren(...parts);
}
export { compact };
