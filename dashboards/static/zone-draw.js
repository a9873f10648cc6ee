// Drawing with mouse or finger: click point by point, finish with a double click or Enter; then drag corners,
// drag the small dots between them to add one, right-click a corner to remove it.

import { colours, nothing } from "/static/basemap.js";
import { addZone, collection, feature } from "/static/zone-shape.js";

const MOST_HANDLES = 400;
const LEAST = { area: 3, corridor: 2, circle: 1 };
const near = 12;

export class Drawing {
  /** `onChange(shape)`: after each change by hand; `onMode(mode, count)`: none, draw, edit, large. */
  constructor(map, { onChange, onMode }) {
    Object.assign(this, { map, onChange, onMode, kind: "area", ways: [], other: null, radius: 100, mode: "none", held: null, moving: null });
    this.show = addZone(map, "drawn", { colour: colours.accent });
    map.addSource("handles", { type: "geojson", data: nothing });
    map.addLayer({ id: "handles", type: "circle", source: "handles", paint: {
      "circle-radius": ["match", ["get", "role"], "middle", 4.5, 7], "circle-color": ["match", ["get", "role"], "middle", colours.accent, colours.rim],
      "circle-opacity": ["match", ["get", "role"], "middle", 0.55, 1], "circle-stroke-color": colours.accent, "circle-stroke-width": ["match", ["get", "role"], "middle", 0, 2.4] } });
    this.#listen();
  }

  /** A shape from the form. What has several parts, holes or too many corners is shown, not dragged. */
  load({ kind, geometry, radius }) {
    Object.assign(this, { kind, radius, other: null, ways: [] });
    if (geometry?.type === "Polygon" && geometry.coordinates.length === 1) this.ways = geometry.coordinates[0].slice(0, -1);
    else if (geometry?.type === "LineString") this.ways = geometry.coordinates.slice();
    else if (geometry?.type === "Point") this.ways = [geometry.coordinates];
    else this.other = geometry ?? null;
    if (this.ways.length > MOST_HANDLES) [this.other, this.ways] = [geometry, []];
    this.#turn(this.other ? "large" : this.ways.length ? "edit" : "draw");
    this.#draw();
  }

  begin(kind) {
    Object.assign(this, { kind, ways: [], other: null, moving: null });
    this.#turn("draw");
    this.#draw();
  }

  get geometry() {
    if (this.other) return this.other;
    const ways = this.mode === "draw" && this.moving && this.kind !== "circle" ? [...this.ways, this.moving] : this.ways;
    if (!ways.length) return null;
    if (this.kind === "circle") return { type: "Point", coordinates: ways[0] };
    if (ways.length < 2) return null;
    if (this.kind === "corridor" || ways.length < 3) return { type: "LineString", coordinates: ways };
    return { type: "Polygon", coordinates: [[...ways, ways[0]]] };
  }

  setRadius(radius) { this.radius = radius; this.#draw(); }

  finish() {
    if (this.mode !== "draw" || this.ways.length < LEAST[this.kind]) return;
    this.moving = null;
    this.#turn("edit");
    this.#changed();
  }

  undo() {
    if (this.mode === "draw") this.ways.pop();
    this.#turn(this.mode);
    this.#draw();
  }

  #turn(mode) {
    this.mode = mode;
    this.map.getCanvas().style.cursor = mode === "draw" ? "crosshair" : "";
    this.map.doubleClickZoom[mode === "draw" ? "disable" : "enable"]();
    this.onMode(mode, this.ways.length);
  }

  #changed() { this.#draw(); this.onChange({ kind: this.kind, ways: this.ways, radius: this.radius }); }

  #draw() {
    this.show({ kind: this.kind === "corridor" || this.geometry?.type !== "LineString" ? this.kind : "area", geometry: this.geometry, radius: this.radius });
    this.map.getSource("handles").setData(collection(this.#handles()));
  }

  #handles() {
    const made = this.ways.map((at, index) => feature("Point", at, { role: "corner", index }));
    if (this.mode !== "edit") return made;
    if (this.kind === "circle") return [...made, feature("Point", this.#edge(), { role: "edge", index: 0 })];
    const pairs = this.kind === "area" ? this.ways.length : this.ways.length - 1;
    for (let i = 0; i < pairs; i++) {
      const [a, b] = [this.ways[i], this.ways[(i + 1) % this.ways.length]];
      made.push(feature("Point", [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], { role: "middle", index: i + 1 }));
    }
    return made;
  }

  #edge() {
    const [lon, lat] = this.ways[0];
    return [lon + this.radius / (111320 * Math.cos((lat * Math.PI) / 180)), lat];
  }

  #metres(to) {
    const [lon, lat] = this.ways[0];
    return Math.max(1, Math.round(Math.hypot((to.lng - lon) * 111320 * Math.cos((lat * Math.PI) / 180), (to.lat - lat) * 111320)));
  }

  #hit({ x, y }) {
    const found = this.map.queryRenderedFeatures([[x - near, y - near], [x + near, y + near]], { layers: ["handles"] });
    return found.find(({ properties }) => properties.role !== "middle") ?? found[0] ?? null;
  }

  #listen() {
    const { map } = this;
    map.on("click", (event) => this.#click(event));
    map.on("dblclick", (event) => { if (this.mode === "draw") event.preventDefault(); this.finish(); });
    map.on("mousemove", (event) => this.#move(event));
    map.on("mousedown", (event) => this.#take(event));
    map.on("touchstart", (event) => event.points.length === 1 && this.#take(event));
    map.on("touchmove", (event) => this.held && this.#move(event));
    for (const over of ["mouseup", "touchend", "touchcancel"]) map.on(over, () => this.#let());
    map.on("contextmenu", (event) => this.#remove(event));
  }

  #click({ lngLat, originalEvent }) {
    if (this.mode !== "draw" || originalEvent.detail > 1) return;
    if (this.kind === "circle" && this.ways.length) { this.radius = this.#metres(lngLat); return this.finish(); }
    this.ways.push([lngLat.lng, lngLat.lat]);
    this.#turn("draw");
    this.#draw();
  }

  #move({ lngLat, point }) {
    if (this.held) return this.#drag(lngLat);
    if (this.mode === "draw" && this.ways.length) {
      this.moving = [lngLat.lng, lngLat.lat];
      if (this.kind === "circle") this.radius = this.#metres(lngLat);
      this.#draw();
    } else if (this.mode === "edit") this.map.getCanvas().style.cursor = this.#hit(point) ? "move" : "";
  }

  #take(event) {
    const hit = this.mode === "edit" ? this.#hit(event.point) : null;
    if (!hit) return;
    event.preventDefault(); // the map stays where it is
    this.held = { ...hit.properties };
    if (this.held.role !== "middle") return;
    this.ways.splice(this.held.index, 0, [event.lngLat.lng, event.lngLat.lat]);
    this.held.role = "corner";
  }

  #drag(to) {
    if (this.held.role === "edge") this.radius = this.#metres(to);
    else this.ways[this.held.index] = [to.lng, to.lat];
    this.#draw();
  }

  #let() {
    if (!this.held) return;
    this.held = null;
    this.#changed();
  }

  #remove(event) {
    const hit = this.mode === "edit" ? this.#hit(event.point) : null;
    if (!hit || hit.properties.role !== "corner" || this.ways.length <= LEAST[this.kind]) return;
    event.preventDefault();
    this.ways.splice(hit.properties.index, 1);
    this.#changed();
  }
}
