// The chosen person: where, how exact, how old, what their zones and hours are.

import { age, el, t, wall } from "/static/texts.js";

export class PersonCard {
  constructor(root, { onClose }) {
    this.root = root;
    this.onClose = onClose;
  }

  show(person, now) {
    this.zones = el("ul.card-zones", {});
    this.facts = el("dl.facts", {});
    this.pill = el("span.pill");
    const close = el("button.bare-button", { type: "button", "aria-label": t("map.close"), "data-testid": "person-card-close" }, "✕");
    close.addEventListener("click", () => this.onClose());
    this.root.replaceChildren(
      el("header", {}, el("h2", { "data-testid": "person-card-name" }, person.name), close),
      el("div.in", {},
        el("p.row", {}, this.pill, el("span.small.quiet", {}, person.number)),
        this.facts, el("h3", {}, t("map.zones")), this.zones,
        el("p.row", {}, el("a.button", { href: `/people/${person.id}` }, t("map.person")),
          el("a.button", { href: `/people/${person.id}/days/${today(now)}` }, t("map.track")),
          el("a.button", { href: `/people/${person.id}#message` }, t("map.message")))));
    this.root.hidden = false;
    this.refresh(person, now);
  }

  refresh(p, now) {
    this.pill.className = `pill is-${p.state}`;
    this.pill.textContent = t(`map.state.${p.state}`);
    this.facts.replaceChildren(
      ...fact(t("map.seen"), p.taken ? age(p.taken, now) : t("map.never")),
      ...fact(t("map.accuracy"), p.accuracy > 0 ? `± ${Math.round(p.accuracy)} ${t("desk.m")}` : t("map.accuracy_unknown")),
      ...(p.speed > 0.5 ? fact(t("map.speed"), `${Math.round(p.speed * 3.6)} ${t("map.kmh")}`) : []),
      ...fact(t("map.contact"), p.contact ? age(p.contact, now) : t("map.never")),
      ...(p.battery <= 100 ? fact(t("map.battery"), `${p.battery} %`) : []));
  }

  /** Zones as the server tells them, with their hours. */
  tell(zones) {
    const items = zones.features.map(({ properties: zone }) =>
      el(`li.is-${zone.kind}`, {}, el("b", {}, zone.name), el("span.small.quiet", {}, t(`condition.${zone.kind}`)),
        el("span.small", {}, hours(zone.windows))));
    this.zones.replaceChildren(...(items.length ? items : [el("li.quiet", {}, t("map.no_zones"))]));
  }

  hide() {
    this.root.hidden = true;
    this.root.replaceChildren();
  }
}

const fact = (name, value) => [el("dt", {}, name), el("dd", {}, value)];
const today = (now) => wall(now).slice(0, 10);
const hm = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** Days with the same windows stand together: "Mo–Fr 20:00–24:00". */
export function hours(windows) {
  if (!windows.length) return t("map.always");
  const days = Array.from({ length: 7 }, (_, day) =>
    windows.filter((w) => w.weekday === day).map((w) => `${hm(w.starts)}–${hm(w.ends)}`).join(", "));
  const parts = [];
  for (let from = 0; from < 7; ) {
    let to = from;
    while (to < 6 && days[to + 1] === days[from]) to += 1;
    const name = from === to ? t(`condition.day.${from}`) : `${t(`condition.day.${from}`)}–${t(`condition.day.${to}`)}`;
    if (days[from]) parts.push(`${name} ${days[from]}`);
    from = to + 1;
  }
  return parts.join("; ");
}
