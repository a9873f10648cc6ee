// A lawyer's place in a privileged call.

import { enter } from "./room.js";
import { language } from "/static/texts.js";

const join = document.getElementById("join");
const wrong = document.getElementById("wrong");
document.getElementById("language").addEventListener("change", ({ target }) => target.form.submit());

join.addEventListener("click", async () => {
  wrong.textContent = "";
  const answer = await fetch(`/v1/legal-calls/${join.dataset.call}/pass`, { method: "POST", headers: { "accept-language": language } });
  const said = await answer.json();
  if (!answer.ok) { wrong.textContent = said.title; return; }
  join.hidden = true;
  await enter(said);
  join.hidden = false;
});
join.disabled = false;
