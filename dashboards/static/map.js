// The live map page: one socket, one map, one list; choosing somebody in one of them chooses them in all.

import { openMap } from "/static/basemap.js";
import { PersonCard } from "/static/card.js";
import { addPeople, addZones, box, breathe, choose } from "/static/layers.js";
import { AlertList } from "/static/list.js";
import { follow, isLate } from "/static/live.js";
import { People } from "/static/people.js";
import { Bell } from "/static/ring.js";
import { el, t } from "/static/texts.js";

const at = (id) => document.getElementById(id);
const container = at("map");
const people = new People();
const bell = new Bell(at("ring"));
const card = new PersonCard(at("card"), { onClose: () => select(null) });
const list = new AlertList(at("alerts"), { onChoose: (alert) => select(alert.person_id), onNew: announce });
let [map, only, chosen, ahead, isDrawn] = [null, null, null, 0, true];
const now = () => Date.now() + ahead; // by the server's clock

function draw() {
  isDrawn = true;
  if (!map) return;
  map.getSource("people").setData(people.features(only));
  if (chosen) {
    choose(map, people.get(chosen));
    card.refresh(people.state(people.get(chosen)), now());
  }
  container.dataset.people = people.all.size;
  container.dataset.ready = "yes";
}

/** However many frames of the socket arrive: five times a second, and once a second for a crowd. */
function drawSoon() {
  if (isDrawn) setTimeout(() => requestAnimationFrame(draw), Math.min(1000, people.all.size / 2.5));
  isDrawn = false;
}

function count() {
  const counts = people.counts();
  for (const button of document.querySelectorAll(".count")) {
    button.querySelector("b").textContent = counts[button.dataset.state];
  }
  at("count-all").textContent = `${t("map.people")}: ${people.all.size}`;
  at("alert-count").textContent = list.cards.size || "";
}

async function select(id, fly = true) {
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

function find() {
  const words = at("find").value.trim();
  const found = words ? people.find(words) : [];
  at("found").hidden = !words;
  at("found").replaceChildren(...found.map((person) => {
    const button = el("button.bare-button", { type: "button" }, el(`i.dot.is-${people.state(person)}`), person.name, el("span.small.quiet", {}, person.number));
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
    const [hit] = map.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]], { layers: ["people"] });
    select(hit?.properties.id ?? null, false);
  });
  map.on("mouseenter", "people", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "people", () => { map.getCanvas().style.cursor = ""; });
}

/** The first time, the map shows where people are; #person=7 chooses somebody. */
function settle() {
  const points = people.features().features.map((f) => f.geometry.coordinates);
  const wanted = Number(new URLSearchParams(location.hash.slice(1)).get("person"));
  if (wanted && people.get(wanted)) return select(wanted);
  const bounds = box({ features: [] }, points);
  if (bounds) map.fitBounds(bounds, { padding: isPhone() ? { top: 30, left: 24, right: 24, bottom: 260 } : 60, maxZoom: 12.5, animate: false });
}

let isSettled = false;
map = await openMap(container);
addZones(map);
addPeople(map);
breathe(map, () => people.counts().breach > 0);
listen();
follow({
  state: (state, server) => { if (server) ahead = server - Date.now(); connection(state); },
  snapshot(message) { people.begin(message.people); list.begin(message.alerts); count(); drawSoon(); },
  changes(message) { people.stand(message.states); list.change(message.alerts); count(); drawSoon(); },
  positions(buffer) {
    people.move(buffer);
    if (!isSettled) settle();
    isSettled = true;
    drawSoon();
  },
});
setInterval(() => { list.tick(now()); count(); drawSoon(); }, 2000);
