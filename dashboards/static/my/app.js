// The relatives' app: an address after `#` is a page; each page asks one thing.

import { begin, finish, isSignedIn, signOut } from "./account.js";
import * as appeals from "./appeals.js";
import * as calls from "./calls.js";
import * as kin from "./kin.js";
import * as outbox from "./outbox.js";
import { back, button, heading, problem } from "./parts.js";
import * as receipts from "./receipts.js";
import * as write from "./write.js";
import { el, t } from "/static/texts.js";

const page = document.getElementById("page");
const PAGES = { "": home, write: write.page, appeals: appeals.list, appeal: appeals.one, receipts: receipts.list, receipt: receipts.one,
  waiting: receipts.waiting, kin: kin.list, claim: kin.claim, relative: kin.one, visit: kin.visit, question: kin.question, calls: calls.list, failed };
const PATIENT_MS = 400;
let shown = 0;

/** What the address names; the newest asked for wins, whichever is ready first. */
async function show() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  const turn = (shown += 1);
  const late = setTimeout(() => page.replaceChildren(el("p.quiet", { role: "status", "data-testid": "loading" }, t("my.loading"))), PATIENT_MS);
  const made = await (PAGES[name] ?? home)(...rest).catch(problem);
  clearTimeout(late);
  if (turn !== shown) return;
  page.replaceChildren(...[made].flat().filter(Boolean));
  (page.querySelector("[autofocus]") ?? page.querySelector("h1"))?.focus();
  scrollTo(0, 0);
}

async function home() {
  const links = el("nav.big", {},
    el("a.button.main-button", { href: "#/write", "data-testid": "write" }, t("my.write")),
    el("a.button", { href: "#/appeals", "data-testid": "appeals" }, t("my.appeals")),
    el("a.button", { href: "#/kin", "data-testid": "kin" }, t("my.kin")),
    el("a.button", { href: "#/calls", "data-testid": "calls" }, t("my.call.head")),
    el("a.button", { href: "#/receipts", "data-testid": "receipts" }, t("my.receipts")));
  const signed = (await isSignedIn())
    ? button("my.sign_out", async () => { await signOut(); location.assign("/my"); }, "sign-out")
    : button("my.sign_in", begin, "sign-in");
  return [heading("my.name"), el("p", {}, t("my.what")), await receipts.waitingLine(), links, signed,
    el("p.small.quiet", {}, t("my.check"), " ", el("a", { href: "/receipt" }, t("my.check_link")))];
}

/** The way back from signing in led nowhere: too late, or begun in another tab. */
async function failed() {
  return [heading("my.failed"), el("p", { role: "alert" }, t("my.failed_why")), button("my.sign_in", begin, "sign-in"), back()];
}

function mark() {
  document.getElementById("line").hidden = navigator.onLine;
}

document.getElementById("language").addEventListener("change", ({ target }) => target.form.submit());
addEventListener("hashchange", show);
addEventListener("online", mark);
addEventListener("offline", mark);
outbox.onChange(show);
outbox.onPart(({ detail }) => document.getElementById("sending")?.setAttribute("value", detail));
navigator.serviceWorker?.register("/my/worker.js", { scope: "/my" });
mark();
if (location.pathname === "/my/signed-in") {
  const failed = !(await finish(location.search).catch(() => false));
  history.replaceState(null, "", failed ? "/my#/failed" : "/my");
}
outbox.start();
show();
