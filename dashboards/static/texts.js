// Words and ages in the reader's language: the page carries them as data, no script writes a sentence.

const words = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");
export const language = document.documentElement.lang;
const hereClock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Asia/Tashkent",
});

/** A word by its key; a missing one is loud, so that tests see it. */
export function t(key) {
  if (!(key in words)) throw new Error(`missing text ${key}`);
  return words[key];
}

/** Time of day in Tashkent. */
export const clock = (ms) => hereClock.format(ms);

/** Day and minute there, as fields of forms hold them; Tashkent keeps +05:00 all year. */
export const wall = (ms) => new Date(ms + 5 * 3600000).toISOString().slice(0, 16);

/** "40 s", "12 min", "3 h", "5 d": units come from the page or, without words, stay out. */
export function age(ms, now, unit = t) {
  const s = Math.max(0, Math.round((now - ms) / 1000));
  if (s < 3) return unit("desk.now");
  if (s < 90) return `${s} ${unit("desk.s")}`;
  if (s < 90 * 60) return `${Math.round(s / 60)} ${unit("desk.min")}`;
  if (s < 36 * 3600) return `${Math.round(s / 3600)} ${unit("desk.h")}`;
  return `${Math.round(s / 86400)} ${unit("desk.d")}`;
}

/** An element with classes, attributes and children: `el("b.name", {}, text)`. */
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  made.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((c) => c !== null && c !== undefined));
  return made;
}
