// The institution's kiosk: a code from the officer opens one call; afterwards nothing of it is left here.

import { enter } from "./room.js";
import { language } from "/static/texts.js";

const AGAIN_MS = 8_000;
const form = document.getElementById("code-form");
const wrong = document.getElementById("wrong");
document.getElementById("language").addEventListener("change", ({ target }) => target.form.submit());

document.getElementById("open").disabled = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  wrong.textContent = "";
  const code = new FormData(form).get("code");
  form.reset();
  const answer = await fetch("/v1/kiosk", { method: "POST", headers: { "content-type": "application/json", "accept-language": language }, body: JSON.stringify({ code }) });
  const said = await answer.json();
  if (!answer.ok) { wrong.textContent = said.title; return; }
  form.hidden = true;
  await enter(said);
  setTimeout(() => location.reload(), AGAIN_MS);
});
