// Playback: one slider moves everybody; lines between fixes are no roads, gaps are dotted, circles say how sure.

import { colours, isStill, nothing, openMap } from "/static/basemap.js";
import { addZones, box, disc } from "/static/layers.js";
import { clock, wall } from "/static/texts.js";

const [GAP_MS, MINUTE_MS] = [300_000, 60_000];
const at = (id) => document.getElementById(id);
const { tracks, zones, since, until } = JSON.parse(at("playback-data").textContent);
const [container, slider, time, play, speed] = ["playback-map", "slider", "time", "play", "speed"].map(at);
const INKS = [colours.accent, colours.battery, colours.order, colours.silent, colours.zone, colours.ink];
const ink = (track, i) => (track.is_disputed ? colours.breach : INKS[i % INKS.length]);
const collection = (features) => ({ type: "FeatureCollection", features });

/** Lines between neighbours, those over a gap apart. */
function ways() {
  const made = [];
  tracks.forEach((track, i) => {
    let line = [];
    const end = () => { if (line.length > 1) made.push(way(line, ink(track, i), false)); line = []; };
    track.fixes.forEach((fix, n) => {
      const before = track.fixes[n - 1];
      if (before && fix[0] - before[0] > GAP_MS) {
        end();
        made.push(way([before.slice(1, 3), fix.slice(1, 3)], ink(track, i), true));
      }
      line.push(fix.slice(1, 3));
    });
    end();
  });
  return collection(made);
}

const way = (coordinates, colour, is_gap) => ({ type: "Feature", properties: { colour, is_gap }, geometry: { type: "LineString", coordinates } });

/** The last fix not after a moment. */
function last(fixes, now) {
  let [low, high] = [0, fixes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fixes[middle][0] <= now) low = middle + 1;
    else high = middle;
  }
  return fixes[low - 1];
}

function show(map, now) {
  const found = tracks.map((track, i) => ({ track, colour: ink(track, i), fix: last(track.fixes, now) })).filter(({ fix }) => fix);
  map.getSource("now").setData(collection(found.map(({ track, colour, fix }) => ({
    type: "Feature", geometry: { type: "Point", coordinates: fix.slice(1, 3) },
    properties: { colour, name: `${track.name}, ${clock(fix[0])}`, is_old: now - fix[0] > GAP_MS },
  }))));
  map.getSource("doubt").setData(collection(found.filter(({ fix }) => fix[3] > 0).map(({ colour, fix }) => disc(fix[1], fix[2], fix[3], { colour }))));
  time.textContent = clock(now);
  slider.setAttribute("aria-valuetext", clock(now));
}

function addLayers(map) {
  addZones(map);
  map.getSource("zones").setData(zones);
  for (const name of ["ways", "doubt", "now"]) map.addSource(name, { type: "geojson", data: nothing });
  const colour = ["get", "colour"];
  map.addLayer({ id: "way", type: "line", source: "ways", filter: ["!", ["get", "is_gap"]], paint: { "line-color": colour, "line-width": 2.4, "line-opacity": 0.75 } });
  map.addLayer({ id: "gap", type: "line", source: "ways", filter: ["get", "is_gap"], layout: { "line-cap": "round" }, paint: { "line-color": colours.ink, "line-width": 2, "line-dasharray": [0.1, 2.5], "line-opacity": 0.7 } });
  map.addLayer({ id: "doubt", type: "fill", source: "doubt", paint: { "fill-color": colour, "fill-opacity": 0.16 } });
  map.addLayer({ id: "doubt-edge", type: "line", source: "doubt", paint: { "line-color": colour } });
  map.addLayer({ id: "now", type: "circle", source: "now", paint: { "circle-radius": 7, "circle-stroke-width": 2, "circle-stroke-color": ["case", ["get", "is_old"], colour, colours.rim], "circle-color": ["case", ["get", "is_old"], colours.rim, colour] } });
  map.addLayer({ id: "now-name", type: "symbol", source: "now", layout: { "text-field": ["get", "name"], "text-font": ["Inter Variable"], "text-size": 12, "text-anchor": "left", "text-offset": [0.9, 0] }, paint: { "text-color": colours.ink, "text-halo-color": colours.halo, "text-halo-width": 1.6 } });
  map.getSource("ways").setData(ways());
}

function listen(map) {
  let [before, isPlaying] = [0, false];
  const press = (wanted) => {
    isPlaying = wanted;
    play.setAttribute("aria-pressed", String(wanted));
    [...play.children].forEach((word, i) => { word.hidden = wanted === (i === 0); });
    if (wanted && Number(slider.value) >= until) slider.value = since;
    before = 0;
    if (wanted) requestAnimationFrame(step);
  };
  const step = (now) => {
    if (!isPlaying) return;
    if (before && (now - before > 200 || !isStill)) slider.value = Number(slider.value) + (now - before) * Number(speed.value);
    before = now;
    show(map, Number(slider.value));
    if (Number(slider.value) >= until) press(false);
    else requestAnimationFrame(step);
  };
  slider.addEventListener("input", () => show(map, Number(slider.value)));
  play.addEventListener("click", () => press(!isPlaying));
  slider.addEventListener("keydown", (event) => {
    const jump = { ArrowLeft: -60_000, ArrowRight: 60_000, ArrowDown: -60_000, ArrowUp: 60_000, PageDown: -3_600_000, PageUp: 3_600_000 }[event.key];
    if (event.key === " ") press(!isPlaying);
    else if (jump) slider.value = Number(slider.value) + jump;
    else return;
    event.preventDefault();
    show(map, Number(slider.value));
  });
}

/** The moment of the slider begins or ends what is asked for: the period above, and the evidence for a court. */
function mark(end) {
  const minute = (end === "from" ? Math.floor : Math.ceil)(Number(slider.value) / MINUTE_MS) * MINUTE_MS;
  at("period").elements.namedItem(end).value = wall(minute);
  const link = at("to-evidence");
  if (!link) return;
  const asked = new URL(link.href);
  asked.searchParams.set(end, wall(minute));
  link.href = asked;
}

const map = await openMap(container, { scrollZoom: false });
addLayers(map);
listen(map);
const points = tracks.flatMap((track) => track.fixes.map((fix) => fix.slice(1, 3)));
const bounds = box(points.length ? { features: [] } : zones, points);
if (bounds) map.fitBounds(bounds, { padding: 60, maxZoom: 16, animate: false });
const first = tracks.flatMap((track) => track.fixes.slice(0, 1)).map((fix) => fix[0]);
slider.value = first.length ? Math.min(...first) : since;
show(map, Number(slider.value));
at("controls").hidden = false;
for (const button of at("marks").querySelectorAll("button")) {
  button.hidden = false;
  button.addEventListener("click", () => mark(button.dataset.mark));
}
container.dataset.ready = "yes";
