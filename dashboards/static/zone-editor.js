// The editor: the typed fields are the truth; the map shows them, and what is drawn is written into them.

import { colours, openMap } from "/static/basemap.js";
import { box } from "/static/layers.js";
import { Drawing } from "/static/zone-draw.js";
import { addFault, addZone, line, outline, polygon } from "/static/zone-shape.js";

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

/** One typed point; null where it is none. Latitude first is understood inside the country. */
function point(words) {
  const [a, b, rest] = words.trim().split(/[,;\s]+/).map(Number);
  if (!Number.isFinite(a) || !Number.isFinite(b) || rest !== undefined) return null;
  const isTurned = a >= COUNTRY.south && a <= COUNTRY.north && b >= COUNTRY.west && b <= COUNTRY.east;
  return isTurned ? [b, a] : [a, b];
}

/** The typed points, of an area a list for its border and one behind each empty line for a hole; null where one is none. */
function rings() {
  const blocks = typed.value.split(/\n\s*\n/).map((block) => block.split("\n").filter((words) => words.trim()).map(point));
  const found = blocks.filter((block) => block.length);
  if (found.flat().includes(null)) return null;
  return kind() === "area" || !found.length ? found : [found.flat()];
}

function written() {
  const found = rings();
  if (!found?.length) return geometry.value ? JSON.parse(geometry.value) : null;
  const [border, ...holes] = found;
  if (kind() === "circle") return { type: "Point", coordinates: border[0] };
  if (border.length < 2) return null;
  if (kind() === "corridor" || border.length < 3) return line(border);
  return polygon([border, ...holes.filter((hole) => hole.length > 2)]);
}

function hint(mode, count, { holes, isHole }) {
  container.dataset.mode = mode;
  container.dataset.holes = holes;
  const isCircle = kind() === "circle";
  const first = isHole ? words.hole : words.first;
  const drawing = isCircle ? (count ? words.edge : words.centre) : count ? words.next : first;
  at("hole").hidden = mode !== "edit" || kind() !== "area";
  at("unhole").hidden = mode !== "edit" || !holes;
  at("hint").textContent = { draw: drawing, edit: words.edit, large: words.large, none: "" }[mode];
  at("hint-keys").hidden = mode !== "draw";
  at("redraw").hidden = mode === "draw";
  at("finish").hidden = mode !== "draw" || isCircle || count < (kind() === "corridor" ? 2 : 3);
}

function take({ rings: drawn, radius: wide }) {
  geometry.value = "";
  typed.value = drawn.map((ring) => ring.map(([lon, lat]) => `${lon.toFixed(7)}, ${lat.toFixed(7)}`).join("\n")).join("\n\n");
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
at("hole").addEventListener("click", () => drawing.beginHole());
at("unhole").addEventListener("click", () => drawing.removeHole());
at("finish").addEventListener("click", () => drawing.finish());
typed.addEventListener("input", () => { geometry.value = ""; if (rings()) load(); });
radius.addEventListener("input", () => drawing.setRadius(metres()));
container.addEventListener("keydown", (event) => {
  const done = { " ": () => drawing.put(), Enter: () => drawing.finish(), Backspace: () => drawing.undo(), Escape: () => drawing.cancel() }[event.key];
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
