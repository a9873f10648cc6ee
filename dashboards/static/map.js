// The live map page: one socket, one map, one list; choosing somebody in one of them chooses them in all.

import { openMap } from "/static/basemap.js";
import { PersonCard } from "/static/card.js";
import { Crowd, kind, listed } from "/static/crowd.js";
import { addCrowd, addPeople, addZones, box, breathe, choose } from "/static/layers.js";
import { AlertList } from "/static/list.js";
import { follow, isLate } from "/static/live.js";
import { People } from "/static/people.js";
import { Bell } from "/static/ring.js";
import { el, t } from "/static/texts.js";

const at = (id) => document.getElementById(id);
const container = at("map");
const people = new People();
const crowd = new Crowd();
const COUNTRY = [[55.9, 37.1], [73.2, 45.6]];
const bell = new Bell(at("ring"));
const card = new PersonCard(at("card"), { onClose: () => select(null) });
const list = new AlertList(at("alerts"), { onChoose: (alert) => select(alert.person_id), onNew: announce });
let [map, only, chosen, ahead, isDrawn] = [null, null, null, 0, true];
const now = () => Date.now() + ahead; // by the server's clock

function draw() {
  isDrawn = true;
  if (!map) return;
  map.getSource("people").setData(people.features(only));
  map.getSource("crowd").setData(crowd.features(only));
  if (chosen) {
    choose(map, people.get(chosen));
    card.refresh(people.state(people.get(chosen)), now());
  }
  container.dataset.people = everybody();
  container.dataset.cells = crowd.cells.size;
  container.dataset.ready = "yes";
}

/** However many frames of the socket arrive: five times a second, and once a second for a crowd. */
function drawSoon() {
  if (isDrawn) setTimeout(() => requestAnimationFrame(draw), Math.min(1000, people.all.size / 2.5));
  isDrawn = false;
}

/** How many there are, named or not. */
const everybody = () => (crowd.counts ? Object.values(crowd.counts).reduce((sum, n) => sum + n, 0) : people.all.size);

function count() {
  const counts = crowd.counts ?? people.counts();
  for (const button of document.querySelectorAll(".count")) {
    button.querySelector("b").textContent = counts[button.dataset.state].toLocaleString("ru");
    button.parentElement.toggleAttribute("data-crowd", Boolean(crowd.counts));
  }
  at("count-all").textContent = `${t("map.people")}: ${everybody().toLocaleString("ru")}`;
  at("alert-count").textContent = list.cards.size || "";
}

async function select(id, fly = true) {
  if (crowd.counts && id !== null && !people.get(id)?.name) await meet(id);
  chosen = people.get(id) ? id : null;
  const person = people.get(chosen);
  choose(map, person);
  map.getSource("zones").setData({ type: "FeatureCollection", features: [] });
  history.replaceState(null, "", chosen ? `#person=${chosen}` : location.pathname);
  if (!person) return card.hide();
  card.show(person, people.state(person), now());
  lower();
  const answer = await fetch(`/v1/people/${id}/scene`);
  if (!answer.ok || chosen !== id) return;
  const { zones, contact_at } = await answer.json();
  person.contact = Math.max(person.contact, Date.parse(contact_at) || 0);
  map.getSource("zones").setData(zones);
  card.tell(zones);
  if (fly && person.lon !== undefined) frame(person, zones);
}

/** Nobody of a crowd is known by name until somebody asks. */
async function meet(id) {
  const answer = await fetch(`/v1/people/${id}/scene`);
  if (!answer.ok) return;
  const { watched, fixes: [last], contact_at } = await answer.json();
  const person = people.meet(id, watched.state);
  Object.assign(person, { name: watched.name, number: watched.number, contact: Date.parse(contact_at) || 0 });
  if (person.lon === undefined && last) {
    Object.assign(person, { lon: last.lon, lat: last.lat, accuracy: last.accuracy_m, taken: Date.parse(last.taken_at) });
  }
}

/** The person together with those of their zones that are near. */
function frame(person, zones) {
  const isNear = ([lon, lat]) => Math.hypot((lon - person.lon) * 84, (lat - person.lat) * 111) < 3;
  const near = zones.features.filter(({ properties, geometry }) =>
    properties.kind !== "boundary" && geometry.coordinates.flat(Infinity).some((_, i, all) => i % 2 === 0 && isNear([all[i], all[i + 1]])));
  const bounds = box({ features: near }, [[person.lon, person.lat]]);
  const padding = isPhone() ? { top: 260, left: 40, right: 40, bottom: 270 } : { top: 80, left: 380, right: 90, bottom: 90 };
  map.fitBounds(bounds, { padding, maxZoom: 15, speed: 1.6 });
}

function announce(alerts) {
  bell.ring(Math.min(...alerts.map((alert) => alert.severity)));
  at("said").textContent = alerts.map((a) => `${t("alert.new_one")}: ${t(`alert.kind.${a.kind}`)}, ${a.person_name}`).join(". ");
  at("panel").classList.add("is-rung");
  setTimeout(() => at("panel").classList.remove("is-rung"), 4000);
}

function connection(state) {
  const shown = state === "on" && isLate(people.newest, now()) ? "late" : state;
  at("link").dataset.state = shown;
  at("link").lastElementChild.textContent = t(`map.link.${shown}`);
}

