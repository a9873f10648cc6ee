// Passkeys: a form asks the browser's authenticator, and sends its answer where the form says.

const json = { "content-type": "application/json" };

async function ask(url, body) {
  const answer = await fetch(url, { method: "POST", headers: json, body: JSON.stringify(body ?? {}) });
  if (!answer.ok) throw (await answer.json()).title;
  return answer.status === 204 ? null : answer.json();
}

async function enrol(form) {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(await ask(form.dataset.challenge));
  const credential = await navigator.credentials.create({ publicKey: options });
  return ask(form.dataset.answer, { credential: credential.toJSON(), name: form.elements.name.value });
}

async function prove(form) {
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(await ask(form.dataset.challenge));
  const credential = await navigator.credentials.get({ publicKey: options });
  return ask(form.dataset.answer, { credential: credential.toJSON() });
}

function showCodes(codes) {
  const sheet = document.getElementById("codes");
  sheet.querySelector("ol").replaceChildren(...codes.map((code) => {
    const line = document.createElement("li");
    line.textContent = code;
    return line;
  }));
  sheet.hidden = false;
  sheet.scrollIntoView();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const can = window.PublicKeyCredential && "parseRequestOptionsFromJSON" in PublicKeyCredential;
  if (!can) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[role=alert]");
    failed.hidden = true;
    try {
      const done = await (form.dataset.passkey === "enrol" ? enrol : prove)(form);
      if (done?.recovery_codes?.length) showCodes(done.recovery_codes);
      else location.assign(form.dataset.next);
    } catch (why) {
      failed.textContent = typeof why === "string" ? why : failed.dataset.cancelled;
      failed.hidden = false;
    }
  });
}
