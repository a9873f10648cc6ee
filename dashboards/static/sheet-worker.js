// Paints the sheet over the map (sheet.js): people, cells with their numbers, and the ring around the chosen one.

import { circle, stamp } from "/static/raster.js";

const CROWDED = 4000; // from so many on, points are smaller: what counts is where they are dense
const BREACH = 3;
const FACE = new FontFace("Inter Variable", "url(/vendor/inter-latin-wght-normal.woff2)", { weight: "100 900" });
const canvas = new OffscreenCanvas(1, 1);
const pen = canvas.getContext("2d");
const scene = { points: new Int32Array(0), counts: [0, 0, 0, 0], cells: [], chosen: null, glow: 0.2, number: 0 };
let image = new ImageData(1, 1);

onmessage = ({ data }) => {
  Object.assign(scene, data);
  paint(data.view);
  const bitmap = canvas.transferToImageBitmap();
  postMessage({ bitmap, view: data.view, number: scene.number }, [bitmap]);
};
FACE.load().then((loaded) => fonts.add(loaded), () => null).then(() => postMessage(null)); // ready, if need be without it

function paint({ x, y, width, height, zoom, ratio, scale }) {
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)]; // and empty
  if (scene.points.length) paintPeople({ x, y, scale: scale * ratio }, zoom, ratio);
  pen.scale(ratio, ratio);
  const place = (one) => [(one.x - x) * scale, (one.y - y) * scale];
  for (const cell of scene.cells) paintCell(cell, ...place(cell));
  if (scene.chosen) ring(...place(scene.chosen), between(zoom, 9, 17), scene.inks.accent);
}

function paintPeople(view, zoom, ratio) {
  if (image.width !== canvas.width || image.height !== canvas.height) image = new ImageData(canvas.width, canvas.height);
  const { points, counts, glow } = scene;
  const board = { pixels: new Int32Array(image.data.buffer), width: image.width, height: image.height };
  const isCrowded = points.length / 3 > CROWDED;
  const [radius, width] = isCrowded ? [between(zoom, 2, 5), 0.7] : [between(zoom, 3.4, 9.5), 1.5];
  board.pixels.fill(0);
  stamp(board, halos(between(zoom, 9, 26) * ratio, glow), points.subarray(points.length - 3 * counts[BREACH]), view);
  stamp(board, circles((radius + width) * ratio, width * ratio), points, view);
  pen.putImageData(image, 0, 0);
}

/** By state; the silent are hollow. */
function circles(radius, width) {
  const { order, battery, silent, breach, rim } = scene.inks;
  const inks = [[order, rim], [battery, rim], [rim, silent], [breach, rim]];
  return inks.map(([fill, edge]) => circle({ radius, width, fill: rgba(fill), rim: rgba(edge) }));
}

function halos(radius, glow) {
  const made = scene.counts[BREACH] ? circle({ radius, width: 0, fill: rgba(scene.inks.breach, glow), rim: rgba(scene.inks.breach, 0) }) : null;
  return [null, null, null, made];
}

/** How many there are in a cell, ringed by the gravest state, and how many of these. */
function paintCell({ name, graver, state, radius }, left, top) {
  const { inks } = scene;
  pen.beginPath();
  pen.arc(left, top, radius, 0, 2 * Math.PI);
  pen.globalAlpha = 0.92;
  pen.fillStyle = inks.rim;
  pen.fill();
  pen.globalAlpha = 1;
  ring(left, top, radius, inks[state]);
  write(name, 12, inks.ink, left, graver ? top - 6 : top);
  if (graver) write(graver, 10, inks[state], left, top + 7);
}

function write(text, size, ink, left, top) {
  pen.font = `${size}px "Inter Variable", sans-serif`;
  [pen.textAlign, pen.textBaseline, pen.fillStyle] = ["center", "middle", ink];
  pen.fillText(text, left, top);
}

/** Around a circle of this radius. */
function ring(left, top, radius, ink) {
  pen.beginPath();
  pen.arc(left, top, radius + 1.3, 0, 2 * Math.PI);
  [pen.lineWidth, pen.strokeStyle] = [2.6, ink];
  pen.stroke();
}

/** Small from afar, large from near. */
function between(zoom, small, large) {
  const share = Math.max(0, Math.min(1, (zoom - 7) / 9));
  return small + (large - small) * share;
}

const rgba = (colour, opacity = 1) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)).concat(255 * opacity);
