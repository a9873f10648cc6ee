// Open alerts beside the map: gravest first, of these what goes on; a new one flashes, is said aloud to screen readers, and may ring.

import { age, el, t } from "/static/texts.js";

const ARROW = "M6 3.5 10.5 8 6 12.5";

const isOver = (card) => Boolean(card.annulled_at || card.closed_at);

function openLink(card) {
  const link = el("a.open-alert", { href: `/alerts/${card.id}`, title: t("map.alert"), "aria-label": t("map.alert") });
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ width: 16, height: 16, fill: "none", stroke: "currentColor", "stroke-width": 2 })) svg.setAttribute(key, value);
  svg.append(document.createElementNS(svg.namespaceURI, "path"));
  svg.firstChild.setAttribute("d", ARROW);
  link.append(svg);
  return link;
}

export class AlertList {
  constructor(root, { onChoose, onNew }) {
    this.root = root;
    this.onChoose = onChoose;
    this.onNew = onNew;
    this.cards = new Map();
    this.now = Date.now();
  }

  begin(cards) {
    const known = new Set(this.cards.keys());
    this.cards = new Map(cards.map((card) => [card.id, card]));
    this.draw();
    if (known.size) this.ring(cards.filter((card) => !known.has(card.id)));
  }

  change(cards) {
    const fresh = cards.filter((card) => !this.cards.has(card.id) && card.state !== "closed");
    for (const card of cards) card.state === "closed" ? this.cards.delete(card.id) : this.cards.set(card.id, card);
    this.draw(new Set(fresh.map((card) => card.id)));
    this.ring(fresh);
  }

  ring(cards) {
    const loud = cards.filter((card) => card.state === "new" && !card.is_late);
    if (loud.length) this.onNew(loud);
  }

  open() {
    return [...this.cards.values()].sort((a, b) =>
      (a.state === "taken") - (b.state === "taken") || a.severity - b.severity || isOver(a) - isOver(b) || Date.parse(b.raised_at) - Date.parse(a.raised_at));
  }

  draw(fresh = new Set()) {
    const focused = document.activeElement?.dataset.alert;
    this.root.replaceChildren(...this.open().map((card) => this.item(card, fresh.has(card.id))));
    if (!this.cards.size) this.root.append(el("li.empty", {}, t("map.no_alerts")));
    if (focused) this.root.querySelector(`[data-alert="${focused}"]`)?.focus();
  }

  item(card, isFresh) {
    const over = isOver(card);
    const button = el("button.alert", { type: "button", "data-alert": card.id },
      el("b", {}, t(`alert.kind.${card.kind}`)),
      el("span.alert-who", {}, card.person_name),
      el("span.alert-where.quiet", {}, [card.zone_name, over ? t("alert.ended") : null].filter(Boolean).join(" · ")),
      el("time.small.quiet", { datetime: card.raised_at }, age(Date.parse(card.raised_at), this.now)));
    button.addEventListener("click", () => this.onChoose(card));
    const state = card.state === "taken"
      ? el("span.pill.is-taken", {}, card.taken_by_name ?? t("alert.state.taken"))
      : el("span.pill.is-new", {}, t("alert.state.new"));
    return el(`li${isFresh ? ".is-fresh" : ""}`,
      { "data-testid": `alert-${card.id}`, "data-state": card.state, "data-severity": card.severity, "data-over": over ? "yes" : "no" },
      button, el("div.alert-end", {}, state, openLink(card)));
  }

  /** Ages grow. */
  tick(now) {
    this.now = now;
    for (const time of this.root.querySelectorAll("time")) time.textContent = age(Date.parse(time.dateTime), now);
  }
}
