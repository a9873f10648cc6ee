// What was sent and its proof: the receipt stays on the telephone, for its code is shown once and kept by nobody else.

import { isSignedIn } from "./account.js";
import { all, drop, get } from "./keep.js";
import { after, reopen } from "./outbox.js";
import { back, button, clock, day, heading, moment, problem } from "./parts.js";
import { grouped, looked } from "./sealed.js";
import { el, t } from "/static/texts.js";
import { generate } from "/vendor/lean-qr.mjs";

export async function list() {
  const kept = (await all("receipts")).sort((a, b) => (a.client_id < b.client_id ? 1 : -1));
  const lines = kept.map((one) => el("li", {}, el("a", { href: `#/receipt/${one.client_id}` }, el("b", {}, one.number),
    el("span.small.quiet", {}, one.is_sealed ? t("my.letter") : one.subject))));
  return [back(), heading("my.receipts"), lines.length ? el("ul.lines", {}, ...lines) : el("p.quiet", {}, t("my.no_receipts"))];
}

export async function one(id) {
  const kept = await get("receipts", id);
  if (!kept) return location.replace("#/receipts");
  if (kept.is_sealed) return sealedOne(kept);
  return [back("#/receipts"), heading("my.receipt"), el("p", {}, t("my.receipt_what")), el("dl.facts.card", { "data-testid": "receipt" },
    el("dt", {}, t("my.number")), el("dd", { "data-testid": "number" }, kept.number),
    ...(kept.receipt ? [el("dt", {}, t("my.code")), el("dd.code", { "data-testid": "code" }, grouped(kept.receipt.code))] : []),
    el("dt", {}, t("my.received")), el("dd", {}, moment(kept.received_at))),
  clock(kept.received_at, kept.due_at), kept.receipt ? drawn(kept.receipt.signed) : null,
  el("a.button", { href: `#/appeal/${kept.id}`, "data-testid": "to-appeal" }, t("my.to_appeal"))];
}

/** Of a sealed letter: what became of it is asked by its code alone. */
function sealedOne(kept) {
  const became = el("div", { role: "status", "data-testid": "became" });
  const look = () => looked(kept).then((found) => became.replaceChildren(el("p.pill", { "data-state": found.state }, t(`my.box_state.${found.state}`)),
    ...found.answers.map((text) => el("p.words.card", { "data-testid": "sealed-answer" }, text))),
  (failure) => became.replaceChildren(...[problem(failure)].flat().filter((one) => !one.matches?.("h1, .back"))));
  return [back("#/receipts"), heading("my.receipt"), el("p", {}, t("my.letter_what")), el("dl.facts.card", { "data-testid": "receipt" },
    el("dt", {}, t("my.number")), el("dd", { "data-testid": "number" }, kept.number),
    el("dt", {}, t("my.code")), el("dd.code", { "data-testid": "code" }, grouped(kept.code)),
    el("dt", {}, t("my.received")), el("dd", {}, day(kept.registered_on)), el("dt", {}, t("my.due")), el("dd", {}, day(kept.due_on))),
  became, button("my.look", look, "look"), drawn(kept.signed)];
}

function drawn(signed) {
  const canvas = el("canvas.qr", { role: "img", "aria-label": t("my.qr"), "data-testid": "qr" });
  generate(`${location.origin}/receipt#${signed}`).toCanvas(canvas);
  return el("figure", {}, canvas, el("figcaption.small.quiet", {}, t("my.qr")));
}

/** One thing on its way: it became a receipt, waits, or was refused. */
export async function waiting(id) {
  if (await get("receipts", id)) return location.replace(`#/receipt/${id}`);
  const thing = await get("outbox", id);
  if (!thing) return location.replace(after(id));
  const open = async () => { location.hash = `#/write/${await reopen(id)}/check`; };
  const lost = button("my.drop", async () => { await drop("outbox", id, (thing.files ?? []).map((file) => file.id)); location.hash = "#/"; }, "drop");
  if (thing.refused) return [back(), heading("my.refused"), el("p", { role: "alert" }, thing.refused), thing.draft ? button("my.change", open, "reopen") : null, lost];
  const isFree = thing.letter || (await isSignedIn());
  return [back(), heading("my.waiting"), el("p", { "data-testid": "waiting" }, t(isFree ? "my.waiting_what" : "my.waiting_signed_out")),
    thing.letter ? el("p.small.quiet", {}, t("my.letter_waiting")) : null, thing.files?.length ? sending() : null];
}

/** How much of a file is over there. */
const sending = () => el("p", { "data-testid": "sending" }, t("my.sending_files"),
  el("progress", { id: "sending", max: 1, value: 0, "aria-label": t("my.sending_files") }));

export async function waitingLine() {
  const things = await all("outbox");
  if (!things.length) return null;
  return el("p.card", { "data-testid": "outbox" }, `${t("my.outbox")}: ${things.length} `,
    ...things.map((thing) => el("a", { href: `#/waiting/${thing.id}` }, thing.body?.subject ?? t(`my.thing.${thing.kind}`))));
}
