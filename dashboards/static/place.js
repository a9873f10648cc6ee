// A small map of one person or one alert: zones, the fixes that decided with their accuracy, the last position.

import { colours, nothing, openMap } from "/static/basemap.js";
import { addZones, box, disc } from "/static/layers.js";
import { clock } from "/static/texts.js";

const container = document.getElementById("place");

function collect(fixes, feature) {
  return { type: "FeatureCollection", features: fixes.map(feature) };
}

const spot = (fix) => ({ type: "Feature", properties: { name: clock(Date.parse(fix.taken_at)) },
  geometry: { type: "Point", coordinates: [fix.lon, fix.lat] } });

function addFixes(map, fixes, way) {
  map.addSource("doubt", { type: "geojson", data: collect(fixes, (f) => disc(f.lon, f.lat, f.accuracy_m ?? 0)) });
  map.addSource("spots", { type: "geojson", data: collect(fixes, spot) });
  map.addSource("way", { type: "geojson", data: way.length > 1
    ? { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: way } } : nothing });
  map.addLayer({ id: "way", type: "line", source: "way", paint: { "line-color": colours.ink, "line-width": 1.6, "line-opacity": 0.6 } });
  map.addLayer({ id: "doubt", type: "fill", source: "doubt", paint: { "fill-color": colours.accent, "fill-opacity": 0.12 } });
  map.addLayer({ id: "doubt-edge", type: "line", source: "doubt", paint: { "line-color": colours.accent, "line-opacity": 0.6 } });
  map.addLayer({ id: "spots", type: "circle", source: "spots", paint: { "circle-radius": 5, "circle-color": colours.accent,
    "circle-stroke-color": colours.rim, "circle-stroke-width": 1.6 } });
  map.addLayer({ id: "spot-time", type: "symbol", source: "spots", minzoom: 12,
    layout: { "text-field": ["get", "name"], "text-font": ["Inter Variable"], "text-size": 11, "text-anchor": "left", "text-offset": [0.8, 0] },
    paint: { "text-color": colours.ink, "text-halo-color": colours.halo, "text-halo-width": 1.6 } });
}

if (container) {
  const [map, answer] = await Promise.all([
    openMap(container, { cooperativeGestures: false, scrollZoom: false }), fetch(container.dataset.scene)]);
  const scene = answer.ok ? await answer.json() : { zones: nothing, fixes: [] };
  addZones(map);
  map.getSource("zones").setData(scene.zones);
  const points = scene.fixes.map((fix) => [fix.lon, fix.lat]);
  addFixes(map, scene.fixes, container.dataset.way === "yes" ? points : []);
  const shown = { features: scene.zones.features.filter((f) => f.properties.kind !== "boundary" || !points.length) };
  const bounds = box(shown, points);
  if (bounds) map.fitBounds(bounds, { padding: 50, maxZoom: 16, animate: false });
  container.dataset.ready = "yes";
}
