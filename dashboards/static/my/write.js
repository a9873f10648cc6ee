// Writing an appeal, one question a page. Each answer is kept at once: a telephone may go dark at any moment.

import { read } from "./account.js";
import { all, get, put, remove, uuid7 } from "./keep.js";
import { post } from "./outbox.js";
import { back, button, heading } from "./parts.js";
import { el, t } from "/static/texts.js";

const STEPS = ["kind", "about", "danger", "topic", "subject", "body", "check"];
const ASKS = { kind: kinds, about, danger, topic, subject, body, check };
const TOPICS = ["health", "conditions", "conduct", "work", "contact", "release", "supervision", "property", "other"];

export async function page(id, step = STEPS[0]) {
  if (!id) return begin();
  const draft = await get("drafts", id);
  if (!draft || !ASKS[step]) return location.replace("#/");
  const at = STEPS.indexOf(step);
  const before = at ? `#/write/${id}/${STEPS[at - 1]}` : "#/";
  const asked = await ASKS[step](draft);
  return [back(before), heading(`my.ask.${step}`), step === "check" ? asked : form(draft, step, asked)];
}

/** The last draft goes on; without one, a new one begins. */
async function begin() {
  const [last] = (await all("drafts")).sort((a, b) => b.made - a.made);
  const draft = last ?? { id: uuid7(), made: Date.now() };
  if (!last) await put("drafts", draft.id, draft);
  location.replace(`#/write/${draft.id}/${STEPS.find((step) => draft[step] === undefined) ?? "check"}`);
}

function form(draft, step, fields) {
  const made = el("form", {}, ...fields, el("button.main-button", { "data-testid": "next" }, t("my.next")));
  const keep = () => put("drafts", draft.id, Object.assign(draft, Object.fromEntries(new FormData(made))));
  made.addEventListener("input", keep);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    await keep();
    if (step === "about") await put("drafts", draft.id, Object.assign(draft, { about: true }));
    location.hash = `#/write/${draft.id}/${STEPS[STEPS.indexOf(step) + 1]}`;
  });
  return made;
}

const choice = (draft, name, value, words, more) => el("label.choice", {},
  el("input", { type: "radio", name, value, required: true, checked: draft[name] === value, "data-testid": `${name}-${value}` }),
  el("span", {}, el("b", {}, words), more ? el("span.small.quiet", {}, more) : null));

function kinds(draft) {
  return ["ariza", "shikoyat", "taklif"].map((kind) => choice(draft, "kind", kind, t(`my.kind.${kind}`), t(`my.kind_what.${kind}`)));
}

/** Relatives whose kinship is confirmed; nobody is an answer too. */
async function about(draft) {
  const { claims } = await read("/v1/my/claims").catch(() => ({ claims: [] }));
  const named = claims.filter((one) => one.state === "confirmed")
    .map((one) => choice(draft, "kin_id", String(one.id), t(`my.relation.${one.relation}`)));
  return [...named, choice({ kin_id: draft.kin_id ?? "" }, "kin_id", "", t("my.nobody"), t("my.nobody_what"))];
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

function body(draft) {
  const text = el("textarea", { name: "body", maxlength: 20000, rows: 9, required: true, autofocus: true, "data-testid": "body" });
  text.value = draft.body ?? "";
  return [el("label", {}, el("span.small.quiet", {}, t("my.body_what")), text)];
}

function check(draft) {
  const row = (step, words) => [el("dt", {}, t(`my.short.${step}`)),
    el("dd", {}, words, " ", el("a.small", { href: `#/write/${draft.id}/${step}` }, t("my.change")))];
  const send = button("my.send", async () => { await post(draft); location.hash = `#/waiting/${draft.id}`; }, "send");
  send.classList.add("main-button");
  const drop = button("my.drop", async () => { await remove("drafts", draft.id); location.hash = "#/"; }, "drop");
  return el("div", {}, el("dl.facts", {}, ...row("kind", t(`my.kind.${draft.kind}`)), ...row("danger", t(`my.${draft.danger}`)),
    ...row("topic", t(`my.topic.${draft.topic}`)), ...row("subject", draft.subject), ...row("body", draft.body)),
  el("p.small.quiet", {}, t("my.send_what")), send, drop);
}
