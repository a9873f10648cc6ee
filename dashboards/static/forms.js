// A form keeps what was typed until the platform has taken it: it goes out in the background, once, and a refusal stands in it.

import { el } from "/static/texts.js";

const words = JSON.parse(document.getElementById("units").textContent);

/** `data-plain`: the answer is a page or a file of its own, so the browser takes it. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post" || "plain" in form.dataset) return;
  event.preventDefault();
  if (!form.hasAttribute("aria-busy")) send(form, event.submitter);
});

async function send(form, pressed) {
  const said = new FormData(form);
  if (pressed?.name) said.append(pressed.name, pressed.value);
  const body = form.getAttribute("enctype") === "multipart/form-data" ? said : new URLSearchParams(said);
  const headers = { accept: "application/problem+json", "x-form": "1" };
  const where = pressed?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
  form.setAttribute("aria-busy", "true");
  const answer = await fetch(where, { method: "POST", body, headers }).catch(() => null);
  if (answer?.status === 204) return leave(answer.headers.get("location"), form);
  if (answer?.ok) return location.reload(); // it was done; its own answer is lost
  const refusal = await read(answer);
  form.removeAttribute("aria-busy");
  if (refusal.door && !isTyped(form)) location.assign(refusal.door);
  else refuse(form, refusal);
}

function leave(to, form) {
  const next = new URL(to, location.href);
  form.reset(); // a browser may bring back on the same page what was typed
  if (next.hash && next.pathname + next.search === location.pathname + location.search) {
    history.replaceState(null, "", next);
    location.reload();
  } else location.assign(next);
}

/** Why not: a problem (RFC 9457), the alert of a page, or that the platform did not answer. */
async function read(answer) {
  const kind = answer?.headers.get("content-type") ?? "";
  if (kind.includes("json")) return answer.json();
  const page = kind.includes("html") ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  return { title: page?.querySelector('[role="alert"]')?.textContent ?? words.away };
}

function refuse(form, { title, errors = [], door }) {
  form.querySelector('[data-testid="refused"]')?.remove();
  const line = el("div.said-no", { role: "alert", "data-testid": "refused" }, el("p", {}, title),
    ...errors.map((one) => el("p.small", {}, `${named(form, one.pointer)} ${one.detail}`)),
    door ? el("p", {}, el("a", { href: door, target: "_blank", rel: "noopener" }, words.door)) : null);
  form.append(line);
  line.scrollIntoView({ block: "nearest" });
}

/** The label of the field that a pointer of a problem means. */
function named(form, pointer = "") {
  const field = [...form.elements].find((one) => one.name === pointer.slice(2));
  return field?.labels?.[0]?.firstChild?.textContent.trim() || field?.placeholder || "";
}

const isTyped = (form) => [...form.elements].some((one) => one.type !== "hidden"
  && (one.files?.length || (one.defaultValue !== undefined && one.value !== one.defaultValue) || one.checked !== one.defaultChecked));
