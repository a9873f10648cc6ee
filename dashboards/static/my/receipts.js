// What was sent and its proof: the receipt stays on the telephone, for its code is shown once and kept by nobody else.

import { isSignedIn } from "./account.js";
import { all, get } from "./keep.js";
import { reopen } from "./outbox.js";
import { back, button, clock, heading, moment } from "./parts.js";
import { el, t } from "/static/texts.js";
import { generate } from "/vendor/lean-qr.mjs";

export async function list() {
  const kept = (await all("receipts")).sort((a, b) => (a.client_id < b.client_id ? 1 : -1));
  const lines = kept.map((one) => el("li", {}, el("a", { href: `#/receipt/${one.client_id}` }, el("b", {}, one.number),
    el("span.small.quiet", {}, ` ${one.subject}`))));
  return [back(), heading("my.receipts"), lines.length ? el("ul.lines", {}, ...lines) : el("p.quiet", {}, t("my.no_receipts"))];
}

export async function one(id) {
  const kept = await get("receipts", id);
  if (!kept) return location.replace("#/receipts");
  return [back("#/receipts"), heading("my.receipt"), el("p", {}, t("my.receipt_what")), el("dl.facts.card", { "data-testid": "receipt" },
    el("dt", {}, t("my.number")), el("dd", { "data-testid": "number" }, kept.number),
    ...(kept.receipt ? [el("dt", {}, t("my.code")), el("dd.code", { "data-testid": "code" }, grouped(kept.receipt.code))] : []),
    el("dt", {}, t("my.received")), el("dd", {}, moment(kept.received_at))),
  clock(kept.received_at, kept.due_at), kept.receipt ? drawn(kept.receipt.signed) : null,
  el("a.button", { href: `#/appeal/${kept.id}`, "data-testid": "to-appeal" }, t("my.to_appeal"))];
}

const grouped = (digits) => digits.replace(/(.{4})(?=.)/g, "$1 ");

function drawn(signed) {
  const canvas = el("canvas.qr", { role: "img", "aria-label": t("my.qr"), "data-testid": "qr" });
  generate(`${location.origin}/receipt#${signed}`).toCanvas(canvas);
  return el("figure", {}, canvas, el("figcaption.small.quiet", {}, t("my.qr")));
}

/** One thing on its way: it became a receipt, waits, or was refused. */
export async function waiting(id) {
  if (await get("receipts", id)) return location.replace(`#/receipt/${id}`);
  const thing = await get("outbox", id);
  if (!thing) return location.replace("#/");
  const open = async () => { location.hash = `#/write/${await reopen(id)}/check`; };
  if (thing.refused) return [back(), heading("my.refused"), el("p", { role: "alert" }, thing.refused), button("my.change", open, "reopen")];
  return [back(), heading("my.waiting"), el("p", { "data-testid": "waiting" }, t((await isSignedIn()) ? "my.waiting_what" : "my.waiting_signed_out"))];
}

export async function waitingLine() {
  const things = await all("outbox");
  if (!things.length) return null;
  return el("p.card", { "data-testid": "outbox" }, `${t("my.outbox")}: ${things.length} `,
    ...things.map((thing) => el("a", { href: `#/waiting/${thing.id}` }, thing.body.subject)));
}
