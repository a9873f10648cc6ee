// What waits to be sent: each thing under a number and a key of its own, so that sending twice is sending once.

import { Refused, SignedOut, call } from "./account.js";
import { all, get, move, put, remove, uuid7 } from "./keep.js";

const AGAIN_MS = 20_000;
const heard = new EventTarget();

/** Whenever something was sent or refused. */
export const onChange = (deed) => heard.addEventListener("change", deed);

/** A draft that is done: from now on it waits, whatever becomes of the page. */
export async function post(draft) {
  const body = { client_id: draft.id, kind: draft.kind, subject: draft.subject, body: draft.body, topic: draft.topic ?? "other",
    is_danger: draft.danger === "yes", client_created_at: new Date(draft.made).toISOString() };
  if (draft.kin_id) body.kin_id = Number(draft.kin_id);
  await move("drafts", "outbox", draft.id, { id: draft.id, key: uuid7(), body, draft, refused: null });
  flush();
}

/** Back to the desk: what was refused, or not sent yet. A new number, for it may be another text. */
export async function reopen(id) {
  const waiting = await get("outbox", id);
  const draft = { ...waiting.draft, id: uuid7() };
  await put("drafts", draft.id, draft);
  await remove("outbox", id);
  return draft.id;
}

/** One at a time: whoever asks meanwhile waits; the timer does not. */
export const flush = (ifAvailable = false) => navigator.locks.request("outbox", { ifAvailable }, async (lock) => {
  if (!lock) return;
  const waiting = (await all("outbox")).filter((one) => !one.refused).sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const one of waiting) if (!(await sent(one))) return;
});

/** False: there is no network, or nobody is signed in. */
async function sent(one) {
  try {
    const made = await call("POST", "/v1/my/appeals", { body: one.body, key: one.key });
    await move("outbox", "receipts", one.id, { ...made, client_id: one.id, subject: one.body.subject });
  } catch (failure) {
    if (failure instanceof TypeError || failure instanceof SignedOut) return false;
    if (!(failure instanceof Refused)) throw failure;
    if (failure.status === 409) return false; // the first try is still running
    await put("outbox", one.id, { ...one, refused: failure.message });
  }
  heard.dispatchEvent(new Event("change"));
  return true;
}

export function start() {
  addEventListener("online", () => flush());
  addEventListener("visibilitychange", () => document.visibilityState === "visible" && flush());
  setInterval(() => flush(true), AGAIN_MS);
  flush();
}
