// A zone on the map: area, circle or corridor, with what it was before and the place of a fault.

import { colours, nothing } from "/static/basemap.js";
import { disc } from "/static/layers.js";

export const collection = (features) => ({ type: "FeatureCollection", features });
export const feature = (type, coordinates, properties = {}) => ({ type: "Feature", properties, geometry: { type, coordinates } });

export const line = (coordinates) => ({ type: "LineString", coordinates });
/** Of open rings: the border first, then its holes. */
export const polygon = (rings) => ({ type: "Polygon", coordinates: rings.map((ring) => [...ring, ring[0]]) });

/** What is looked at: a circle as a disc; a corridor stays a line, as wide as its metres. */
export function outline({ kind, geometry, radius }) {
  if (!geometry) return nothing;
  if (kind === "circle") return collection([disc(...geometry.coordinates, radius)]);
  return collection([{ type: "Feature", properties: {}, geometry }]);
}

/** Layers of one zone under a name; `show` draws it. */
export function addZone(map, name, { colour, dashed = false }) {
  map.addSource(name, { type: "geojson", data: nothing, tolerance: 0.02 });
  const isArea = ["==", ["geometry-type"], "Polygon"];
  map.addLayer({ id: `${name}-fill`, type: "fill", source: name, filter: isArea, paint: { "fill-color": colour, "fill-opacity": dashed ? 0.05 : 0.16 } });
  map.addLayer({ id: `${name}-wide`, type: "line", source: name, filter: ["!", isArea], layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colour, "line-opacity": dashed ? 0.1 : 0.25, "line-width": 0 } });
  map.addLayer({ id: `${name}-edge`, type: "line", source: name,
    paint: { "line-color": colour, "line-width": dashed ? 1.6 : 2.2, ...(dashed && { "line-dasharray": [3, 2] }) } });
  let shown = { kind: "area", geometry: null, radius: 0 };
  const widen = () => {
    if (shown.kind !== "corridor" || !shown.geometry) return;
    const metres = (40075016.686 * Math.cos((shown.geometry.coordinates[0][1] * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
    map.setPaintProperty(`${name}-wide`, "line-width", (2 * shown.radius) / metres);
  };
  map.on("zoom", widen);
  return function show(shape) {
    shown = shape ?? { kind: "area", geometry: null, radius: 0 };
    map.getSource(name).setData(outline(shown));
    widen();
  };
}

/** Where the drawing is wrong. */
export function addFault(map, place, words) {
  if (!place) return;
  map.addSource("fault", { type: "geojson", data: collection([feature("Point", [place.lon, place.lat], { words })]) });
  map.addLayer({ id: "fault-ring", type: "circle", source: "fault", paint: { "circle-radius": 15, "circle-opacity": 0, "circle-color": colours.breach, "circle-stroke-width": 3, "circle-stroke-color": colours.breach } });
  map.addLayer({ id: "fault", type: "circle", source: "fault", paint: { "circle-radius": 4, "circle-color": colours.breach } });
  map.addLayer({ id: "fault-words", type: "symbol", source: "fault",
    layout: { "text-field": ["get", "words"], "text-font": ["Inter Variable"], "text-size": 13, "text-anchor": "bottom", "text-offset": [0, -1.4], "text-allow-overlap": true },
    paint: { "text-color": colours.breach, "text-halo-color": colours.halo, "text-halo-width": 2 } });
}
