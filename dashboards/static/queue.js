// The alert desk: the queue and the open card follow the live socket, keys move through them, a new alert rings.

import { follow } from "/static/live.js";
import { Bell } from "/static/ring.js";
import { t } from "/static/texts.js";

const at = (id) => document.getElementById(id);
const page = document.querySelector("[data-keys]");
const queue = at("queue");
const card = document.querySelector("[data-live]");
const bell = new Bell(at("ring"));
const known = new Map();
let [chosen, timer, isBusy] = [0, null, false];

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
    for (const part of [queue, card, at("card-head")]) {
      const other = part && fresh.getElementById(part.id);
      if (other && !part.contains(document.activeElement)) part.replaceChildren(...other.childNodes);
    }
    mark();
  } finally {
    isBusy = false;
  }
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
follow({
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
});

const rows = () => [...(queue?.querySelectorAll("[data-card]") ?? [])];

function mark() {
  const all = rows();
  chosen = Math.min(chosen, Math.max(0, all.length - 1));
  all.forEach((row, i) => row.toggleAttribute("data-chosen", i === chosen && page.dataset.moved === "yes"));
}

function move(step) {
  page.dataset.moved = "yes";
  chosen = Math.max(0, Math.min(rows().length - 1, chosen + step));
  mark();
  rows()[chosen]?.querySelector("a").focus();
}

const link = () => rows()[chosen]?.querySelector("a");

/** Takes the chosen card of the queue, or the open one: the same plain form as the button. */
function take() {
  const button = document.querySelector("[data-key=t]");
  if (button) return button.form.requestSubmit();
  const row = rows()[chosen];
  if (!row) return;
  const form = Object.assign(document.createElement("form"), { method: "post", action: `/alerts/${row.dataset.card}/take` });
  document.body.append(form);
  form.submit();
}

const acts = {
  j: () => move(page.dataset.moved === "yes" ? 1 : 0),
  k: () => move(-1),
  Enter: () => link()?.click(),
  t: take,
  n: () => document.querySelector("[data-key=n]")?.focus(),
  c: () => document.querySelector("[data-key=c]")?.focus(),
  "?": () => at("keys").showModal(),
};

addEventListener("keydown", (event) => {
  const writes = event.target.closest?.("input, textarea, select, dialog");
  if (writes || event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
  if (event.key === "Enter" && event.target !== document.body) return;
  event.preventDefault();
  acts[event.key]();
});
at("keys-show").addEventListener("click", acts["?"]);
