// The sheet over the map: who and what moves is painted here by a worker, and the map below is not drawn anew for it.

import { WORLD, world } from "/static/people.js";

const MARGIN = 96; // pixels around the view that are painted too: what a drag brings into sight
const [MULTITUDE, PACE_MS] = [4000, 300]; // so many are painted anew so seldom while the map is dragged
const TILE = 512; // of the whole world, pixels at zoom 0

export class Sheet {
  /** `onShown(number)`: the points told with this number are on the screen. */
  constructor(map, inks, onShown) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "map-sheet"; // at the corner of the map, and takes no clicks
    Object.assign(this.canvas.style, { position: "absolute", left: 0, top: 0, pointerEvents: "none", transformOrigin: "0 0" });
    this.canvas.setAttribute("aria-hidden", "true");
    map.getCanvasContainer().append(this.canvas);
    this.screen = this.canvas.getContext("bitmaprenderer");
    this.worker = new Worker("/static/sheet-worker.js", { type: "module" });
    this.worker.onmessage = ({ data }) => { if (data) this.show(data); this.free(); };
    this.worker.onerror = () => this.free();
    Object.assign(this, { map, onShown, news: { inks }, painted: null, people: 0, asked: 0 });
    [this.isBusy, this.isWanted] = [true, false]; // until the worker is ready
    map.on("render", () => this.follow());
    map.on("moveend", () => this.ask());
  }

  /** Any of: points, counts and number; cells; chosen; glow. What is not said stays as it was. */
  tell(news) {
    Object.assign(this.news, news);
    if (news.points) this.people = news.points.length / 3;
    this.ask();
  }

  /** One picture at a time; what is told meanwhile goes into the next. */
  ask() {
    this.isWanted = this.isBusy;
    if (this.isBusy) return;
    [this.isBusy, this.asked] = [true, performance.now()];
    this.worker.postMessage({ ...this.news, view: this.view() }, this.news.points ? [this.news.points.buffer] : []);
    this.news = {};
  }

  show({ bitmap, view, number }) {
    this.canvas.style.width = `${view.width}px`;
    this.canvas.style.height = `${view.height}px`;
    if (this.canvas.width !== bitmap.width) this.canvas.width = bitmap.width;
    if (this.canvas.height !== bitmap.height) this.canvas.height = bitmap.height;
    this.screen.transferFromImageBitmap(bitmap);
    this.painted = view;
    this.place(this.view());
    this.onShown(number);
  }

  free() {
    this.isBusy = false;
    if (this.isWanted) this.ask();
  }

  /** The last picture moves along with the map at once; the next one follows. */
  follow() {
    const [view, painted] = [this.view(), this.painted];
    if (!painted || !Object.keys(view).some((key) => view[key] !== painted[key])) return;
    this.place(view);
    if (this.people < MULTITUDE || performance.now() - this.asked > PACE_MS) this.ask();
  }

  place(view) {
    const { painted } = this;
    const [left, top] = [(painted.x - view.x) * view.scale - MARGIN, (painted.y - view.y) * view.scale - MARGIN];
    this.canvas.style.transform = `translate(${left}px, ${top}px) scale(${view.scale / painted.scale})`;
  }

  /** What is to be painted: its corner in steps of the world, its pixels a step, its size in pixels of the page. */
  view() {
    const [zoom, centre] = [this.map.getZoom(), this.map.getCenter()];
    const scale = (TILE * 2 ** zoom) / WORLD;
    const [x, y] = world(centre.lng, centre.lat);
    const middle = this.map.project(centre);
    const { clientWidth, clientHeight } = this.map.getContainer();
    return {
      x: x - (middle.x + MARGIN) / scale, y: y - (middle.y + MARGIN) / scale, scale, zoom, ratio: this.map.getPixelRatio(),
      width: clientWidth + 2 * MARGIN, height: clientHeight + 2 * MARGIN,
    };
  }
}
