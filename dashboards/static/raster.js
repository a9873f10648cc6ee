// Circles put onto pixels by the processor: where there is no graphics card, far quicker than WebGL; no state, no page.

const OPAQUE = -1; // an opacity of 255, in the high byte of a signed word
const PHASES = 4; // places within a pixel, each way: who moves slowly does not jump

/** A circle of `radius` pixels, its rim of `width` included; `fill` and `rim` are [red, green, blue, opacity], each 0–255. */
export function circle({ radius, width, fill, rim }) {
  const side = Math.ceil(2 * radius) + 1;
  const sprites = [];
  for (let phase = 0; phase < PHASES ** 2; phase++) {
    const [x, y] = [radius + (phase % PHASES) / PHASES, radius + Math.floor(phase / PHASES) / PHASES];
    const inks = Int32Array.from({ length: side ** 2 }, (_, i) => {
      const inside = radius - Math.hypot((i % side) + 0.5 - x, Math.floor(i / side) + 0.5 - y);
      return ink(fill, rim, part(inside - width + 0.5), part(inside));
    });
    sprites.push({ inks, ...spans(inks, side) });
  }
  return { radius, side, sprites };
}

/** Of each row, where something begins and ends. */
function spans(inks, side) {
  const rows = Array.from({ length: side }, (_, y) => inks.subarray(y * side, (y + 1) * side));
  const isThere = (one) => one >>> 24 > 0;
  return { begins: Int32Array.from(rows, (row) => row.findIndex(isThere)), ends: Int32Array.from(rows, (row) => row.findLastIndex(isThere) + 1) };
}

const part = (value) => Math.max(0, Math.min(1, value));

function ink(fill, rim, share, cover) {
  const [r, g, b, a] = fill.map((one, i) => rim[i] + (one - rim[i]) * share);
  return word(r, g, b, a * cover);
}

/** As ImageData has it: red in the low byte, colours not multiplied by their opacity. */
const word = (r, g, b, a) => ((Math.round(a) << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r));

/** Stamps `points` (x, y and state of each) onto a board of pixels, `circles` by state. `view`: the steps of the world at the
 * board's corner, and its pixels a step. */
export function stamp(board, circles, points, { x, y, scale }) {
  for (let i = 0; i < points.length; i += 3) {
    const { radius, side, sprites } = circles[points[i + 2]];
    const left = Math.round(((points[i] - x) * scale - radius) * PHASES);
    const top = Math.round(((points[i + 1] - y) * scale - radius) * PHASES);
    const [column, row] = [Math.floor(left / PHASES), Math.floor(top / PHASES)];
    if (column <= -side || row <= -side || column >= board.width || row >= board.height) continue;
    put(board, sprites[(top - row * PHASES) * PHASES + left - column * PHASES], side, column, row);
  }
}

function put({ pixels, width, height }, { inks, begins, ends }, side, column, row) {
  const bottom = Math.min(side, height - row);
  for (let y = Math.max(0, -row); y < bottom; y++) {
    const last = Math.min(ends[y], width - column);
    let x = Math.max(begins[y], -column);
    for (let at = (row + y) * width + column + x; x < last; x++, at++) {
      const top = inks[y * side + x];
      if (top >>> 24 === 0) continue;
      const ground = pixels[at];
      pixels[at] = top >> 24 === OPAQUE || ground === 0 ? top : over(top, ground);
    }
  }
}

/** One colour over another, both with their opacity; nearly always the lower one is opaque. */
function over(top, ground) {
  if (ground >> 24 !== OPAQUE) return mixed(top, ground);
  const share = (top >>> 24) + 1;
  const rest = 256 - share;
  const redBlue = (Math.imul(top & 0xff00ff, share) + Math.imul(ground & 0xff00ff, rest)) >>> 8;
  const green = (Math.imul(top & 0xff00, share) + Math.imul(ground & 0xff00, rest)) >>> 8;
  return (OPAQUE << 24) | (redBlue & 0xff00ff) | (green & 0xff00);
}

function mixed(top, ground) {
  const high = top >>> 24;
  const low = ((ground >>> 24) * (255 - high)) / 255;
  const sum = high + low;
  const channel = (shift) => (((top >>> shift) & 255) * high + ((ground >>> shift) & 255) * low) / sum + 0.5;
  return ((sum + 0.5) << 24) | (channel(16) << 16) | (channel(8) << 8) | channel(0);
}
