// The circle of a search on a map: picked with a click, or shown as it was asked.

import { colours, nothing, openMap } from "/static/basemap.js";
import { box, disc } from "/static/layers.js";

const pick = document.getElementById("pick");
const shown = document.getElementById("circle");
const fields = Object.fromEntries(["lon", "lat", "radius"].map((name) => [name, document.getElementById(name)]));

function addCircle(map) {
  map.addSource("circle", { type: "geojson", data: nothing, tolerance: 0.02 });
  map.addLayer({ id: "circle", type: "fill", source: "circle", paint: { "fill-color": colours.accent, "fill-opacity": 0.16 } });
  map.addLayer({ id: "circle-edge", type: "line", source: "circle", paint: { "line-color": colours.accent, "line-width": 2 } });
}

/** Draws it and says whether there is one. */
function draw(map, lon, lat, radius) {
  const isWhole = [lon, lat, radius].every((value) => Number.isFinite(value)) && radius > 0;
  const circle = isWhole ? { type: "FeatureCollection", features: [disc(lon, lat, radius)] } : nothing;
  map.getSource("circle").setData(circle);
  return isWhole ? box(circle) : null;
}

const typed = () => ["lon", "lat", "radius"].map((name) => (fields[name].value === "" ? NaN : Number(fields[name].value)));

if (shown) {
  const map = await openMap(shown, { cooperativeGestures: false, scrollZoom: false });
  addCircle(map);
  const bounds = draw(map, Number(shown.dataset.lon), Number(shown.dataset.lat), Number(shown.dataset.radius));
  map.fitBounds(bounds, { padding: 60, maxZoom: 16, animate: false });
  shown.dataset.ready = "yes";
}

if (pick) {
  const map = await openMap(pick);
  addCircle(map);
  const bounds = draw(map, ...typed());
  if (bounds) map.fitBounds(bounds, { padding: 60, maxZoom: 16, animate: false });
  map.getCanvas().style.cursor = "crosshair";
  map.on("click", ({ lngLat }) => {
    fields.lon.value = lngLat.lng.toFixed(6);
    fields.lat.value = lngLat.lat.toFixed(6);
    draw(map, ...typed());
  });
  for (const field of Object.values(fields)) field.addEventListener("input", () => draw(map, ...typed()));
  pick.dataset.ready = "yes";
}
