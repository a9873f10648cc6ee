// Everybody on the map: names and states from the snapshot, positions from binary frames (tracking.wire.positions).

const HEADER = 8;
const ROW = 32;
const LOW_BATTERY = 20;
const ORDER = { breach: 3, silent: 2, battery: 1, order: 0 };

export class People {
  constructor() {
    this.all = new Map();
    this.newest = 0;
  }

  /** The snapshot says who is there; positions that are known stay. */
  begin(watched) {
    const before = this.all;
    this.all = new Map();
    for (const person of watched) {
      this.all.set(person.id, { ...before.get(person.id), ...person, contact: Date.parse(person.contact_at) || 0 });
    }
  }

  /** News of how people stand. */
  stand(states) {
    for (const [id, state] of Object.entries(states)) {
      const person = this.all.get(Number(id));
      if (person) person.state = state;
    }
  }

  /** Reads a frame of positions. */
  move(buffer) {
    const view = new DataView(buffer);
    const count = view.getUint32(4, true);
    for (let i = 0, at = HEADER; i < count; i++, at += ROW) {
      const person = this.all.get(view.getUint32(at + 8, true));
      if (person) this.place(person, view, at);
    }
  }

  /** A row of a frame says where somebody is. */
  place(person, view, at) {
    const taken = view.getFloat64(at, true);
    if (taken < (person.taken ?? 0)) return;
    person.taken = taken;
    person.contact = Math.max(person.contact, taken);
    person.lon = view.getInt32(at + 12, true) / 1e7;
    person.lat = view.getInt32(at + 16, true) / 1e7;
    person.accuracy = view.getFloat32(at + 20, true);
    person.speed = view.getFloat32(at + 24, true);
    person.battery = view.getUint8(at + 30);
    this.newest = Math.max(this.newest, taken);
  }

  /** Somebody of whom only the place is known; returns what is known. */
  meet(id, state) {
    if (!this.all.has(id)) this.all.set(id, { id, name: "", number: "", contact: 0 });
    return Object.assign(this.all.get(id), { state });
  }

  /** Forgets all for whom `isKept` does not speak. */
  keep(isKept) {
    for (const [id, person] of this.all) if (!isKept(person)) this.all.delete(id);
  }

  get(id) {
    return this.all.get(id);
  }

  /** The word that is shown: what the platform says, and a battery that is low before it is a breach. */
  state(person) {
    if (person.state === "order" && person.battery <= LOW_BATTERY) return "battery";
    return person.state;
  }

  counts() {
    const counts = { breach: 0, silent: 0, battery: 0, order: 0 };
    for (const person of this.all.values()) counts[this.state(person)] += 1;
    return counts;
  }

  find(words) {
    const wanted = fold(words).split(/\s+/).filter(Boolean);
    const found = [];
    for (const person of this.all.values()) {
      person.folded ??= fold(`${person.name} ${person.number}`);
      if (wanted.every((word) => person.folded.includes(word))) found.push(person);
    }
    return found.slice(0, 8);
  }

  features(only) {
    const features = [];
    for (const person of this.all.values()) {
      if (person.lon === undefined) continue;
      const state = this.state(person);
      if (only && only !== state) continue;
      features.push({
        type: "Feature",
        id: person.id,
        geometry: { type: "Point", coordinates: [person.lon, person.lat] },
        properties: { id: person.id, name: person.name, state, order: ORDER[state] },
      });
    }
    return { type: "FeatureCollection", features };
  }
}

const fold = (text) => text.toLowerCase().replace(/[ʻʼ‘’'`]/g, "");
