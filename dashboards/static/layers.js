// What is drawn on the map itself: zones, how sure the chosen one's place is, names. Who moves is on the sheet (sheet.js).

import { colours, nothing } from "/static/basemap.js";

const IS_FORBIDDEN = ["==", ["get", "kind"], "exclusion"];
let sure = "null"; // what the accuracy on the map is of
const ZONE = ["case", IS_FORBIDDEN, colours.breach, colours.zone];

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

/** How sure the chosen one's place is, and names. */
export function addPeople(map) {
  map.addSource("accuracy", { type: "geojson", data: nothing });
  map.addLayer({ id: "accuracy", type: "fill", source: "accuracy", paint: { "fill-color": colours.accent, "fill-opacity": 0.14 } });
  map.addLayer({ id: "accuracy-edge", type: "line", source: "accuracy", paint: { "line-color": colours.accent, "line-width": 1.2 } });
  map.addSource("people-names", { type: "geojson", data: nothing });
  map.addLayer({ id: "people-name", type: "symbol", source: "people-names",
    layout: { "text-field": ["get", "name"], "text-font": ["Inter Variable"], "text-size": 12, "text-anchor": "top",
      "text-offset": [0, 0.9], "text-optional": true, "symbol-sort-key": ["-", 0, ["get", "order"]] },
    paint: { "text-color": colours.ink, "text-halo-color": colours.halo, "text-halo-width": 1.6 } });
}

/** Where the chosen one is, and how sure: nothing is drawn anew while that stays. */
export function choose(map, person) {
  const place = person?.lon !== undefined && person.accuracy > 0 ? [person.lon, person.lat, person.accuracy] : null;
  if (String(place) === sure) return;
  sure = String(place);
  map.getSource("accuracy").setData(place ? disc(...place) : nothing);
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
