// Pieces that the app's pages are made of.

import { begin, Later, Refused, SignedOut } from "./account.js";
import { el, language, t } from "/static/texts.js";

const HERE = "Asia/Tashkent";
const dates = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "ru", { day: "2-digit", month: "2-digit", year: "numeric", timeZone: HERE });
const times = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: HERE });

export const heading = (key) => el("h1", { tabindex: "-1", "data-testid": "heading" }, t(key));
export const back = (to = "#/") => el("a.back", { href: to, "data-testid": "back" }, t("my.back"));
export const day = (text) => dates.format(new Date(text));
export const moment = (text) => `${day(text)} ${times.format(new Date(text))}`;

export function button(key, deed, id, kind = "button") {
  const made = el(kind, { type: "button", "data-testid": id }, t(key));
  made.addEventListener("click", deed);
  return made;
}

/** What became of asking the platform, in words. */
export function problem(failure) {
  if (failure instanceof SignedOut) return [heading("my.sign_in"), el("p", {}, t("my.sign_in_why")), button("my.sign_in", begin, "sign-in"), back()];
  if (failure instanceof Later) return [heading("my.offline"), button("my.try_again", () => dispatchEvent(new Event("hashchange")), "again"), back()];
  if (failure instanceof Refused) return [heading("my.refused"), el("p", { role: "alert" }, failure.message), back()];
  throw failure;
}

/** One of several answers to a page's question. */
export const choice = (held, name, value, words, more) => el("label.choice", {},
  el("input", { type: "radio", name, value, required: true, checked: held[name] === value, "data-testid": `${name}-${value}` }),
  el("span", {}, el("b", {}, words), more ? el("span.small.quiet", {}, more) : null));

/** A line to fill in. */
export const field = (key, name, said = {}) => el("label", {}, t(key), el("input", { name, "data-testid": name, ...said }));

/** A question with its answer: `keep` hears every change, `done` the end. */
export function form(fields, { keep = () => {}, done, next = "my.next" }) {
  const wrong = el("p.wrong", { role: "alert", hidden: true, "data-testid": "wrong" });
  const made = el("form", {}, ...fields, wrong, el("button.main-button", { "data-testid": "next" }, t(next)));
  const said = () => Object.fromEntries(new FormData(made));
  made.addEventListener("input", () => keep(said()));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fault = await done(said());
    wrong.hidden = !fault;
    wrong.textContent = fault || "";
  });
  return made;
}

/** How far the term has run, and when it ends. */
export function clock(from, due, isOver) {
  const share = Math.min(1, Math.max(0, (Date.now() - new Date(from)) / (new Date(due) - new Date(from))));
  const days = Math.ceil((new Date(due) - Date.now()) / 86_400_000);
  const told = isOver ? "" : days > 0 ? `${t("my.days_left")}: ${days}` : t("my.overdue");
  return el("div.clock", { "data-testid": "clock" },
    el("p", {}, `${t("my.due")}: ${day(due)}`, told && el(days > 0 ? "b" : "b.late", {}, ` · ${told}`)),
    isOver ? null : el("progress", { max: 1, value: share, "aria-label": t("my.due") }));
}
