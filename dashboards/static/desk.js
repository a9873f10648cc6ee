// What every page does: the language changes when chosen, filters apply at once, ages and queues stay true.

const units = JSON.parse(document.getElementById("units").textContent);

for (const form of document.querySelectorAll("form#language")) {
  form.querySelector("select").addEventListener("change", () => form.requestSubmit());
}
for (const field of document.querySelectorAll("[data-submits]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
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

/** How many proposals of zones wait for the reader, beside the entry of the bar and on the menu that hides it. */
async function count(link) {
  if (document.hidden) return;
  const answer = await fetch("/v1/proposals/notices");
  if (!answer.ok) return;
  const { waiting, answered } = await answer.json();
  for (const place of [link, link.closest("details")?.querySelector("summary")]) {
    if (place) place.dataset.count = waiting + answered || "";
  }
}
const zones = document.querySelector('[data-testid="nav-zones"]');
if (zones) {
  count(zones);
  setInterval(() => count(zones), 60000);
}

/** A part of the page as it is now; what has the reader's focus is left alone. */
async function renew(part) {
  if (document.hidden || part.contains(document.activeElement)) return;
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (fresh) part.replaceChildren(...fresh.childNodes);
  grow();
}
for (const part of document.querySelectorAll("[data-renews]")) setInterval(() => renew(part), 5000);
