// What goes with a letter: a spoken note instead of writing, and pictures or papers. The bytes lie apart from the draft.

import { get, put, remove, uuid7 } from "./keep.js";
import { button } from "./parts.js";
import * as sealed from "./sealed.js";
import { el, t } from "/static/texts.js";

const SOUNDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const LONGEST_S = 300;
const MOST_FILES = 5;
const MOST_BYTES = 25_000_000;
const TAKEN = "image/jpeg,image/png,image/webp,application/pdf";

async function kept(bytes, { name, type }) {
  const file = { id: uuid7(), name, type, size: bytes.byteLength };
  await put("files", file.id, { bytes });
  return file;
}

/** Says it instead of writing it: one note, five minutes at most. */
export function voice(draft) {
  const made = el("div.voice", { "data-testid": "voice" });
  const draw = async () => made.replaceChildren(...(draft.voice ? await spoken(draft, redo) : [button("my.speak", begin, "speak")]));
  const redo = async () => {
    await remove("files", draft.voice.id);
    delete draft.voice;
    await put("drafts", draft.id, draft);
    await draw();
  };
  const begin = async () => {
    const heard = await listen().catch(() => null);
    if (!heard) return made.replaceChildren(el("p.wrong", { role: "alert" }, t("my.no_microphone")), button("my.speak", begin, "speak"));
    const stop = button("my.stop", () => heard.stop(), "stop");
    stop.classList.add("main-button");
    made.replaceChildren(el("p", { role: "status" }, t("my.speaking"), " ", running(made)), stop);
    stop.focus();
    const { bytes, type } = await heard.done;
    draft.voice = await kept(bytes, { name: `voice.${type.split("/")[1]}`, type });
    await put("drafts", draft.id, draft);
    await draw();
  };
  draw();
  return made;
}

async function spoken(draft, redo) {
  const { bytes } = await get("files", draft.voice.id);
  const sound = el("audio", { controls: true, "data-testid": "spoken", "aria-label": t("my.spoken") });
  sound.src = URL.createObjectURL(new Blob([bytes], { type: draft.voice.type }));
  return [sound, button("my.erase_voice", redo, "erase-voice")];
}

/** How long somebody has been speaking; it stops by itself when its page is gone. */
function running(within) {
  const shown = el("b", { "aria-hidden": "true" }, "0:00");
  const since = Date.now();
  const tick = setInterval(() => {
    if (!within.contains(shown) || !within.isConnected) return clearInterval(tick);
    const s = Math.floor((Date.now() - since) / 1000);
    shown.textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  }, 500);
  return shown;
}

/** The microphone, until `stop` or the longest time; it is let go of in any case. */
async function listen() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = SOUNDS.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 24_000 });
  const parts = [];
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  const done = new Promise((resolve) => recorder.addEventListener("stop", async () => {
    stream.getTracks().forEach((track) => track.stop());
    const type = recorder.mimeType.split(";")[0];
    resolve({ bytes: await new Blob(parts).arrayBuffer(), type });
  }));
  const stop = () => recorder.state !== "inactive" && recorder.stop();
  setTimeout(stop, LONGEST_S * 1000);
  addEventListener("hashchange", stop, { once: true });
  recorder.start();
  return { stop, done };
}

/** Pictures and papers, each with a way to leave it out again. */
export function files(draft, keep = (now) => put("drafts", now.id, now)) {
  draft.files ??= [];
  const most = sealed.isSealed(draft) ? sealed.MOST_BYTES : MOST_BYTES;
  const made = el("div.files");
  const wrong = el("p.wrong", { role: "alert", hidden: true, "data-testid": "file-wrong" });
  const input = el("input", { type: "file", accept: TAKEN, multiple: true, "data-testid": "files" });
  const lines = el("ul.lines");
  const draw = () => {
    lines.replaceChildren(...draft.files.map((one) => line(one, async () => {
      draft.files = draft.files.filter((other) => other !== one);
      await keep(draft);
      await remove("files", one.id);
      draw();
    })));
  };
  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    const fits = (one) => TAKEN.split(",").includes(one.type) && one.size > 0 && one.size <= most;
    const taken = chosen.filter(fits).slice(0, MOST_FILES - draft.files.length);
    for (const one of taken) draft.files.push(await kept(await one.arrayBuffer(), one));
    await keep(draft);
    wrong.hidden = taken.length === chosen.length;
    wrong.textContent = t(sealed.isSealed(draft) ? "my.files_wrong_sealed" : "my.files_wrong");
    input.value = "";
    draw();
  });
  draw();
  made.append(el("label", {}, t("my.choose_files"), input), wrong, lines);
  return made;
}

const line = (one, leave) => {
  const out = button("my.leave_out", leave, "leave-out");
  out.setAttribute("aria-label", `${t("my.leave_out")}: ${one.name}`);
  return el("li", { "data-testid": "file" }, el("b", {}, one.name), el("span.small.quiet", {}, ` ${Math.ceil(one.size / 1024)} kB `), out);
};
