// Everybody on the map in columns, a row a person: a frame is read where it lies, and nothing is made for a place.

const ROW = 32; // bytes of a place (tracking/wire/positions.py)
const LOW_BATTERY = 20;
export const WORLD = 2 ** 31; // steps around the world: 2 cm
export const STATES = ["order", "battery", "silent", "breach"]; // by gravity; a state's place is its number on the wire
const COLUMNS = {
  id: Uint32Array, taken: Float64Array, lon: Int32Array, lat: Int32Array, x: Int32Array, y: Int32Array,
  accuracy: Float32Array, speed: Float32Array, battery: Uint8Array, state: Uint8Array,
};

export class People {
  constructor() {
    this.size = 0;
    this.newest = 0;
    this.rows = new Map(); // id → row
    this.known = new Map(); // id → name, number, time of the last contact: of those who are named
    for (const [name, Column] of Object.entries(COLUMNS)) this[name] = new Column(1024);
  }

  /** The snapshot says who is there; positions that are known stay. */
  begin(watched) {
    const kept = new Set(watched.map(({ id }) => id));
    this.keep((row) => kept.has(this.id[row]));
    this.known.clear();
    for (const { id, name, number, state, contact_at } of watched) {
      const row = this.row(id); // may widen the columns
      this.state[row] = STATES.indexOf(state);
      this.known.set(id, { id, name, number, contact: Date.parse(contact_at) || 0 });
    }
  }

  /** News of how people stand. */
  stand(states) {
    for (const [id, state] of Object.entries(states)) {
      const row = this.rows.get(Number(id));
      if (row !== undefined) this.state[row] = STATES.indexOf(state);
    }
  }

  /** Reads places from byte `at` of a frame; those of a crowd bring their states along, others must be known. */
  move(buffer, at, states = null) {
    const count = new DataView(buffer).getUint32(4, true);
    const [f8, f4] = [new Float64Array(buffer, at, count * 4), new Float32Array(buffer, at, count * 8)];
    const [i4, u4] = [new Int32Array(buffer, at, count * 8), new Uint32Array(buffer, at, count * 8)];
    const bytes = new Uint8Array(buffer, at, count * ROW);
    for (let i = 0, word = 0; i < count; i++, word += 8) {
      let row = this.rows.get(u4[word + 2]);
      if (row === undefined && !states) continue;
      row ??= this.row(u4[word + 2]);
      if (states) this.state[row] = states[i];
      if (f8[i * 4] < this.taken[row]) continue;
      this.taken[row] = f8[i * 4];
      this.place(row, i4[word + 3], i4[word + 4]);
      this.accuracy[row] = f4[word + 5];
      this.speed[row] = f4[word + 6];
      this.battery[row] = bytes[i * ROW + 30];
      if (this.taken[row] > this.newest) this.newest = this.taken[row];
    }
  }

  /** Degrees of 1e-7, and where that is in Web Mercator. */
  place(row, lon, lat) {
    if (this.lon[row] === lon && this.lat[row] === lat && this.x[row]) return;
    this.lon[row] = lon;
    this.lat[row] = lat;
    [this.x[row], this.y[row]] = world(lon / 1e7, lat / 1e7);
  }

  /** The row of somebody, made if there is none. */
  row(id) {
    let row = this.rows.get(id);
    if (row !== undefined) return row;
    row = this.size++;
    if (row === this.id.length) this.widen();
    for (const name of Object.keys(COLUMNS)) this[name][row] = 0;
    this.rows.set(id, row);
    this.id[row] = id;
    this.battery[row] = 255;
    return row;
  }

  widen() {
    for (const [name, Column] of Object.entries(COLUMNS)) {
      const wider = new Column(2 * this[name].length);
      wider.set(this[name]);
      this[name] = wider;
    }
  }

  /** Somebody of a crowd who is asked for by name. */
  meet({ id, name, number, state, contact_at }, last) {
    const row = this.row(id);
    this.state[row] = STATES.indexOf(state);
    this.known.set(id, { id, name, number, contact: Date.parse(contact_at) || 0 });
    if (!last || this.taken[row]) return;
    this.taken[row] = Date.parse(last.taken_at);
    this.accuracy[row] = last.accuracy_m;
    this.place(row, Math.round(last.lon * 1e7), Math.round(last.lat * 1e7));
  }

  /** Their device was heard, whether it told a place or not. */
  hear(id, contact) {
    const known = this.known.get(id);
    if (known) known.contact = Math.max(known.contact, contact);
  }

  /** Forgets all for whom `isKept` does not speak. */
  keep(isKept) {
    let size = 0;
    for (let row = 0; row < this.size; row++) {
      if (isKept(row)) {
        if (size !== row) for (const name of Object.keys(COLUMNS)) this[name][size] = this[name][row];
        this.rows.set(this.id[size], size);
        size += 1;
      } else {
        this.rows.delete(this.id[row]);
        this.known.delete(this.id[row]);
      }
    }
    this.size = size;
  }

