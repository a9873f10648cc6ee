// Answering an alert: take, note, close. The page is shown anew after each, so that everybody sees what holds.

import { t } from "/static/texts.js";

const answer = document.getElementById("answer");
const failed = document.getElementById("failed");

async function send(act, body) {
  const response = await fetch(`/v1/alerts/${answer.dataset.alert}/${act}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });
  if (response.ok) return location.reload();
  const problem = await response.json().catch(() => ({}));
  failed.textContent = problem.title ?? t("alert.failed");
  failed.hidden = false;
  failed.scrollIntoView({ block: "nearest" });
}

for (const button of answer?.querySelectorAll("button[data-act]") ?? []) {
  button.addEventListener("click", () => send(button.dataset.act, {}));
}
for (const form of answer?.querySelectorAll("form[data-act]") ?? []) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form.dataset.act, Object.fromEntries(new FormData(form)));
  });
}
