// The alert desk: the queue and the open card follow the live socket, keys move through them, a new alert rings.

import { follow } from "/static/live.js";
import { Bell } from "/static/ring.js";
import { t } from "/static/texts.js";

const ASKED_MS = 10000;
const at = (id) => document.getElementById(id);
const queue = at("queue");
const card = document.querySelector("[data-live]");
const bell = new Bell(at("ring"));
const known = new Map();
let [chosen, place, timer, isBusy] = [null, 0, null, false]; // chosen by number: rows move, cards stay who they are

at("tools").hidden = false;

/** The changing parts of the page as they are now; what is being written stays. */
async function renew() {
  timer = null;
  if (isBusy) return renewSoon();
  isBusy = true;
  try {
    const answer = await fetch(location.href).catch(() => null); // the socket comes back with news of its own
    if (!answer?.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of [queue, card, at("card-head"), at("deeds")]) {
      const other = part && fresh.getElementById(part.id);
      if (other) replace(part, other);
    }
    mark();
    dispatchEvent(new CustomEvent("queue-changed", { detail: fresh.getElementById("queue")?.dataset.open }));
  } finally {
    isBusy = false;
  }
}

/** A field that is being written in stays as it is; a link keeps the focus in the new part. */
function replace(part, other) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  if (focused && !focused.href) return;
  part.replaceChildren(...other.childNodes);
  if (focused) [...part.querySelectorAll("a")].find((a) => a.href === focused.href)?.focus({ preventScroll: true });
}

function renewSoon() {
  timer ??= setTimeout(renew, 300);
}

function heard(cards, isNews) {
  const loud = cards.filter((c) => c.state === "new" && !c.is_late && !known.has(c.id));
  for (const one of cards) known.set(one.id, one);
  if (!isNews) return;
  if (loud.length) {
    bell.ring(Math.min(...loud.map((c) => c.severity)));
    if (at("said")) at("said").textContent = loud.map((c) => `${t("alert.new_one")}: ${t(`alert.kind.${c.kind}`)}, ${c.person_name}`).join(". ");
  }
  renewSoon();
}

let hasSnapshot = false;
const news = {
  snapshot: ({ alerts }) => {
    heard(alerts, hasSnapshot);
    hasSnapshot = true;
    renewSoon();
  },
  changes: ({ alerts }) => heard(alerts, true),
  counts: () => {},
  beat: () => {},
  packed: () => {},
  state: (state) => {
    at("live").dataset.state = state;
    at("live").textContent = at("live").dataset[state];
    at("live").classList.toggle("is-order", state === "on");
  },
};
if (at("live")) follow(news);
else setInterval(renewSoon, ASKED_MS); // who may not see the map has no socket

const rows = () => [...(queue?.querySelectorAll("[data-card], .below [data-testid=further]") ?? [])];
const row = () => rows().find((one) => id(one) === chosen);
const id = (one) => one.dataset.card ?? "further";
const link = (one) => (one?.href ? one : one?.querySelector("a"));

function mark() {
  rows().forEach((one, i) => {
    const isChosen = one.toggleAttribute("data-chosen", id(one) === chosen);
    if (isChosen) place = i;
  });
}

/** To the next card or the one before, after the last one to the next sheet; a card that left the queue is passed over. */
function move(step) {
  const all = rows();
  const to = all[Math.max(0, Math.min(all.length - 1, row() ? place + step : place))];
  if (!to) return;
  chosen = id(to);
  mark();
  link(to).focus();
}

/** Takes the chosen card of the queue, or the open one: the same plain form as the button. */
function take() {
  const button = document.querySelector("[data-key=t]");
  if (button) return button.form.requestSubmit();
  const one = row();
  if (!one?.dataset.card) return;
  const form = Object.assign(document.createElement("form"), { method: "post", action: `/alerts/${one.dataset.card}/take` });
  document.body.append(form);
  form.submit();
}

const reach = (key) => () => document.querySelector(`[data-key=${key}]`)?.focus();
const acts = {
  j: () => move(1),
  k: () => move(-1),
  Enter: () => link(row())?.click(),
  t: take,
  p: reach("p"),
  m: reach("m"),
  n: reach("n"),
  c: reach("c"),
  q: () => document.querySelector("[data-key=q]")?.click(),
  "?": () => at("keys").showModal(),
};

/** The letter of the key: on a Cyrillic keyboard the one that is printed beside it. */
function letter({ key, code }) {
  const isOther = key.length === 1 && key.charCodeAt(0) > 127 && /^Key[A-Z]$/.test(code);
  return isOther ? code.slice(3).toLowerCase() : key.length === 1 ? key.toLowerCase() : key;
}

addEventListener("keydown", (event) => {
  const field = event.target.closest?.("input, textarea, select, dialog");
  if (event.key === "Enter" && event.ctrlKey && field?.form) return field.form.requestSubmit();
  const act = acts[letter(event)];
  if (field || event.ctrlKey || event.metaKey || event.altKey || !act) return;
  if (event.key === "Enter" && event.target !== document.body) return;
  event.preventDefault();
  act();
});
at("keys-show").addEventListener("click", acts["?"]);
