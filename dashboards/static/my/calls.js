// Calls and video visits: those that are booked, and asking for another.

import { call, read } from "./account.js";
import { uuid7 } from "./keep.js";
import { back, heading, moment, problem } from "./parts.js";
import { el, t } from "/static/texts.js";

const THINGS = ["video_visit", "call"];

export async function list() {
  const [{ calls }, { visits }] = await Promise.all([read("/v1/my/calls"), read("/v1/my/visits")]);
  const asked = visits.filter((one) => THINGS.includes(one.thing) && one.state === null);
  const lines = [...calls.map(booked), ...asked.map((one) => el("li", {}, el("b", {}, t(`my.call.${one.thing}`)),
    el("span", {}, ` ${moment(one.wanted_at)}`), el("span.pill", {}, t("my.call.asked"))))];
  return [back(), heading("my.call.head"), lines.length ? el("ul.lines", {}, ...lines) : el("p.quiet", {}, t("my.call.none")),
    el("a.button", { href: "#/call-new", "data-testid": "call-new" }, t("my.call.ask"))];
}

function booked(one) {
  const isNow = Date.now() >= new Date(one.opens_at) && Date.now() < new Date(one.ends_at);
  return el("li", {}, el("b", {}, t(`my.call.${one.thing}`)), el("span", {}, ` ${moment(one.begins_at)}`), el("span.pill", {}, t(`my.call.is.${one.state}`)),
    isNow ? el("a.button.main-button", { href: `/my/call#${one.id}`, "data-testid": `join-${one.id}` }, t("my.call.join")) : null);
}

/** Whom, by picture or voice, and when: one form, then an officer confirms it. */
export async function ask() {
  const { claims } = await read("/v1/my/claims");
  const kin = claims.filter((one) => one.state === "confirmed");
  if (!kin.length) return [back("#/calls"), heading("my.call.ask"), el("p", {}, t("my.call.no_kin"))];
  const form = el("form", { "data-testid": "call-form" },
    ...kin.map((one, n) => choice("kin_id", one.id, t(`my.relation.${one.relation}`), n === 0)),
    ...THINGS.map((thing, n) => choice("thing", thing, t(`my.call.${thing}`), n === 0)),
    el("label", {}, el("span", {}, t("my.call.when")), el("input", { type: "datetime-local", name: "when", required: true, "data-testid": "when" })),
    el("p.small.quiet", {}, t("my.call.what")),
    el("button.main-button", { "data-testid": "call-send" }, t("my.call.send")));
  const client = uuid7();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(form));
    const body = { client_id: client, kin_id: Number(said.kin_id), thing: said.thing, wanted_at: `${said.when}:00+05:00` };
    call("POST", "/v1/my/visits", { body, key: uuid7() }).then(() => location.assign("#/calls"), (failure) => form.prepend(...[problem(failure)].flat()));
  });
  return [back("#/calls"), heading("my.call.ask"), form];
}

const choice = (name, value, words, isFirst) => el("label.choice", {}, el("input", { type: "radio", name, value, required: true, checked: isFirst }), el("b", {}, words));
