// The editor: the typed fields are the truth; the map shows them, and what is drawn is written into them.

import { colours, openMap } from "/static/basemap.js";
import { box } from "/static/layers.js";
import { Drawing } from "/static/zone-draw.js";
import { addFault, addZone, outline } from "/static/zone-shape.js";

const at = (id) => document.getElementById(id);
const data = JSON.parse(at("zone-data").textContent);
const words = JSON.parse(at("zone-words").textContent);
const [container, typed, geometry, radius] = ["zone-map", "coordinates", "geometry", "radius"].map(at);
const form = at("rule");
const uses = form.elements.namedItem("uses");
const kinds = [...form.querySelectorAll('input[name="shape"]')];
const kind = () => kinds.find((one) => one.checked).value;
const metres = () => Math.max(0, Number(radius.value.replace(",", ".")) || 0);
const COUNTRY = { west: 55.5, east: 73.6, south: 36.8, north: 45.9 };

/** The typed points; null where a line is none. Latitude first is understood inside the country. */
function points() {
  const found = [];
  for (const line of typed.value.split("\n").filter((words) => words.trim())) {
    const [a, b, rest] = line.trim().split(/[,;\s]+/).map(Number);
    if (!Number.isFinite(a) || !Number.isFinite(b) || rest !== undefined) return null;
    const isTurned = a >= COUNTRY.south && a <= COUNTRY.north && b >= COUNTRY.west && b <= COUNTRY.east;
    found.push(isTurned ? [b, a] : [a, b]);
  }
  return found;
}

function written() {
  const found = points();
  if (!found?.length) return geometry.value ? JSON.parse(geometry.value) : null;
  if (kind() === "circle") return { type: "Point", coordinates: found[0] };
  if (found.length < 2) return null;
  if (kind() === "corridor" || found.length < 3) return { type: "LineString", coordinates: found };
  return { type: "Polygon", coordinates: [[...found, found[0]]] };
}

function hint(mode, count) {
  container.dataset.mode = mode;
  const isCircle = kind() === "circle";
  const drawing = isCircle ? (count ? words.edge : words.centre) : count ? words.next : words.first;
  at("hint").textContent = { draw: drawing, edit: words.edit, large: words.large, none: "" }[mode];
  at("redraw").hidden = mode === "draw";
  at("finish").hidden = mode !== "draw" || isCircle || count < (kind() === "corridor" ? 2 : 3);
}

function take({ ways, radius: wide }) {
  geometry.value = "";
  typed.value = ways.map(([lon, lat]) => `${lon.toFixed(7)}, ${lat.toFixed(7)}`).join("\n");
  if (kind() !== "area") radius.value = String(Math.round(wide));
  if (uses) uses.value = "";
}

function look(map, shapes) {
  const features = shapes.filter((shape) => shape?.geometry).flatMap((shape) => outline(shape).features);
  const bounds = box({ features }, data.wrong ? [[data.wrong.lon, data.wrong.lat]] : []);
  if (bounds) map.fitBounds(bounds, { padding: 60, maxZoom: 16, animate: false });
}

const map = await openMap(container);
addZone(map, "before", { colour: colours.silent, dashed: true })(data.before);
const drawing = new Drawing(map, { onChange: take, onMode: hint });
const load = () => drawing.load({ kind: kind(), geometry: written(), radius: metres() });
load();
addFault(map, data.wrong, words.wrong);
look(map, [data.before, { kind: kind(), geometry: written(), radius: metres() }]);

const fit = () => { at("radius-label").hidden = kind() === "area"; };
fit();
for (const one of kinds) one.addEventListener("change", () => { typed.value = geometry.value = ""; fit(); drawing.begin(kind()); });
at("redraw").addEventListener("click", () => { typed.value = geometry.value = ""; drawing.begin(kind()); });
at("finish").addEventListener("click", () => drawing.finish());
typed.addEventListener("input", () => { geometry.value = ""; if (points()) load(); });
radius.addEventListener("input", () => drawing.setRadius(metres()));
container.addEventListener("keydown", (event) => {
  const done = { Enter: () => drawing.finish(), Backspace: () => drawing.undo(), Escape: () => drawing.begin(kind()) }[event.key];
  if (!done || drawing.mode !== "draw") return;
  event.preventDefault();
  done();
});
for (const list of document.querySelectorAll("ul.rows")) {
  const more = document.createElement("button");
  more.type = "button";
  more.textContent = list.dataset.more;
  more.addEventListener("click", () => {
    const row = list.lastElementChild.cloneNode(true);
    row.querySelectorAll("input").forEach((field) => { field.value = ""; });
    list.append(row);
    row.querySelector("input").focus();
  });
  list.after(more);
}
container.dataset.ready = "yes";
