// Somebody inside: to whom one is related, how they are, visits and calls, questions with their answers.

import { call, read, Later, Refused, SignedOut } from "./account.js";
import { files as pictures } from "./enclose.js";
import { get, put, remove, uuid7 } from "./keep.js";
import { post } from "./outbox.js";
import { back, button, choice, clock, day, field, form, heading, moment, problem } from "./parts.js";
import { el, t } from "/static/texts.js";

const BOOKED = ["short_visit", "long_visit", "child_visit", "video_visit", "call"];
const RELATIONS = ["spouse", "parent", "child", "sibling", "grandparent", "other_relative"];
const AHEAD_DAYS = 90;
const CLAIM = "claim";

/** Those of whom one may know; nobody where nothing can be asked now. */
export async function confirmed() {
  const { claims } = await read("/v1/my/claims").catch((failure) => {
    if (failure instanceof Later || failure instanceof SignedOut || failure instanceof Refused) return { claims: [] };
    throw failure;
  });
  return claims.filter((one) => one.state === "confirmed");
}

export async function list() {
  const { claims } = await read("/v1/my/claims");
  const lines = claims.map((one) => {
    const said = [el("b", {}, t(`my.relation.${one.relation}`)), el("span.pill", {}, t(`my.claim.${one.state}`))];
    const until = el("span.small.quiet", {}, one.until ? `${t("my.until")} ${day(one.until)}` : `${t("my.due")}: ${day(one.due_on)}`);
    return el("li", { "data-testid": `claim-${one.id}`, "data-state": one.state },
      one.state === "confirmed" ? el("a", { href: `#/relative/${one.id}`, "data-testid": `relative-${one.id}` }, ...said) : el("p.row", {}, ...said), until);
  });
  return [back(), heading("my.kin"), lines.length ? el("ul.lines", {}, ...lines) : el("p.quiet", {}, t("my.no_kin")),
    el("a.button", { href: "#/claim", "data-testid": "claim" }, t("my.claim_new"))];
}

/** To whom, whom one means, who one is, what proves it: a page each; then both are sent. */
export async function claim(step = "relation") {
  const held = (await get("session", CLAIM)) ?? { id: uuid7(), me: uuid7(), made: Date.now() };
  const asked = { relation, whom, who, proof }[step];
  if (!asked) return location.replace("#/kin");
  return [back(step === "relation" ? "#/kin" : "#/claim"), heading(`my.ask.${step}`), ...asked(held)];
}

const claiming = (held, fields, next, fault = () => "") => form(fields, {
  next: next ? "my.next" : "my.send",
  keep: (said) => put("session", CLAIM, Object.assign(held, said)),
  done: async (said) => {
    Object.assign(held, said);
    const wrong = fault();
    if (wrong) return wrong;
    await put("session", CLAIM, held);
    if (next) location.hash = `#/claim/${next}`;
    else await claimed(held);
    return "";
  },
});

const relation = (held) => [claiming(held, RELATIONS.map((one) => choice(held, "relation", one, t(`my.is.${one}`))), "whom")];

function whom(held) {
  const fault = () => (held.number?.trim() || (held.given_name?.trim() && held.born_on) ? "" : t("my.whom_missing"));
  return [el("p.small.quiet", {}, t("my.whom_what")), claiming(held, [
    field("my.surname", "surname", { required: true, maxlength: 100, value: held.surname, autofocus: true }),
    field("my.given_name", "given_name", { maxlength: 100, value: held.given_name }),
    field("my.born_on", "born_on", { type: "date", min: "1900-01-01", value: held.born_on }),
    field("my.file_number", "number", { maxlength: 40, value: held.number }),
  ], "who", fault)];
}

const who = (held) => [el("p.small.quiet", {}, t("my.who_what")), claiming(held, [
  field("my.surname", "own_surname", { required: true, maxlength: 100, value: held.own_surname, autocomplete: "family-name", autofocus: true }),
  field("my.given_name", "own_name", { required: true, maxlength: 100, value: held.own_name, autocomplete: "given-name" }),
  field("my.born_on", "own_born_on", { required: true, type: "date", min: "1900-01-01", value: held.own_born_on, autocomplete: "bday" }),
  field("my.document", "document", { required: true, maxlength: 40, value: held.document }),
], "proof")];

const proof = (held) => [el("p", {}, t("my.proof_what")), claiming(held, [pictures(held, (now) => put("session", CLAIM, now))])];

async function claimed(held) {
  const named = { client_id: held.id, relation: held.relation, surname: held.surname, given_name: held.given_name ?? "", number: held.number ?? "" };
  if (held.born_on) named.born_on = held.born_on;
  const identity = { surname: held.own_surname, given_name: held.own_name, born_on: held.own_born_on, document: held.document };
  const files = (held.files ?? []).map(({ id, type }) => ({ id, type, at: null, key: null }));
  await post({ id: held.me, kind: "identity", path: "/v1/my/identity", body: identity }, "#/kin");
  await post({ id: held.id, kind: "claim", path: "/v1/my/claims", body: named, files }, "#/kin");
  await remove("session", CLAIM);
  location.hash = `#/waiting/${held.id}`;
}

