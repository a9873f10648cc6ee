// What is drawn over the base map: zones, people as circles coloured by state, the chosen one with its accuracy.

import { colours, isStill, nothing } from "/static/basemap.js";
import { Points } from "/static/points.js";

const STATE = ["match", ["get", "state"], "breach", colours.breach, "silent", colours.silent, "battery", colours.battery, colours.order];
const IS_FORBIDDEN = ["==", ["get", "kind"], "exclusion"];
const ZONE = ["case", IS_FORBIDDEN, colours.breach, colours.zone];
const size = (small, large) => ["interpolate", ["linear"], ["zoom"], 7, small, 12, (small + large) / 2, 16, large];

/** Zones below the people: forbidden ones hatched, territories only outlined. */
export function addZones(map) {
  map.addImage("hatch", hatch(colours.breach), { pixelRatio: 2 });
  map.addSource("zones", { type: "geojson", data: nothing, tolerance: 0.02 }); // circles stay round
  map.addLayer({ id: "zone", type: "fill", source: "zones", filter: ["!=", ["get", "kind"], "boundary"],
    paint: { "fill-color": ZONE, "fill-opacity": 0.13 } });
  map.addLayer({ id: "zone-hatch", type: "fill", source: "zones", filter: IS_FORBIDDEN,
    paint: { "fill-pattern": "hatch", "fill-opacity": 0.5 } });
  map.addLayer({ id: "zone-edge", type: "line", source: "zones", filter: ["!=", ["get", "kind"], "boundary"],
    paint: { "line-color": ZONE, "line-width": 1.8 } });
  map.addLayer({ id: "zone-border", type: "line", source: "zones", filter: ["==", ["get", "kind"], "boundary"],
    paint: { "line-color": ZONE, "line-width": 2.2, "line-dasharray": [3, 2] } });
  map.addLayer({ id: "zone-name", type: "symbol", source: "zones", minzoom: 12.5,
    layout: { "text-field": ["get", "name"], "text-font": ["Inter Variable"], "text-size": 12, "text-max-width": 9 },
    paint: { "text-color": ZONE, "text-halo-color": colours.halo, "text-halo-width": 1.6 } });
}

/** Everybody in one draw call, with the chosen one's accuracy below and names above. */
export function addPeople(map, onDrawn) {
  const { order, battery, silent, breach, rim } = colours;
  const points = new Points({ fill: [order, battery, rim, breach], rim: [rim, rim, silent, rim], glows: breach, onDrawn });
  map.addSource("accuracy", { type: "geojson", data: nothing });
  map.addLayer({ id: "accuracy", type: "fill", source: "accuracy", paint: { "fill-color": colours.accent, "fill-opacity": 0.14 } });
  map.addLayer({ id: "accuracy-edge", type: "line", source: "accuracy", paint: { "line-color": colours.accent, "line-width": 1.2 } });
  map.addLayer(points);
  map.addSource("chosen", { type: "geojson", data: nothing });
  map.addLayer({ id: "chosen", type: "circle", source: "chosen",
    paint: { "circle-radius": size(9, 17), "circle-opacity": 0, "circle-color": colours.accent,
      "circle-stroke-color": colours.accent, "circle-stroke-width": 2.6 } });
  map.addSource("people-names", { type: "geojson", data: nothing });
  map.addLayer({ id: "people-name", type: "symbol", source: "people-names",
    layout: { "text-field": ["get", "name"], "text-font": ["Inter Variable"], "text-size": 12, "text-anchor": "top",
      "text-offset": [0, 0.9], "text-optional": true, "symbol-sort-key": ["-", 0, ["get", "order"]] },
    paint: { "text-color": colours.ink, "text-halo-color": colours.halo, "text-halo-width": 1.6 } });
  return points;
}

/** Cells of a crowd: how many, ringed by the gravest state, and how many are in it. */
export function addCrowd(map) {
  map.addSource("crowd", { type: "geojson", data: nothing });
  map.addLayer({ id: "crowd", type: "circle", source: "crowd", layout: { "circle-sort-key": ["get", "order"] },
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["log10", ["get", "people"]], 0, 12, 2, 19, 5, 29],
      "circle-color": colours.rim, "circle-opacity": 0.92, "circle-stroke-color": STATE, "circle-stroke-width": 2.6,
    } });
  map.addLayer({ id: "crowd-name", type: "symbol", source: "crowd",
    layout: {
      "text-field": ["case", ["==", ["get", "graver"], ""], ["get", "name"],
        ["format", ["get", "name"], {}, "\n", {}, ["get", "graver"], { "text-color": STATE, "font-scale": 0.84 }]],
      "text-font": ["Inter Variable"], "text-size": 12, "text-line-height": 1.1, "text-allow-overlap": true, "text-ignore-placement": true },
    paint: { "text-color": colours.ink } });
}

/** Breaches breathe while there are some, unless the reader wants stillness. */
export function breathe(points) {
  if (isStill) return;
  let isWide = false;
  setInterval(() => {
    if (document.hidden || !points.counts[3]) return;
    isWide = !isWide;
    points.breathe(isWide ? 0.34 : 0.16);
  }, 900);
}

export function choose(map, person) {
  const isPlaced = person?.lon !== undefined;
  const at = { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [person?.lon, person?.lat] } };
  map.getSource("chosen").setData(isPlaced ? at : nothing);
  map.getSource("accuracy").setData(isPlaced && person.accuracy > 0 ? disc(person.lon, person.lat, person.accuracy) : nothing);
}

/** A circle of metres as a polygon. */
export function disc(lon, lat, radius, properties = {}) {
  const kx = 111320 * Math.cos((lat * Math.PI) / 180);
  const ring = Array.from({ length: 49 }, (_, i) => {
    const turn = (i / 48) * 2 * Math.PI;
    return [lon + (Math.cos(turn) * radius) / kx, lat + (Math.sin(turn) * radius) / 111320];
  });
  return { type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } };
}

/** The box around everything in a collection: [[west, south], [east, north]]. */
export function box(collection, points = []) {
  const all = [...points];
  const walk = (part) => (typeof part[0] === "number" ? all.push(part) : part.forEach(walk));
  for (const feature of collection.features) walk(feature.geometry.coordinates);
  if (!all.length) return null;
  const [lons, lats] = [all.map((p) => p[0]), all.map((p) => p[1])];
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

function hatch(colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 16;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (const shift of [-16, 0, 16]) pen.moveTo(shift, 16), pen.lineTo(shift + 16, 0);
  pen.stroke();
  return pen.getImageData(0, 0, 16, 16);
}
