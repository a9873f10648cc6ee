// The live map page: one socket, one map, one list; choosing somebody in one of them chooses them in all.

import { colours, isStill, nothing, openMap } from "/static/basemap.js";
import { PersonCard } from "/static/card.js";
import { cellAt, Crowd, degrees, kind, listed } from "/static/crowd.js";
import { addPeople, addZones, box, choose } from "/static/layers.js";
import { AlertList } from "/static/list.js";
import { follow, isLate } from "/static/live.js";
import { People, steps, world } from "/static/people.js";
import { Bell } from "/static/ring.js";
import { Sheet } from "/static/sheet.js";
import { el, t } from "/static/texts.js";

const at = (id) => document.getElementById(id);
const container = at("map");
const people = new People();
const crowd = new Crowd();
const [NAMES_MS, NAMED_ZOOM, HIT_PX, BREATH_MS, RECOUNT_MS] = [600, 12.6, 13, 900, 2000];
const COUNTRY = [[55.9, 37.1], [73.2, 45.6]];
const bell = new Bell(at("ring"));
const card = new PersonCard(at("card"), { onClose: () => select(null) });
const list = new AlertList(at("alerts"), { onChoose: (alert) => select(alert.person_id), onNew: announce });
let [map, sheet, only, chosen, ahead, isDrawn, named] = [null, null, null, null, 0, true, 0];
let [hasNames, isSettled, hasHeard, recounting] = [false, false, false, null];
let [cells, number, breaches] = [[], 0, 0]; // what was told to the sheet
const now = () => Date.now() + ahead; // by the server's clock

function draw() {
  isDrawn = true;
  if (!map) return;
  const { points, counts } = people.pack(only);
  if (!crowd.isDrawn) cells = crowd.list(only);
  crowd.isDrawn = true;
  breaches = counts.at(-1);
  container.dataset.packed = ++number;
  const person = chosen && people.get(chosen);
  sheet.tell({ points, counts, cells, number, chosen: spot(person) });
  if (performance.now() - named > NAMES_MS) name();
  if (person) choose(map, person), card.refresh(person, now());
  at("note").hidden = everybody() > 0;
  at("note").textContent = t("map.empty");
  container.dataset.people = everybody();
  container.dataset.cells = crowd.cells.size;
}

/** The sheet's word: what was told with this number is on the screen. */
function shown(number) {
  container.dataset.drawn = number;
  if (number) container.dataset.ready = "yes";
}

/** Names are laid out by the map's worker: only those in view, and less often than points move. */
function name() {
  named = performance.now();
  const names = map.getZoom() >= NAMED_ZOOM ? people.names(map.getBounds(), only) : nothing;
  if (names.features.length || hasNames) map.getSource("people-names").setData(names);
  hasNames = names.features.length > 0;
}

/** Where the chosen one's ring is painted. */
function spot(person) {
  if (person?.lon === undefined) return null;
  const [x, y] = world(person.lon, person.lat);
  return { x, y };
}

/** Breaches breathe while there are some, unless the reader wants stillness. */
function breathe() {
  let isWide = false;
  setInterval(() => {
    if (!document.hidden && breaches) sheet.tell({ glow: (isWide = !isWide) ? 0.34 : 0.16 });
  }, BREATH_MS);
}

/** However many frames of the socket arrive: at most ten times a second, and three times for a multitude. */
function drawSoon() {
  if (isDrawn) setTimeout(() => requestAnimationFrame(draw), Math.min(300, 60 + people.size / 150));
  isDrawn = false;
}

/** How many there are, named or not. */
const everybody = () => (crowd.counts ? Object.values(crowd.counts).reduce((sum, n) => sum + n, 0) : people.size);

function count() {
  const counts = crowd.counts ?? people.counts();
  for (const button of document.querySelectorAll(".count")) {
    button.querySelector("b").textContent = counts[button.dataset.state].toLocaleString("ru");
    button.parentElement.toggleAttribute("data-crowd", Boolean(crowd.counts));
  }
  at("count-all").textContent = `${t("map.people")}: ${everybody().toLocaleString("ru")}`;
  at("alert-count").textContent = list.cards.size || "";
  const cards = document.querySelector('[data-testid="nav-alerts"]')?.dataset.count;
  at("card-count").textContent = cards ? `: ${cards}` : "";
}

async function select(id, fly = true) {
  if (!map) return id === null ? null : location.assign(`/people/${id}`);
  if (crowd.counts && id !== null && !people.get(id)?.name) await meet(id);
  const person = people.get(id);
  chosen = person ? id : null;
  choose(map, person);
  sheet.tell({ chosen: spot(person) });
  map.getSource("zones").setData(nothing);
  history.replaceState(null, "", chosen ? `#person=${chosen}` : location.pathname);
  if (!person) return card.hide();
  card.show(person, now());
  lower();
  const answer = await fetch(`/v1/people/${id}/scene`);
  if (!answer.ok || chosen !== id) return;
  const { zones, contact_at } = await answer.json();
  people.hear(id, Date.parse(contact_at) || 0);
  map.getSource("zones").setData(zones);
  card.tell(zones);
  if (fly && person.lon !== undefined) frame(person, zones);
}

