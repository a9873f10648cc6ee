// What waits to be sent: each thing under a number and a key of its own, so that sending twice is sending once.

import { ask, call, Later, Refused, SignedOut } from "./account.js";
import { all, drop, get, move, put, uuid7 } from "./keep.js";
import * as sealed from "./sealed.js";
import * as uploads from "./uploads.js";

const AGAIN_MS = 20_000;
const STILL = "/problems/still_running";
const heard = new EventTarget();
const led = new Map();

/** Whenever something was sent or refused. */
export const onChange = (deed) => heard.addEventListener("change", deed);
/** While a file is on its way: `detail` is its share, 0 to 1. */
export const onPart = (deed) => heard.addEventListener("part", deed);
/** Where to go when it has been sent. */
export const after = (id) => led.get(id) ?? "#/";

/** A thing that is done: from now on it waits, whatever becomes of the page. `to` is where its page is. */
export async function post(thing, to) {
  await put("outbox", thing.id, { key: uuid7(), refused: null, files: [], ...thing, to });
  flush();
}

/** A draft to the service, as it is. */
export async function hand(draft) {
  const body = { client_id: draft.id, kind: draft.kind, subject: draft.subject, topic: draft.topic ?? "other", channel: draft.to ?? "ordinary",
    is_danger: draft.danger === "yes", client_created_at: new Date(draft.made).toISOString() };
  if (draft.kin_id) body.kin_id = Number(draft.kin_id);
  if (draft.body) body.body = draft.body;
  const files = [...(draft.files ?? []), ...(draft.voice ? [draft.voice] : [])].map(({ id, type }) => ({ id, type, at: null, key: null }));
  const voice = draft.voice && !draft.body ? draft.voice.id : null;
  await move("drafts", "outbox", draft.id, { id: draft.id, key: uuid7(), path: "/v1/my/appeals", kind: "appeal", body, files, voice, draft, refused: null });
  flush();
}

/** A draft to somebody who alone may read it: what waits is the ciphertext, and the draft is gone. */
export async function seal(draft) {
  const letter = await sealed.made(draft);
  await move("drafts", "outbox", draft.id, { id: draft.id, kind: "letter", letter, refused: null }, enclosed(draft));
  flush();
}

export const enclosed = (draft) => [...(draft.files ?? []), draft.voice].filter(Boolean).map(({ id }) => id);

/** Back to the desk: what was refused, or not sent yet. A new number, for it may be another text. */
export async function reopen(id) {
  const waiting = await get("outbox", id);
  const draft = { ...waiting.draft, id: uuid7() };
  await put("drafts", draft.id, draft);
  await drop("outbox", id);
  return draft.id;
}

/** One at a time: whoever asks meanwhile waits; the timer does not. */
export const flush = (ifAvailable = false) => navigator.locks.request("outbox", { ifAvailable }, async (lock) => {
  if (!lock) return;
  const waiting = (await all("outbox")).filter((one) => !one.refused).sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const one of waiting) if (!(await sent(one))) return;
});

/** False: there is no network. What needs somebody signed in waits; what is sealed needs nobody. */
async function sent(one) {
  try {
    await settled(one, await (one.letter ? sealed.send(one.letter) : delivered(one)));
  } catch (failure) {
    if (failure instanceof SignedOut || failure.problem?.type === STILL) return true;
    if (failure instanceof Later) return false;
    if (!(failure instanceof Refused)) throw failure;
    await put("outbox", one.id, { ...one, refused: failure.message });
  }
  heard.dispatchEvent(new Event("change"));
  return true;
}

/** Its files first, each from where it was cut; then the thing itself, which names them. */
async function delivered(one) {
  const keep = () => put("outbox", one.id, one);
  const numbers = new Map();
  for (const file of one.files ?? []) {
    const tell = (share) => heard.dispatchEvent(new CustomEvent("part", { detail: share }));
    numbers.set(file.id, await uploads.send(file, { keep, tell }));
  }
  const body = { ...one.body };
  const rest = [...numbers].filter(([id]) => id !== one.voice).map(([, number]) => number);
  if (one.voice) body.voice = numbers.get(one.voice);
  if (one.kind === "appeal" && rest.length) body.files = rest;
  const made = await call("POST", one.path ?? "/v1/my/appeals", { body, key: one.key });
  if (one.kind === "claim") await proved(made, rest);
  return made;
}

async function proved(claim, numbers) {
  for (const number of numbers) {
    await ask("PUT", `/v1/my/claims/${claim.id}/files/${number}`).catch((failure) => {
      if (failure.status !== 409) throw failure; // attached by the first try
    });
  }
}

async function settled(one, made) {
  const files = (one.files ?? []).map(({ id }) => id);
  if (one.letter) {
    const { code, token } = one.letter;
    await move("outbox", "receipts", one.id, { ...made, client_id: one.id, code, token, is_sealed: true });
  } else if ((one.kind ?? "appeal") === "appeal") {
    await move("outbox", "receipts", one.id, { ...made, client_id: one.id, subject: one.body.subject }, files);
  } else {
    led.set(one.id, one.to);
    await drop("outbox", one.id, files);
  }
}

export function start() {
  addEventListener("online", () => flush());
  addEventListener("visibilitychange", () => document.visibilityState === "visible" && flush());
  setInterval(() => flush(true), AGAIN_MS);
  flush();
}