async function lookUp(words) {
  await new Promise((wait) => setTimeout(wait, 250));
  if (words !== at("find").value.trim()) return null;
  const answer = await fetch(`/v1/people?most=8&search=${encodeURIComponent(words)}`);
  if (!answer.ok) return null;
  return (await answer.json()).people.map(({ id, surname, given_name, number }) => ({ id, number, name: `${surname} ${given_name}`, state: "order" }));
}

async function find() {
  const words = at("find").value.trim();
  const found = !words ? [] : crowd.counts ? await lookUp(words) : people.find(words);
  if (found === null || words !== at("find").value.trim()) return;
  at("found").hidden = !words;
  at("found").replaceChildren(...found.map((person) => {
    const button = el("button.bare-button", { type: "button" }, crowd.counts ? null : el(`i.dot.is-${people.state(person)}`), person.name, el("span.small.quiet", {}, person.number));
    button.addEventListener("click", () => { at("find").value = ""; find(); select(person.id); });
    return el("li", {}, button);
  }));
  if (words && !found.length) at("found").append(el("li.quiet", {}, t("map.nobody")));
}

/** On a phone the list is a sheet: raised and lowered by its handle. */
function raise(isRaised) {
  at("panel").classList.toggle("is-raised", isRaised);
  at("handle").setAttribute("aria-expanded", String(isRaised));
}
const isPhone = () => matchMedia("(max-width: 760px)").matches;
const lower = () => raise(false);

function listen() {
  at("find").addEventListener("input", find);
  at("handle").addEventListener("click", () => raise(!at("panel").classList.contains("is-raised")));
  addEventListener("keydown", ({ key }) => key === "Escape" && select(null));
  for (const button of document.querySelectorAll(".count")) {
    button.addEventListener("click", () => {
      only = only === button.dataset.state ? null : button.dataset.state;
      document.querySelectorAll(".count").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.state === only)));
      draw();
    });
  }
  map.on("click", (event) => {
    const [x, y] = [event.point.x, event.point.y];
    const [hit] = map.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]], { layers: ["people", "crowd"] });
    if (hit?.layer.id === "crowd") return map.easeTo({ center: hit.geometry.coordinates, zoom: map.getZoom() + 2 });
    select(hit?.properties.id ?? null, false);
  });
  map.on("mouseenter", "people", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "people", () => { map.getCanvas().style.cursor = ""; });
}

/** The first time, the map shows where people are; #person=7 chooses somebody. */
function settle() {
  if (crowd.counts) return;
  const points = people.features().features.map((f) => f.geometry.coordinates);
  const wanted = Number(new URLSearchParams(location.hash.slice(1)).get("person"));
  if (wanted && people.get(wanted)) return select(wanted);
  const bounds = box({ features: [] }, points);
  if (bounds) map.fitBounds(bounds, { padding: isPhone() ? { top: 30, left: 24, right: 24, bottom: 260 } : 60, maxZoom: 12.5, animate: false });
}

/** With a crowd the server is told where we look; who is out of sight is forgotten. */
function look() {
  if (!crowd.counts) return;
  const bounds = map.getBounds();
  people.keep((person) => person.id === chosen || (person.lon !== undefined && bounds.contains([person.lon, person.lat])));
  const edge = (degrees, most) => Math.max(-most, Math.min(most, degrees));
  const view = [edge(bounds.getWest(), 180), edge(bounds.getSouth(), 90), edge(bounds.getEast(), 180), edge(bounds.getNorth(), 90)];
  live.look({ view, zoom: map.getZoom() });
}

/** Frames by their kind; cells and people of tiles take each other's place. */
const READ = {
  EP(buffer) { crowd.counts ? live.again() : people.move(buffer); },
  EC(buffer) { crowd.count(buffer); people.keep((person) => person.id === chosen); },
  ET(buffer) {
    crowd.clear();
    const view = new DataView(buffer);
    for (const { id, state, at } of listed(buffer)) people.place(people.meet(id, state), view, at);
  },
};
let isSettled = false;
map = await openMap(container);
addZones(map);
addPeople(map);
addCrowd(map);
breathe(map, () => people.counts().breach > 0);
listen();
map.on("moveend", look);
const live = follow({
  state: (state, server) => { if (server) ahead = server - Date.now(); connection(state); },
  snapshot(message) {
    crowd.counts = message.counts;
    people.begin(message.people ?? []);
    list.begin(message.alerts);
    count();
    drawSoon();
    if (!crowd.counts) return crowd.clear(), live.look(null);
    if (!isSettled) map.fitBounds(COUNTRY, { padding: isPhone() ? { top: 10, left: 0, right: 0, bottom: 260 } : 20, animate: false });
    look();
  },
  changes(message) { people.stand(message.states); list.change(message.alerts); count(); drawSoon(); },
  beat({ newest_ms }) { if (crowd.counts) people.newest = newest_ms; },
  counts(message) {
    if (!crowd.counts) return live.again(); // they have become too many to be named
    crowd.counts = message.counts;
    count();
  },
  packed(buffer) {
    READ[kind(buffer)](buffer);
    if (!isSettled) settle();
    isSettled = true;
    drawSoon();
  },
});
setInterval(() => { list.tick(now()); count(); drawSoon(); }, 2000);