/** Nobody of a crowd is known by name until somebody asks. */
async function meet(id) {
  const answer = await fetch(`/v1/people/${id}/scene`);
  if (!answer.ok) return;
  const { watched, fixes: [last], contact_at } = await answer.json();
  people.meet({ ...watched, id, contact_at }, last);
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
    const button = el("button.bare-button", { type: "button" }, crowd.counts ? null : el(`i.dot.is-${person.state}`), person.name, el("span.small.quiet", {}, person.number));
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
      crowd.isDrawn = false;
      named = 0;
      draw();
    });
  }
}

function listenToMap() {
  const cell = ({ lngLat: { lng, lat } }) => cellAt(cells, world(lng, lat), steps(1, map.getZoom()));
  const nearest = ({ lngLat }) => people.near(lngLat, steps(HIT_PX, map.getZoom()), only);
  map.on("click", (event) => {
    const found = cell(event);
    if (found) return map.easeTo({ center: degrees(found), zoom: map.getZoom() + 2 });
    select(nearest(event), false);
  });
  map.on("mousemove", (event) => { map.getCanvas().style.cursor = nearest(event) === null && !cell(event) ? "" : "pointer"; });
  map.on("moveend", () => { look(); name(); });
  map.on("webglcontextrestored", () => location.reload());
}

/** The bar counts cards, of which each may hold several alerts: asked anew when alerts change, but not for each. */
function recount() {
  recounting ??= setTimeout(() => { recounting = null; dispatchEvent(new CustomEvent("queue-changed")); }, RECOUNT_MS);
}

/** The first time, the map shows where people are; #person=7 chooses somebody. */
function settle() {
  if (!map || isSettled || !(crowd.counts || people.newest)) return;
  isSettled = true;
  if (crowd.counts) return map.fitBounds(COUNTRY, { padding: isPhone() ? { top: 10, left: 0, right: 0, bottom: 260 } : 20, animate: false });
  const wanted = Number(new URLSearchParams(location.hash.slice(1)).get("person"));
  if (wanted && people.get(wanted)) return select(wanted);
  const bounds = people.box();
  if (bounds) map.fitBounds(bounds, { padding: isPhone() ? { top: 30, left: 24, right: 24, bottom: 260 } : 60, maxZoom: 12.5, animate: false });
}

/** With a crowd the server is told where we look; who is out of sight is forgotten. */
function look() {
  if (!crowd.counts || !map) return;
  const bounds = map.getBounds();
  people.keep((row) => people.id[row] === chosen || people.has(row, bounds));
  const edge = (degrees, most) => Math.max(-most, Math.min(most, degrees));
  const view = [edge(bounds.getWest(), 180), edge(bounds.getSouth(), 90), edge(bounds.getEast(), 180), edge(bounds.getNorth(), 90)];
  live.look({ view, zoom: map.getZoom() });
}

/** Frames by their kind; cells and people of tiles take each other's place. */
const READ = {
  EP(buffer) { crowd.counts ? live.again() : people.move(buffer, 8); },
  EC(buffer) { crowd.count(buffer); people.keep((row) => people.id[row] === chosen); },
  ET(buffer) { crowd.clear(); people.move(...listed(buffer)); },
};
const live = follow({
  state: (state, server) => { if (server) ahead = server - Date.now(); connection(state); },
  snapshot(message) {
    hasHeard = true;
    crowd.counts = message.counts;
    message.people ? people.begin(message.people) : people.keep((row) => people.id[row] === chosen);
    if (chosen && !people.get(chosen)) select(null);
    list.begin(message.alerts);
    count();
    drawSoon();
    named = 0;
    if (!crowd.counts) return crowd.clear(), live.look(null);
    settle();
    look();
  },
  changes(message) {
    people.stand(message.states);
    list.change(message.alerts);
    if (message.alerts.length) recount();
    count();
    drawSoon();
  },
  beat({ newest_ms }) { if (crowd.counts) people.newest = newest_ms; },
  counts(message) {
    if (!crowd.counts) return live.again(); // they have become too many to be named
    crowd.counts = message.counts;
    count();
  },
  packed(buffer) {
    READ[kind(buffer)](buffer);
    settle();
    drawSoon();
  },
});
/** The socket does not wait for the map; without graphics there is none, but alerts still come. */
async function open() {
  if (!document.createElement("canvas").getContext("webgl2")) return void (at("note").textContent = t("map.no_graphics"));
  const made = await openMap(container);
  addZones(made);
  addPeople(made);
  sheet = new Sheet(made, colours, shown);
  if (!isStill) breathe();
  map = made;
  listenToMap();
  settle();
  look();
  if (hasHeard) draw();
}
listen();
await open();
setInterval(() => { list.tick(now()); count(); drawSoon(); }, 2000);
