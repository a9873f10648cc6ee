// Calls and video visits that are booked, and the way into them; asking for one is kin.js's.

import { read } from "./account.js";
import { back, heading, moment } from "./parts.js";
import { el, t } from "/static/texts.js";

const THINGS = ["video_visit", "call"];

export async function list() {
  const [{ calls }, { visits }] = await Promise.all([read("/v1/my/calls"), read("/v1/my/visits")]);
  const asked = visits.filter((one) => THINGS.includes(one.thing) && one.state === null);
  const lines = [...calls.map(booked), ...asked.map((one) => el("li", {}, el("b", {}, t(`my.call.${one.thing}`)),
    el("span", {}, ` ${moment(one.wanted_at)}`), el("span.pill", {}, t("my.call.asked"))))];
  return [back(), heading("my.call.head"), lines.length ? el("ul.lines", {}, ...lines) : el("p.quiet", {}, t("my.call.none")),
    el("p.small.quiet", {}, t("my.call.what")), el("a.button", { href: "#/kin" }, t("my.kin"))];
}

function booked(one) {
  const isNow = Date.now() >= new Date(one.opens_at) && Date.now() < new Date(one.ends_at);
  return el("li", {}, el("b", {}, t(`my.call.${one.thing}`)), el("span", {}, ` ${moment(one.begins_at)}`), el("span.pill", {}, t(`my.call.is.${one.state}`)),
    isNow ? el("a.button.main-button", { href: `/my/call#${one.id}`, "data-testid": `join-${one.id}` }, t("my.call.join")) : null);
}
