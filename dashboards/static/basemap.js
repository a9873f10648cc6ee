// The base map: regions, towns, a graticule, soft colours. Every byte of it comes from our own server.

import { AttributionControl, Map as MapLibre, NavigationControl, ScaleControl } from "/vendor/maplibre-gl.mjs";
import { language, t } from "/static/texts.js";

const FACE = ["Inter Variable"];
const HOME = { center: [69.2797, 41.3111], zoom: 10.6 };
const NEIGHBOURS = {
  "map.kazakhstan": [66.6, 44.4], "map.kyrgyzstan": [73.4, 41.75], "map.tajikistan": [69.6, 38.75],
  "map.turkmenistan": [60.4, 39.6], "map.afghanistan": [66.6, 36.4],
};
const LIGHT = {
  outside: "#ece8df", land: "#f5f2ea", city: "#fdfbf5", border: "#b9ad97", grid: "#ddd6c7", ink: "#3a444f",
  faint: "#655f51", halo: "#f8f5ee", order: "#1d7f6e", breach: "#c9301f", silent: "#5f6675", battery: "#c47a06",
  rim: "#ffffff", accent: "#0b6570", zone: "#0b7d8a",
};
const DARK = {
  outside: "#10171d", land: "#151d24", city: "#1a232b", border: "#435060", grid: "#202a33", ink: "#c9d1d8",
  faint: "#7f8b97", halo: "#10161c", order: "#4fb8a3", breach: "#ff6a57", silent: "#9aa3b2", battery: "#e9b04f",
  rim: "#10161c", accent: "#6cc5c9", zone: "#4fb3bd",
};
export const colours = matchMedia("(prefers-color-scheme: dark)").matches ? DARK : LIGHT;
export const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
export const nothing = { type: "FeatureCollection", features: [] };

