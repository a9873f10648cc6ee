// The form of a sealed letter, and the look at its answer. Nothing is stored in this browser.
import * as seal from "/static/seal.js";

const form = document.querySelector("#seal");
const failed = form.querySelector("[role=alert]");
const spoken = document.documentElement.lang;

function grouped(text) {
  return text.match(/.{1,4}/g).join(" ");
}

function day(text) {
  return new Date(`${text}T00:00`).toLocaleDateString(spoken);
}

form.to.addEventListener("change", () => {
  const mark = document.querySelector("#fingerprint");
  const chosen = form.to.selectedOptions[0].dataset.fingerprint;
  mark.hidden = !chosen;
  mark.querySelector("b").textContent = chosen ? grouped(chosen) : "";
});

async function sent(made, chosen) {
  const body = new FormData();
  body.set("box", chosen.box);
  if (chosen.holder) body.set("holder", chosen.holder);
  body.set("fingerprint", chosen.fingerprint);
  body.set("token", made.token);
  body.set("message", new Blob([made.message]), "message");
  for (const file of made.files) body.append("files", new Blob([file]), "file");
  return fetch("/v1/boxes/letters", { method: "POST", body });
}

function shown(receipt, code) {
  const slip = document.querySelector("#sealed");
  slip.querySelector(".slip-number").textContent = receipt.number;
  slip.querySelector(".slip-code").textContent = grouped(code);
  slip.querySelector(".signed").textContent = receipt.signed;
  for (const place of slip.querySelectorAll("[data-day]")) place.textContent = day(receipt[place.dataset.day]);
  form.reset();
  form.hidden = true;
  slip.hidden = false;
  slip.scrollIntoView();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  failed.hidden = true;
  try {
    await seal.ready;
    const chosen = form.to.selectedOptions[0].dataset;
    const said = { subject: form.subject.value, body: form.body.value, files: form.files.files, to: chosen.sealing };
    const made = await seal.letter(said);
    const answer = await sent(made, chosen);
    if (answer.ok) shown(await answer.json(), made.code);
    else failed.textContent = answer.status === 409 ? failed.dataset.stale : failed.dataset.other;
    failed.hidden = answer.ok;
  } catch (wrong) {
    failed.textContent = wrong instanceof seal.TooLong ? failed.dataset.long : failed.dataset.other;
    failed.hidden = false;
  }
  button.disabled = false;
});

const ask = document.querySelector("#ask");
ask.addEventListener("submit", async (event) => {
  event.preventDefault();
  await seal.ready;
  const code = ask.code.value.replace(/[\s-]/g, "");
  const body = JSON.stringify({ number: ask.number.value.trim(), token: seal.derived(code).token });
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/v1/receipts/lookup", { method: "POST", headers, body });
  ask.querySelector("[role=alert]").hidden = answer.ok;
  const place = document.querySelector("#answers");
  place.hidden = !answer.ok;
  for (const old of place.querySelectorAll(".answer")) old.remove();
  if (!answer.ok) return;
  const found = await answer.json();
  for (const mark of place.querySelectorAll("[data-state]")) mark.hidden = mark.dataset.state !== found.state;
  for (const sealed of found.sealed_answers) {
    const line = document.createElement("p");
    line.className = "written answer";
    line.textContent = seal.answer(sealed, code);
    place.append(line);
  }
});

document.querySelector("#print").addEventListener("click", () => window.print());
