// A proposal on the map: as proposed, as it was, and, of a preview, the way and where breaches would begin.

import { colours, nothing, openMap } from "/static/basemap.js";
import { box } from "/static/layers.js";
import { addZone, collection, feature, outline } from "/static/zone-shape.js";

const data = JSON.parse(document.getElementById("zone-data").textContent);
const container = document.getElementById("zone-map");
const map = await openMap(container, { scrollZoom: false });
addZone(map, "before", { colour: colours.silent, dashed: true })(data.before);
addZone(map, "proposed", { colour: colours.accent })(data.shape);

const tracks = (data.tracks ?? []).filter((track) => track.length > 1).map((track) => feature("LineString", track));
map.addSource("tracks", { type: "geojson", data: tracks.length ? collection(tracks) : nothing });
map.addLayer({ id: "tracks", type: "line", source: "tracks", paint: { "line-color": colours.ink, "line-width": 1.4, "line-opacity": 0.5 } });
const points = (data.points ?? []).map(({ at, what }) => feature("Point", at, { what }));
map.addSource("points", { type: "geojson", data: points.length ? collection(points) : nothing });
map.addLayer({ id: "points", type: "circle", source: "points", paint: {
  "circle-radius": 7, "circle-stroke-width": 2, "circle-stroke-color": colours.rim,
  "circle-color": ["match", ["get", "what"], "appears", colours.breach, "vanishes", colours.order, "moves", colours.battery, colours.silent] } });

const seen = [...outline(data.shape).features, ...(data.before ? outline(data.before).features : []), ...points];
const bounds = box({ features: seen });
if (bounds) map.fitBounds(bounds, { padding: 60, maxZoom: 16, animate: false });
container.dataset.ready = "yes";
