// Writing, one question a page. Each answer is kept at once: a telephone may go dark at any moment.

import { Later, Refused } from "./account.js";
import * as enclose from "./enclose.js";
import { confirmed } from "./kin.js";
import { all, drop, get, put, uuid7 } from "./keep.js";
import { enclosed, hand, seal } from "./outbox.js";
import { back, button, choice, form, heading } from "./parts.js";
import * as sealed from "./sealed.js";
import { el, t } from "/static/texts.js";

const OPEN = ["to", "kind", "about", "danger", "topic", "subject", "body", "files", "check"];
const SHUT = ["to", "subject", "body", "files", "check"];
const ASKS = { to, kind: kinds, about, danger, topic, subject, body, files, check };
const TOPICS = ["health", "conditions", "conduct", "work", "contact", "release", "supervision", "property", "other"];

/** A letter to an addressee alone asks less: what it is about is the addressee's to know. */
const steps = (draft) => (sealed.isSealed(draft) ? SHUT : OPEN);
const isAnswered = (draft, step) => (step === "body" ? Boolean(draft.body || draft.voice) : draft[step] !== undefined);

export async function page(id, step) {
  if (!id) return begin();
  const draft = await get("drafts", id);
  if (!draft || !ASKS[step]) return location.replace("#/");
  const way = steps(draft);
  const at = way.indexOf(step);
  const before = at > 0 ? `#/write/${id}/${way[at - 1]}` : "#/";
  const asked = await ASKS[step](draft);
  return [back(before), heading(`my.ask.${step}`), ...(step === "check" ? [asked] : [questioned(draft, step, asked)])];
}

/** The last draft goes on; without one, a new one begins. */
async function begin() {
  const [last] = (await all("drafts")).sort((a, b) => b.made - a.made);
  const draft = last ?? { id: uuid7(), made: Date.now() };
  if (!last) await put("drafts", draft.id, draft);
  location.replace(`#/write/${draft.id}/${steps(draft).find((step) => !isAnswered(draft, step)) ?? "check"}`);
}

function questioned(draft, step, fields) {
  const keep = (said) => put("drafts", draft.id, Object.assign(draft, said));
  return form(fields, { keep, done: async (said) => {
    Object.assign(draft, said);
    if (step === "body" && !isAnswered(draft, step)) return t("my.nothing_said");
    if (step === "about") draft.about = true;
    await put("drafts", draft.id, draft);
    const way = steps(draft);
    location.hash = `#/write/${draft.id}/${way[way.indexOf(step) + 1]}`;
    return "";
  } });
}

/** Who is to read it: the service, or somebody beside it to whom it is sealed. */
async function to(draft) {
  const [boxes, kin] = await Promise.all([sealed.boxes().catch(() => []), confirmed()]);
  const named = boxes.map((one) => choice(draft, "to", sealed.nameOf(one), `${t(`my.box.${one.box}`)}${one.name ? ` · ${one.name}` : ""}`, t("my.to_what.sealed")));
  const fields = el("div", {}, choice(draft, "to", "ordinary", t("my.to.ordinary"), t("my.to_what.ordinary")),
    kin.length ? choice(draft, "to", "medical", t("my.to.medical"), t("my.to_what.medical")) : null,
    ...named, boxes.length ? null : el("p.small.quiet", {}, t("my.no_boxes")));
  fields.addEventListener("change", () => sealed.isSealed({ to: fields.querySelector(":checked").value }) && sealed.ready().catch(() => {}));
  return [fields];
}

function kinds(draft) {
  return ["ariza", "shikoyat", "taklif"].map((kind) => choice(draft, "kind", kind, t(`my.kind.${kind}`), t(`my.kind_what.${kind}`)));
}

/** Relatives whose kinship is confirmed; nobody is an answer too, except to a doctor. */
async function about(draft) {
  const named = (await confirmed()).map((one) => choice(draft, "kin_id", String(one.id), t(`my.relation.${one.relation}`)));
  const nobody = choice({ kin_id: draft.kin_id ?? "" }, "kin_id", "", t("my.nobody"), t("my.nobody_what"));
  return draft.to === "medical" ? named : [...named, nobody];
}

function danger(draft) {
  return [el("p", {}, t("my.danger_what")), choice(draft, "danger", "no", t("my.no")), choice(draft, "danger", "yes", t("my.yes"))];
}

function topic(draft) {
  return TOPICS.map((name) => choice(draft, "topic", name, t(`my.topic.${name}`)));
}

function subject(draft) {
  return [el("label", {}, el("span.small.quiet", {}, t("my.subject_what")),
    el("input", { name: "subject", maxlength: 500, required: true, autofocus: true, value: draft.subject ?? "", "data-testid": "subject" }))];
}

/** Written or spoken. */
function body(draft) {
  const text = el("textarea", { name: "body", maxlength: 20000, rows: 9, autofocus: true, "data-testid": "body" });
  text.value = draft.body ?? "";
  return [el("label", {}, el("span.small.quiet", {}, t("my.body_what")), text), enclose.voice(draft)];
}

function files(draft) {
  return [el("p", {}, t("my.files_what")), enclose.files(draft)];
}

async function check(draft) {
  const row = (step, words) => [el("dt", {}, t(`my.short.${step}`)),
    el("dd", {}, words, " ", el("a.change", { href: `#/write/${draft.id}/${step}`, "aria-label": `${t("my.change")}: ${t(`my.short.${step}`)}` }, t("my.change")))];
  const isSealed = sealed.isSealed(draft);
  const box = isSealed ? await sealed.boxOf(draft).catch(() => null) : null;
  const addressee = isSealed ? t(`my.box.${draft.to.split("-")[0]}`) : t(`my.to.${draft.to}`);
  const wrong = el("p.wrong", { role: "alert", hidden: true, "data-testid": "wrong" });
  const send = button(isSealed ? "my.seal" : "my.send", () => sent(draft, send, wrong), "send");
  send.classList.add("main-button");
  const lost = button("my.drop", async () => { await drop("drafts", draft.id, enclosed(draft)); location.hash = "#/"; }, "drop");
  return el("div", {}, el("dl.facts", {}, ...row("to", addressee),
    ...(isSealed ? [] : [...row("kind", t(`my.kind.${draft.kind}`)), ...row("danger", t(`my.${draft.danger}`)), ...row("topic", t(`my.topic.${draft.topic}`))]),
    ...row("subject", draft.subject), ...row("body", draft.body || t("my.spoken")), ...row("files", String(draft.files?.length ?? 0))),
  box ? el("p.small", {}, t("my.compare"), " ", el("b.code.small", { "data-testid": "fingerprint" }, sealed.grouped(box.key.fingerprint))) : null,
  el("p.small.quiet", {}, t(isSealed ? "my.seal_what" : "my.send_what")), wrong, send, lost);
}

async function sent(draft, button, wrong) {
  button.disabled = true;
  try {
    await (sealed.isSealed(draft) ? seal(draft) : hand(draft));
    location.hash = `#/waiting/${draft.id}`;
  } catch (failure) {
    if (!(failure instanceof Refused || failure instanceof Later)) throw failure;
    wrong.textContent = failure instanceof Refused ? failure.message : t("my.cannot_seal");
    wrong.hidden = false;
    button.disabled = false;
  }
}
