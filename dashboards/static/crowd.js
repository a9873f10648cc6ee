// More people than can be named: cells with counts from afar, people of a tile from near (dashboards/map/tiles.py).

import { STATES, WORLD } from "/static/people.js";

const HEADER = 16;
const CELL = 24;
const PERSON = 32; // as tracking/wire/positions.py has it
const SIDE = 4; // a tile has 2^4 cells a side

/** What a frame carries: "EP" positions, "EC" cells, "ET" people of a tile. */
export const kind = (buffer) => String.fromCharCode(...new Uint8Array(buffer, 0, 2));

export class Crowd {
  constructor() {
    this.cells = new Map();
    this.zoom = null;
    this.counts = null;
    this.isDrawn = false;
  }

  /** Cells that changed; the first of another zoom replace all others. */
  count(buffer) {
    const view = new DataView(buffer);
    const head = header(view);
    this.isDrawn = false;
    if (head.zoom !== this.zoom) this.clear(head.zoom);
    if (head.isWhole) {
      for (const [key, { x, y }] of this.cells) if (x >> SIDE === head.x && y >> SIDE === head.y) this.cells.delete(key);
    }
    for (let i = 0, at = HEADER; i < head.count; i++, at += CELL) {
      const [x, y] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
      const counts = STATES.map((_, state) => view.getUint32(at + 8 + 4 * state, true));
      const key = y * 65536 + x;
      if (!counts.some(Boolean)) this.cells.delete(key);
      else this.cells.set(key, { x, y, counts, place: [x + inner(view.getUint8(at + 4)), y + inner(view.getUint8(at + 5))] });
    }
  }

  clear(zoom = null) {
    if (this.cells.size) this.isDrawn = false;
    this.cells.clear();
    this.zoom = zoom;
  }

  /** What to paint, those with most people last: steps of the world, radius in pixels, and what to write. */
  list(only) {
    const [wanted, step] = [STATES.indexOf(only), WORLD / side(this.zoom)];
    const found = [];
    for (const { counts, place: [x, y] } of this.cells.values()) {
      const people = only ? counts[wanted] : counts.reduce((sum, n) => sum + n, 0);
      if (!people) continue;
      const worst = only ? wanted : counts.findLastIndex(Boolean);
      const graver = !only && worst ? counts[worst].toLocaleString("ru") : "";
      found.push({ x: x * step, y: y * step, people, radius: radius(people), name: people.toLocaleString("ru"), graver, state: STATES[worst] });
    }
    return found.sort((a, b) => a.people - b.people);
  }
}

/** The cell on top at a place, x and y in steps of the world; `step`: how many a pixel covers. */
export const cellAt = (cells, [x, y], step) => cells.findLast((cell) => Math.hypot(cell.x - x, cell.y - y) <= cell.radius * step);

/** 12 pixels for one, 19 for a hundred, 29 for a hundred thousand. */
function radius(people) {
  const tens = Math.log10(people);
  return tens < 2 ? 12 + 3.5 * tens : Math.min(29, 19 + (10 / 3) * (tens - 2));
}

/** The people of a tile, as `People.move` takes them. */
export function listed(buffer) {
  const { count } = header(new DataView(buffer));
  return [buffer, HEADER, new Uint8Array(buffer, HEADER + PERSON * count, count)];
}

/** Half-way between the middle of the cell and its people: circles of neighbours hardly meet. */
const inner = (sixteenths) => 0.25 + sixteenths / 32;

function header(view) {
  return { zoom: view.getUint8(3), count: view.getUint32(4, true), x: view.getUint16(8, true), y: view.getUint16(10, true), isWhole: view.getUint8(12) === 1 };
}

/** Back from steps of the world to degrees. */
export const degrees = ({ x, y }) => [(x / WORLD - 0.5) * 360, (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / WORLD))) * 180) / Math.PI];

/** Cells around the world. */
const side = (zoom) => 2 ** (zoom + 3);
