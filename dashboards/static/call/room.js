// What a call looks like: the other's picture, one's own, the words to compare, the time that is left.

import { talk } from "./peer.js";
import { t } from "/static/texts.js";

const part = (id) => document.getElementById(id);
const OVER = new Set(["over", "elsewhere", "ended", "gone", "failed", "doubtful", "left"]);

/** From a place in a call to its end; the promise is kept when it is over. */
export async function enter(entry) {
  const room = part("room");
  room.hidden = false;
  room.dataset.picture = entry.has_picture ? "yes" : "no";
  part("privileged").hidden = entry.kind !== "legal";
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: entry.has_picture }).catch(() => null);
  if (!stream) return told("no_camera");
  part("mine").srcObject = stream;
  return new Promise((done) => {
    const hangUp = talk(entry, stream, {
      remote: (found) => { part("theirs").srcObject = found; },
      phrase: compare,
      state: (name) => {
        told(name);
        if (name === "waiting") part("check").hidden = true;
        if (OVER.has(name)) { clearInterval(watch); part("theirs").srcObject = part("mine").srcObject = null; done(name); }
      },
    });
    const watch = setInterval(() => left(entry, hangUp), 1000);
    left(entry, hangUp);
    press("leave", hangUp);
    toggle("mute", stream.getAudioTracks());
    toggle("blind", stream.getVideoTracks());
    part("blind").hidden = !entry.has_picture;
  });
}

export function told(name) {
  part("state").textContent = t(`call.state.${name}`);
  part("room").dataset.state = name;
  if (OVER.has(name)) part("check").hidden = true;
  part("buttons").hidden = OVER.has(name) || name === "no_camera";
}

function compare(found) {
  part("phrase").replaceChildren(...found.map((number) => {
    const word = document.createElement("li");
    word.textContent = t(`call.word.${number}`);
    word.dataset.number = number;
    return word;
  }));
  part("check").hidden = false;
}

function left(entry, hangUp) {
  const begins = new Date(entry.begins_at) - Date.now();
  const seconds = Math.max(0, Math.ceil(((begins > 0 ? new Date(entry.begins_at) : new Date(entry.ends_at)) - Date.now()) / 1000));
  part("left").textContent = `${t(begins > 0 ? "call.begins_in" : "call.left")} ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  part("left").dataset.few = String(begins <= 0 && seconds <= 60);
  if (begins <= 0 && seconds === 0) hangUp();
}

function press(id, deed) {
  part(id).onclick = deed;
}

/** Off and on again, of one's own sound or picture. */
function toggle(id, tracks) {
  press(id, () => {
    const isOff = part(id).getAttribute("aria-pressed") !== "true";
    tracks.forEach((track) => { track.enabled = !isOff; });
    part(id).setAttribute("aria-pressed", String(isOff));
  });
}