/** A map on `container`, ready to draw on; labels are drawn with the page's own typeface, so no glyph server. */
export async function openMap(container, options = {}) {
  await Promise.all(["Toshkent", "Тошкент ўқғҳ"].map((text) => document.fonts.load("16px 'Inter Variable'", text)));
  const map = new MapLibre({
    container, style: style(), ...HOME, maxZoom: 18.5, minZoom: 4, attributionControl: false, dragRotate: false, maxPitch: 0,
    pitchWithRotate: false, fadeDuration: isStill ? 0 : 150, locale: controls(), ...options,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-left");
  map.addControl(new AttributionControl({ compact: true, customAttribution: "Natural Earth · © GeoNames" }), "bottom-left");
  await new Promise((ready) => map.once("load", ready));
  container.querySelector(".maplibregl-ctrl-attrib")?.removeAttribute("open");
  container.querySelector(".maplibregl-ctrl-attrib")?.classList.remove("maplibregl-compact-show");
  const rule = () => map.getSource("grid").setData(graticule(map));
  map.on("moveend", rule);
  rule();
  return map;
}

function controls() {
  return {
    "NavigationControl.ZoomIn": t("map.zoom_in"), "NavigationControl.ZoomOut": t("map.zoom_out"),
    "AttributionControl.ToggleAttribution": t("map.sources"), "Map.Title": t("map.map"),
    "ScaleControl.Meters": t("desk.m"), "ScaleControl.Kilometers": t("desk.km"),
  };
}

function style() {
  const here = (path) => new URL(path, location.href).href;
  return {
    version: 8,
    sources: {
      regions: { type: "geojson", data: here("/static/uzbekistan.geojson") },
      names: { type: "geojson", data: here("/static/region-names.geojson") },
      towns: { type: "geojson", data: here("/static/towns.geojson") },
      around: { type: "geojson", data: neighbours() },
      grid: { type: "geojson", data: nothing },
    },
    layers: [
      { id: "outside", type: "background", paint: { "background-color": colours.outside } },
      fill("land", colours.land, ["!=", ["get", "code"], "UZ-TK"]),
      fill("city", colours.city, ["==", ["get", "code"], "UZ-TK"]),
      line("grid", "grid", { "line-color": colours.grid, "line-width": 1 }),
      line("border-soft", "regions", { "line-color": colours.border, "line-opacity": 0.16, "line-width": 7 }),
      line("border", "regions", { "line-color": colours.border, "line-width": 1.1, "line-dasharray": [4, 2.5] }),
      label("around-name", "around", { "text-size": 15, "text-letter-spacing": 0.3 }, { color: colours.faint, minzoom: 4, maxzoom: 7.5 }),
      label("grid-name", "grid", { "text-size": 10, "text-anchor": ["get", "anchor"], "text-offset": [0.3, 0.2] },
        { color: colours.faint, filter: ["has", "name"] }),
      label("region-name", "names", { "text-size": 13, "text-letter-spacing": 0.08, "text-max-width": 7 },
        { color: colours.faint, minzoom: 5, maxzoom: 8.4, filter: ["!=", ["get", "code"], "UZ-TK"] }),
      dots(), ...townNames(),
    ],
  };
}

const fill = (id, colour, filter) => ({ id, type: "fill", source: "regions", filter, paint: { "fill-color": colour } });
const line = (id, source, paint) => ({ id, type: "line", source, layout: { "line-join": "round" }, paint });

function label(id, source, layout, { color, ...rest }) {
  return {
    id, type: "symbol", source, ...rest,
    layout: { "text-field": ["coalesce", ["get", language], ["get", "name"]], "text-font": FACE, ...layout },
    paint: { "text-color": color, "text-halo-color": colours.halo, "text-halo-width": 1.4 },
  };
}

function dots() {
  return {
    id: "towns", type: "circle", source: "towns", filter: ["<", ["get", "rank"], 3], maxzoom: 12,
    paint: { "circle-radius": ["match", ["get", "rank"], 0, 4, 1, 3, 2], "circle-color": colours.halo,
      "circle-stroke-color": colours.faint, "circle-stroke-width": 1.4 },
  };
}

/** The capital first, districts only when one is close. */
function townNames() {
  return [[0, 4, 12, 16], [1, 5.5, 14, 13], [2, 7.2, 14, 12], [3, 10, 14.5, 12]].map(([rank, minzoom, maxzoom, size]) =>
    label(`town-${rank}`, "towns",
      { "text-size": size, "text-anchor": rank === 3 ? "center" : "left", "text-offset": [rank === 3 ? 0 : 0.7, 0] },
      { color: rank === 3 ? colours.faint : colours.ink, minzoom, maxzoom, filter: ["==", ["get", "rank"], rank] }));
}

function neighbours() {
  const features = Object.entries(NEIGHBOURS).map(([key, coordinates]) => (
    { type: "Feature", properties: { name: t(key).toUpperCase() }, geometry: { type: "Point", coordinates } }));
  return { type: "FeatureCollection", features };
}

/** Lines of round degrees in view, named where they leave it above and on the right. */
function graticule(map) {
  const bounds = map.getBounds();
  const step = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005].find((s) => (bounds.getEast() - bounds.getWest()) / s >= 5) ?? 0.005;
  const digits = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3;
  const [west, east, south, north] = [bounds.getWest(), bounds.getEast(), bounds.getSouth(), bounds.getNorth()];
  const features = [];
  const add = (coordinates, at, name, anchor) => features.push(
    { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } },
    { type: "Feature", properties: { name, anchor }, geometry: { type: "Point", coordinates: at } });
  for (let lon = Math.ceil(west / step) * step; lon < east; lon += step) {
    add([[lon, south], [lon, north]], [lon, north - (north - south) * 0.004], `${lon.toFixed(digits)}°`, "top-left");
  }
  for (let lat = Math.ceil(south / step) * step; lat < north; lat += step) {
    add([[west, lat], [east, lat]], [east - (east - west) * 0.01, lat], `${lat.toFixed(digits)}°`, "top-right");
  }
  return { type: "FeatureCollection", features };
}
