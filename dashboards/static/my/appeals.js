// One's own appeals: where each stands, what was said, and answering it.

import { call, read } from "./account.js";
import { uuid7 } from "./keep.js";
import { back, button, clock, heading, moment, problem } from "./parts.js";
import { el, t } from "/static/texts.js";

const OVER = new Set(["answered", "closed", "archived", "withdrawn", "duplicate", "left_without_consideration", "passed_on"]);
const SAID = new Set(["register", "take", "ask", "reply", "note", "study", "extend", "leave", "forward", "pass_on", "answer", "answer_joined", "join",
  "mark_duplicate", "withdraw", "ask_withdrawal", "allow_withdrawal", "rate", "close", "archive"]);
const AGAIN_MS = 15_000;

export async function list() {
  const { appeals } = await read("/v1/my/appeals");
  const lines = appeals.map((one) => el("li", {}, el("a", { href: `#/appeal/${one.id}`, "data-testid": `appeal-${one.id}` },
    el("b", {}, one.subject ?? one.number), el("span.pill", {}, t(`my.state.${one.state}`))),
  clock(one.received_at, one.due_at, OVER.has(one.state))));
  return [back(), heading("my.appeals"), lines.length ? el("ul.lines", {}, ...lines) : el("p.quiet", {}, t("my.no_appeals"))];
}

export async function one(id) {
  const path = `/v1/my/appeals/${Number(id)}`;
  const made = el("article");
  const draw = (found) => made.replaceChildren(...shown(found, act));
  const act = (command, said) => call("POST", `${path}/${command}`, { body: said, key: uuid7() })
    .then(draw, (failure) => made.prepend(...[problem(failure)].flat()));
  let found = await read(path);
  draw(found);
  const watch = setInterval(async () => {
    if (!made.isConnected) return clearInterval(watch);
    const now = await read(path).catch(() => found);
    if (now.entries.length !== found.entries.length && !made.contains(document.activeElement)) draw((found = now));
  }, AGAIN_MS);
  return [back("#/appeals"), made];
}

function shown(found, act) {
  return [heading("my.appeal"), el("p.small.quiet", {}, found.number), el("p", {}, el("b", {}, found.subject ?? "")),
    el("p", { "data-testid": "state", "data-state": found.state }, el("span.pill", {}, t(`my.state.${found.state}`))),
    clock(found.received_at, found.due_at, OVER.has(found.state)),
    el("details", {}, el("summary", {}, t("my.my_words")), el("p.words", {}, found.body ?? t("my.spoken"))),
    el("ol.entries", { "data-testid": "entries" }, ...found.entries.filter((entry) => entry.command !== "submit").map(line)),
    found.state === "info_requested" ? reply(act) : null,
    found.outcome && !found.rating ? rating(act) : null,
    journal(found.id),
    OVER.has(found.state) ? null : withdrawal(act)].filter(Boolean);
}

/** Who read it: asked for when somebody wants to know. */
function journal(id) {
  const lines = el("ul.plain", { "data-testid": "looks" });
  const made = el("details", { "data-testid": "journal" }, el("summary", {}, t("my.looks")), lines);
  made.addEventListener("toggle", () => read(`/v1/my/appeals/${id}/looks`).then(
    ({ looks }) => lines.replaceChildren(...(looks.length ? looks.map(look) : [el("li.quiet", {}, t("my.no_looks"))])),
    () => lines.replaceChildren(el("li.quiet", {}, t("my.offline")))));
  return made;
}

const look = (one) => el("li", {}, el("b", {}, t(`my.role.${one.role}`)), one.body ? ` · ${one.body}` : "", el("span.small.quiet", {}, ` ${moment(one.at)}`));

/** What was done, when, in whose words; an answer with its grounds, its law and the way against it. */
function line(entry) {
  const words = entry.values.text ?? entry.values.reason;
  const more = ["grounds", "legal_basis", "contest"].filter((name) => entry.values[name])
    .flatMap((name) => [el("dt", {}, t(`my.${name}`)), el("dd.words", {}, String(entry.values[name]))]);
  return el("li", { "data-command": entry.command }, el("b", {}, t(`my.entry.${SAID.has(entry.command) ? entry.command : "other"}`)),
    el("span.small.quiet", {}, ` ${moment(entry.at)}`), words ? el("p.words", {}, String(words)) : null, more.length ? el("dl.facts", {}, ...more) : null);
}

function said(name, title, send, deed, id) {
  const form = el("form", {}, el("label", {}, t(title), el("textarea", { name, rows: 4, maxlength: 20000, required: true, "data-testid": id })),
    el("button.main-button", { "data-testid": `${id}-send` }, t(send)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    deed(Object.fromEntries(new FormData(form)));
  });
  return form;
}

const reply = (act) => said("text", "my.reply", "my.send", (words) => act("reply", words), "reply");

const withdrawal = (act) => el("details", {}, el("summary", {}, t("my.withdraw")),
  said("reason", "my.withdraw_why", "my.withdraw", (words) => act("withdraw", words), "withdraw"));

function rating(act) {
  const stars = [1, 2, 3, 4, 5].map((n) => {
    const star = button("my.star", () => act("rate", { stars: n }), `star-${n}`);
    star.textContent = "★".repeat(n);
    star.setAttribute("aria-label", `${t("my.star")} ${n}/5`);
    return star;
  });
  return el("section.card", { "data-testid": "rating" }, el("h2", {}, t("my.rate")), el("div.stars", {}, ...stars));
}
