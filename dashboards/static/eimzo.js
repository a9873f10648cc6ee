// E-IMZO on the reader's own machine: it lists certificates, asks for the key's password itself, and signs.
// Where it does not answer, a signature made elsewhere is pasted. Forms of sign.html (words) and paper.html (a decision).

const place = location.protocol === "https:" ? "wss://127.0.0.1:64443" : "ws://127.0.0.1:64646";

function call(asked) {
  return new Promise((done, fail) => {
    const line = new WebSocket(`${place}/service/cryptapi`);
    line.onerror = () => fail(new Error("away"));
    line.onopen = () => line.send(JSON.stringify(asked));
    line.onmessage = (event) => {
      line.close();
      const said = JSON.parse(event.data);
      if (said.success) done(said);
      else fail(new Error(said.reason));
    };
  });
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

async function certificates(key) {
  if (key) await call({ name: "apikey", arguments: [location.hostname, key] });
  return (await call({ plugin: "pfx", name: "list_all_certificates" })).certificates;
}

function offer(form, found) {
  const list = form.querySelector("select");
  list.replaceChildren(...found.map((one, place) => new Option(one.alias || one.name, place)));
  list.parentElement.hidden = false;
  form.elements.signature.required = false;
  form.querySelector("[data-elsewhere]").hidden = true;
}

async function sign(form, one) {
  const { keyId } = await call({
    plugin: "pfx", name: "load_key", arguments: [one.disk, one.path, one.name, one.alias],
  });
  const { content } = form.dataset; // a paper's bytes stay beside its signature, words come back inside it
  const signed = content ? [content, keyId, "yes"] : [base64(form.querySelector("code").textContent), keyId, "no"];
  const made = await call({ plugin: "pkcs7", name: "create_pkcs7", arguments: signed });
  form.elements.signature.value = made.pkcs7_64;
}

for (const form of document.querySelectorAll("form[data-eimzo]")) {
  const found = await certificates(form.dataset.key).catch(() => []);
  if (!found.length) {
    const away = form.querySelector("[data-away]");
    away.textContent = away.dataset.away;
    away.hidden = false;
    continue;
  }
  offer(form, found);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    try {
      await sign(form, found[form.querySelector("select").value]);
      form.submit();
    } catch {
      failed.textContent = failed.dataset.failed;
      failed.hidden = false;
    }
  });
}
