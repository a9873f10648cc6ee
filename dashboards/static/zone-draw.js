// Drawing with mouse or finger: click point by point, finish with a double click or Enter; then drag corners,
// drag the small dots between them to add one, right-click a corner to remove it. An area may have holes.

import { colours, nothing } from "/static/basemap.js";
import { addZone, collection, feature, line, polygon } from "/static/zone-shape.js";

const MOST_HANDLES = 400;
const LEAST = { area: 3, corridor: 2, circle: 1 };
const near = 12;

export class Drawing {
  /** `onChange(shape)`: after each change by hand; `onMode(mode, count, holes)`: none, draw, edit, large. */
  constructor(map, { onChange, onMode }) {
    Object.assign(this, { map, onChange, onMode, kind: "area", rings: [[]], ring: 0, other: null, radius: 100, mode: "none", held: null, moving: null });
    this.show = addZone(map, "drawn", { colour: colours.accent });
    map.addSource("handles", { type: "geojson", data: nothing });
    map.addLayer({ id: "handles", type: "circle", source: "handles", paint: {
      "circle-radius": ["match", ["get", "role"], "middle", 4.5, 7], "circle-color": ["match", ["get", "role"], "middle", colours.accent, colours.rim],
      "circle-opacity": ["match", ["get", "role"], "middle", 0.55, 1], "circle-stroke-color": colours.accent, "circle-stroke-width": ["match", ["get", "role"], "middle", 0, 2.4] } });
    this.#listen();
  }

  /** The ring that is drawn: 0 is the border, any other one a hole. */
  get ways() { return this.rings[this.ring]; }

  /** A shape from the form. What has several parts or too many corners is shown, not dragged. */
  load({ kind, geometry, radius }) {
    Object.assign(this, { kind, radius, other: null, rings: [[]], ring: 0, moving: null });
    if (geometry?.type === "Polygon") this.rings = geometry.coordinates.map((ring) => ring.slice(0, -1));
    else if (geometry?.type === "LineString") this.rings = [geometry.coordinates.slice()];
    else if (geometry?.type === "Point") this.rings = [[geometry.coordinates]];
    else this.other = geometry ?? null;
    if (this.rings.flat().length > MOST_HANDLES) [this.other, this.rings] = [geometry, [[]]];
    this.#turn(this.other ? "large" : this.ways.length ? "edit" : "draw");
    this.#draw();
  }

  begin(kind) {
    Object.assign(this, { kind, rings: [[]], ring: 0, other: null, moving: null });
    this.#turn("draw");
    this.#draw();
  }

  /** The next clicks are corners of a hole. */
  beginHole() {
    if (this.mode !== "edit" || this.kind !== "area") return;
    this.ring = this.rings.push([]) - 1;
    this.#turn("draw");
    this.#draw();
  }

  removeHole() {
    if (this.mode === "edit" && this.rings.length > 1) { this.rings.pop(); this.#turn("edit"); this.#changed(); }
  }

  /** Begins anew; a hole that was begun is given up. */
  cancel() {
    if (!this.ring) return this.begin(this.kind);
    this.rings.pop();
    this.moving = null;
    this.#rest();
    this.#draw();
  }

  get geometry() {
    if (this.other) return this.other;
    const drawn = this.mode === "draw" && this.moving && this.kind !== "circle" ? [...this.ways, this.moving] : this.ways;
    const rings = this.rings.map((ring, number) => (number === this.ring ? drawn : ring));
    if (!rings[0].length) return null;
    if (this.kind === "circle") return { type: "Point", coordinates: rings[0][0] };
    if (rings[0].length < 2) return null;
    if (this.kind === "corridor" || rings[0].length < 3) return line(rings[0]);
    const begun = this.ring && drawn.length < 3 ? drawn : [];
    const whole = polygon(rings.filter((ring) => ring.length > 2));
    return begun.length > 1 ? { type: "GeometryCollection", geometries: [whole, line(begun)] } : whole;
  }

  setRadius(radius) { this.radius = radius; this.#draw(); }

  finish() {
    if (this.mode !== "draw" || this.ways.length < LEAST[this.kind]) return;
    this.moving = null;
    this.#rest();
    this.#changed();
  }

  undo() {
    if (this.mode === "draw") this.ways.pop();
    this.#turn(this.mode);
    this.#draw();
  }

  /** With the keyboard: the map is moved, the point is set in its middle. */
  put() { this.#click({ lngLat: this.map.getCenter(), originalEvent: { detail: 1 } }); }

  #rest() { this.ring = 0; this.#turn("edit"); }

  #turn(mode) {
    this.mode = mode;
    this.map.getCanvas().style.cursor = mode === "draw" ? "crosshair" : "";
    this.map.doubleClickZoom[mode === "draw" ? "disable" : "enable"]();
    this.onMode(mode, this.ways.length, { holes: this.rings.length - 1, isHole: this.ring > 0 });
  }

  #changed() { this.#draw(); this.onChange({ kind: this.kind, rings: this.rings, radius: this.radius }); }

  #draw() {
    this.show({ kind: this.kind === "corridor" || this.geometry?.type !== "LineString" ? this.kind : "area", geometry: this.geometry, radius: this.radius });
    this.map.getSource("handles").setData(collection(this.rings.flatMap((ring, number) => this.#handles(ring, number))));
  }

  #handles(ring, number) {
    const made = ring.map((at, index) => feature("Point", at, { role: "corner", ring: number, index }));
    if (this.mode !== "edit") return made;
    if (this.kind === "circle") return [...made, feature("Point", this.#edge(), { role: "edge", ring: 0, index: 0 })];
    const pairs = this.kind === "area" ? ring.length : ring.length - 1;
    for (let i = 0; i < pairs; i++) {
      const [a, b] = [ring[i], ring[(i + 1) % ring.length]];
      made.push(feature("Point", [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], { role: "middle", ring: number, index: i + 1 }));
    }
    return made;
  }

  #edge() {
    const [lon, lat] = this.rings[0][0];
    return [lon + this.radius / (111320 * Math.cos((lat * Math.PI) / 180)), lat];
  }

  #metres(to) {
    const [lon, lat] = this.rings[0][0];
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
    map.on("move", () => document.activeElement === map.getCanvas() && !this.held && this.#move({ lngLat: map.getCenter(), point: map.project(map.getCenter()) }));
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
    this.rings[this.held.ring].splice(this.held.index, 0, [event.lngLat.lng, event.lngLat.lat]);
    this.held.role = "corner";
  }

  #drag(to) {
    if (this.held.role === "edge") this.radius = this.#metres(to);
    else this.rings[this.held.ring][this.held.index] = [to.lng, to.lat];
    this.#draw();
  }

  #let() {
    if (!this.held) return;
    this.held = null;
    this.#changed();
  }

  /** A corner; with one of the last three of a hole, the hole. */
  #remove(event) {
    const hit = this.mode === "edit" ? this.#hit(event.point) : null;
    if (hit?.properties.role !== "corner") return;
    const { ring, index } = hit.properties;
    if (this.rings[ring].length > LEAST[this.kind]) this.rings[ring].splice(index, 1);
    else if (ring) this.rings.splice(ring, 1);
    else return;
    event.preventDefault();
    this.#turn("edit");
    this.#changed();
  }
}