  /** What is known of one person. */
  get(id) {
    const row = this.rows.get(id);
    if (row === undefined) return undefined;
    const found = { id, name: "", number: "", contact: 0, ...this.known.get(id), state: this.shown(row) };
    if (!this.taken[row]) return found;
    const [taken, accuracy, speed, battery] = [this.taken[row], this.accuracy[row], this.speed[row], this.battery[row]];
    return { ...found, taken, accuracy, speed, battery, lon: this.lon[row] / 1e7, lat: this.lat[row] / 1e7, contact: Math.max(found.contact, taken) };
  }

  /** The number of what is shown: what the platform says, and a battery that is low before it is a breach. */
  number(row) {
    return this.state[row] === 0 && this.battery[row] <= LOW_BATTERY ? 1 : this.state[row];
  }

  shown(row) {
    return STATES[this.number(row)];
  }

  counts() {
    const counts = [0, 0, 0, 0];
    for (let row = 0; row < this.size; row++) counts[this.number(row)] += 1;
    return Object.fromEntries(STATES.map((state, i) => [state, counts[i]]));
  }

  find(words) {
    const wanted = fold(words).split(/\s+/).filter(Boolean);
    const found = [];
    for (const person of this.known.values()) {
      person.folded ??= fold(`${person.name} ${person.number}`);
      if (wanted.every((word) => person.folded.includes(word))) found.push(this.get(person.id));
      if (found.length === 8) break;
    }
    return found;
  }

  /** Whom to draw, the gravest last: x, y and state of each; and how many of each state there are. */
  pack(only) {
    const wanted = only ? STATES.indexOf(only) : -1;
    const counts = [0, 0, 0, 0];
    const isDrawn = (row, state) => this.taken[row] && (wanted < 0 || wanted === state);
    for (let row = 0; row < this.size; row++) {
      const state = this.number(row);
      if (isDrawn(row, state)) counts[state] += 1;
    }
    const next = counts.map((_, state) => 3 * counts.slice(0, state).reduce((sum, n) => sum + n, 0));
    const points = new Int32Array(next[3] + 3 * counts[3]);
    for (let row = 0; row < this.size; row++) {
      const state = this.number(row);
      if (!isDrawn(row, state)) continue;
      points[next[state]++] = this.x[row];
      points[next[state]++] = this.y[row];
      points[next[state]++] = state;
    }
    return { points, counts };
  }

  /** Who lies nearest to a place, at most `most` steps of the world away. */
  near({ lng, lat }, most, only) {
    const [x, y] = world(lng, lat);
    let [found, least] = [null, most * most];
    for (let row = 0; row < this.size; row++) {
      const away = (this.x[row] - x) ** 2 + (this.y[row] - y) ** 2;
      if (away <= least && this.taken[row] && (!only || only === this.shown(row))) [found, least] = [this.id[row], away];
    }
    return found;
  }

  /** Names to write beside those who have one, within these bounds. */
  names(bounds, only) {
    const features = [];
    for (const { id, name } of this.known.values()) {
      const row = this.rows.get(id);
      if (row === undefined || !this.taken[row] || (only && only !== this.shown(row))) continue;
      const coordinates = [this.lon[row] / 1e7, this.lat[row] / 1e7];
      if (bounds.contains(coordinates)) features.push({ type: "Feature", geometry: { type: "Point", coordinates }, properties: { name, order: this.number(row) } });
    }
    return { type: "FeatureCollection", features };
  }

  /** Where everybody is, as corners of a box: [[west, south], [east, north]]. */
  box() {
    const box = [[181, 91], [-181, -91]];
    for (let row = 0; row < this.size; row++) {
      if (!this.taken[row]) continue;
      [this.lon[row] / 1e7, this.lat[row] / 1e7].forEach((degrees, i) => {
        box[0][i] = Math.min(box[0][i], degrees);
        box[1][i] = Math.max(box[1][i], degrees);
      });
    }
    return box[0][0] > 180 ? null : box;
  }

  has(row, bounds) {
    return this.taken[row] && bounds.contains([this.lon[row] / 1e7, this.lat[row] / 1e7]);
  }
}

/** Where degrees lie in Web Mercator, in steps from the west and from the north. */
export function world(lon, lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [(lon / 360 + 0.5) * WORLD, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD];
}

/** Steps of the world that so many pixels cover. */
export const steps = (pixels, zoom) => (pixels / (512 * 2 ** zoom)) * WORLD;

const fold = (text) => text.toLowerCase().replace(/[ʻʼ‘’'`]/g, "");