/** The status card, with what was booked and asked under it. */
export async function one(id) {
  const kin = Number(id);
  const card = await read(`/v1/my/kin/${kin}/card`);
  const [{ visits }, { advice }] = await Promise.all([read("/v1/my/visits"), read("/v1/my/advice")]);
  const mine = (one) => one.kin_id === kin;
  return [back("#/kin"), heading("my.card"), el("p.small.quiet", {}, t("my.looked")), shown(card),
    card.contact === "possible" ? el("a.button", { href: `#/visit/${kin}`, "data-testid": "visit" }, t("my.visit_new")) : null,
    el("a.button", { href: `#/question/${kin}`, "data-testid": "question" }, t("my.question_new")),
    ...booked(visits.filter(mine)), ...asked(advice.filter(mine))];
}

function shown(card) {
  const rows = [["relation", t(`my.relation.${card.relation}`)], ["place", card.place], ["regime", card.regime && t(`my.regime.${card.regime}`)],
    ["contact", t(`my.contact.${card.contact}`)], ["next_visit", card.next_visit && moment(card.next_visit)], ["until", day(card.until)]];
  const facts = rows.filter(([, words]) => words).flatMap(([name, words]) => [el("dt", {}, t(`my.fact.${name}`)), el("dd", { "data-testid": `card-${name}` }, words)]);
  const left = card.left.map((one) => el("li.row", { "data-testid": `left-${one.thing}` }, t(`my.due_thing.${one.thing}`),
    el("b", {}, one.is_unlimited ? t("my.unlimited") : String(one.left))));
  return el("section.card", { "data-testid": "card", "data-contact": card.contact }, el("dl.facts", {}, ...facts),
    left.length ? el("h2", {}, t("my.left")) : null, left.length ? el("ul.plain", {}, ...left) : null);
}

function booked(visits) {
  if (!visits.length) return [];
  const lines = visits.map((one) => {
    const isOpen = ["confirmed", null].includes(one.state) && new Date(one.wanted_at) > Date.now();
    return el("li", { "data-testid": `visit-${one.id}`, "data-state": one.state ?? "asked" },
      el("p.row", {}, el("b", {}, t(`my.due_thing.${one.thing}`)), el("span.pill", {}, t(`my.visit_state.${one.state ?? "asked"}`))),
      el("p", {}, moment(one.wanted_at)), one.reason ? el("p.words", {}, one.reason) : null,
      isOpen ? button("my.cancel", () => cancelled(one), `cancel-${one.id}`) : null);
  });
  return [el("h2", {}, t("my.visits")), el("ul.lines", {}, ...lines)];
}

const cancelled = (visit) => call("POST", `/v1/my/visits/${visit.id}/cancel`, { key: uuid7() })
  .then(() => dispatchEvent(new Event("hashchange")), (failure) => document.getElementById("page").prepend(...[problem(failure)].flat()));

function asked(advice) {
  if (!advice.length) return [];
  const lines = advice.map((one) => el("li", { "data-testid": `advice-${one.id}` }, el("p.words", {}, one.question ?? ""),
    clock(one.asked_at, `${one.due_on}T23:59:59+05:00`, Boolean(one.answer)),
    one.answer ? el("div.answer", {}, el("p.small.quiet", {}, `${t("my.answered")} ${moment(one.answered_at)}`), el("p.words", {}, one.answer)) : null));
  return [el("h2", {}, t("my.questions")), el("ol.entries", {}, ...lines)];
}

/** What, then when. The hour is the one on the wall in Tashkent. */
export async function visit(id, thing) {
  const kin = Number(id);
  if (BOOKED.includes(thing)) return [back(`#/visit/${kin}`), heading("my.ask.when"), el("p", {}, t(`my.due_thing.${thing}`)), when(kin, thing)];
  const { bookable } = await read(`/v1/my/kin/${kin}/card`);
  const free = bookable.filter((one) => one.is_unlimited || one.left > 0);
  if (!free.length) return [back(`#/relative/${kin}`), heading("my.ask.what"), el("p", {}, t("my.nothing_left"))];
  const fields = free.map((one) => choice({}, "thing", one.thing, t(`my.due_thing.${one.thing}`), `${t("my.left_over")}: ${one.is_unlimited ? t("my.unlimited") : one.left}`));
  return [back(`#/relative/${kin}`), heading("my.ask.what"), form(fields, { done: (said) => { location.hash = `#/visit/${kin}/${said.thing}`; } })];
}

function when(kin, thing) {
  const wall = (ms) => new Date(ms + 5 * 3_600_000).toISOString().slice(0, 16);
  const at = field("my.when", "at", { type: "datetime-local", required: true, min: wall(Date.now()), max: wall(Date.now() + AHEAD_DAYS * 86_400_000), autofocus: true });
  return form([at, el("p.small.quiet", {}, t("my.visit_what"))], { next: "my.send", done: async (said) => {
    const client_id = uuid7();
    const body = { client_id, kin_id: kin, thing, wanted_at: new Date(`${said.at}:00+05:00`).toISOString() };
    await post({ id: client_id, kind: "visit", path: "/v1/my/visits", body }, `#/relative/${kin}`);
    location.hash = `#/waiting/${client_id}`;
  } });
}

export async function question(id) {
  const kin = Number(id);
  const text = el("textarea", { name: "question", rows: 6, maxlength: 4000, required: true, autofocus: true, "data-testid": "question-text" });
  return [back(`#/relative/${kin}`), heading("my.ask.question"), form([el("label", {}, el("span.small.quiet", {}, t("my.question_what")), text)], { next: "my.send", done: async (said) => {
    const client_id = uuid7();
    await post({ id: client_id, kind: "question", path: "/v1/my/advice", body: { client_id, kin_id: kin, question: said.question } }, `#/relative/${kin}`);
    location.hash = `#/waiting/${client_id}`;
  } })];
}
