// What every page does: the language changes when chosen, filters apply at once, ages and queues stay true.

import "/static/forms.js";

const units = JSON.parse(document.getElementById("units").textContent);

for (const form of document.querySelectorAll("form#language")) {
  form.querySelector("select").addEventListener("change", () => form.requestSubmit());
}
for (const field of document.querySelectorAll("[data-submits]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
for (const here of document.querySelectorAll(".tabs [aria-current]")) {
  const [row, own] = [here.parentElement, here.getBoundingClientRect()];
  row.scrollLeft += own.left + own.width / 2 - innerWidth / 2; // where one is stands in sight on a phone
}
document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.further[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});

function short(s) {
  if (s < 90) return `${Math.max(0, Math.round(s))} ${units.s}`;
  if (s < 5400) return `${Math.round(s / 60)} ${units.min}`;
  if (s < 129600) return `${Math.round(s / 3600)} ${units.h}`;
  return `${Math.round(s / 86400)} ${units.d}`;
}

function grow() {
  for (const time of document.querySelectorAll("time[data-age]")) {
    time.textContent = short((Date.now() - Date.parse(time.dateTime)) / 1000);
  }
}
grow();
setInterval(grow, 5000);

/** What waits for the reader, beside its entry of the bar: open cards of the desk, proposals of zones, tasks with papers. */
const waiting = {
  alerts: ["/v1/incidents?most=1", ({ total }) => total],
  zones: ["/v1/proposals/notices", (told) => told.waiting + told.answered],
  tasks: ["/v1/tasks/notices", (told) => told.tasks + told.papers],
};

const entries = (name) => [...document.querySelectorAll(`.bar [data-entry="${name}"]`)];

async function count(name) {
  if (!entries(name).length || document.hidden) return;
  const answer = await fetch(waiting[name][0]).catch(() => null); // the server is away: later
  if (answer?.ok) show(name, waiting[name][1](await answer.json()));
}

/** On the entry, and on the menu that hides it: at a desk another one than on a telephone. */
function show(name, number) {
  for (const link of entries(name)) {
    link.dataset.count = number || "";
    link.title = number ? `${link.dataset.waits}: ${number}` : "";
  }
  for (const menu of document.querySelectorAll(".bar nav details")) {
    const hidden = [...menu.querySelectorAll("a[data-count]")].filter((one) => getComputedStyle(one).display !== "none");
    menu.querySelector("summary").dataset.count = hidden.reduce((sum, one) => sum + Number(one.dataset.count), 0) || "";
  }
}
for (const name of Object.keys(waiting)) {
  count(name);
  setInterval(() => count(name), 60000);
}
addEventListener("queue-changed", ({ detail }) => {
  grow(); // new rows come with moments, and show ages
  detail ? show("alerts", Number(detail)) : count("alerts");
});

/** A part of the page as it is now, from an address of its own where it has one; what has the reader's focus is left alone. */
async function renew(part) {
  if (document.hidden || part.contains(document.activeElement)) return;
  const answer = await fetch(part.dataset.renews || location.href).catch(() => null); // the server is away: later
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = part.dataset.renews ? page.body : page.getElementById(part.id);
  if (fresh) part.replaceChildren(...fresh.childNodes);
  grow();
}
for (const part of document.querySelectorAll("[data-renews]")) setInterval(() => renew(part), 5000);
