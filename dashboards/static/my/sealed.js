// Letters that only their addressee opens: sealed before they wait, sent without saying from whom, looked after by their code.

import { Later, reach, Refused } from "./account.js";
import { get, put } from "./keep.js";
import { language, t } from "/static/texts.js";

const BOXES = "/v1/boxes";
export const MOST_BYTES = 4 * 1024 * 1024 - 1;
let library = null;

/** The sealing itself is half a megabyte: it comes when somebody first wants it, and then stays on the telephone. */
export function ready() {
  library ??= import("/static/seal.js").then(async (made) => { await made.ready; return made; });
  return library.catch(() => { library = null; throw new Later(); });
}

export const nameOf = (box) => (box.holder ? `${box.box}-${box.holder}` : box.box);
export const isSealed = (draft) => Boolean(draft.to) && draft.to !== "ordinary" && draft.to !== "medical";
export const grouped = (digits) => digits.replace(/(.{4})(?=.)/g, "$1 ");

/** Boxes that can be written to, each with its key; without a network, as they were last. */
export async function boxes() {
  let found = null;
  try {
    found = (await open("GET", BOXES)).boxes;
    await put("read", BOXES, found);
  } catch (failure) {
    found = await get("read", BOXES);
    if (!found) throw failure;
  }
  return found.filter((one) => one.key);
}

export const boxOf = async (draft) => (await boxes()).find((one) => nameOf(one) === draft.to);

/** The draft as ciphertext, and the code that opens its answer. Nothing else of it is left to wait. */
export async function made(draft) {
  const [seal, box] = await Promise.all([ready(), boxOf(draft)]);
  if (!box) throw new Refused(409, { title: t("my.no_key") });
  const enclosed = [...(draft.files ?? []), ...(draft.voice ? [draft.voice] : [])];
  const files = await Promise.all(enclosed.map(async ({ id, name, type }) => new File([(await get("files", id)).bytes], name, { type })));
  try {
    const letter = await seal.letter({ subject: draft.subject, body: draft.body || t("my.spoken"), files, to: box.key.sealing });
    return { ...letter, box: box.box, holder: box.holder, fingerprint: box.key.fingerprint };
  } catch (failure) {
    if (failure instanceof seal.TooLong) throw new Refused(413, { title: t("my.too_long") });
    throw failure;
  }
}

/** Into the box: no token and no cookie say who sends it. */
export async function send(letter) {
  const body = new FormData();
  body.set("box", letter.box);
  if (letter.holder) body.set("holder", letter.holder);
  body.set("fingerprint", letter.fingerprint);
  body.set("token", letter.token);
  body.set("message", new Blob([letter.message]), "message");
  for (const file of letter.files) body.append("files", new Blob([file]), "file");
  return open("POST", `${BOXES}/letters`, { body });
}

/** What became of it; an answer is opened here. */
export async function looked({ number, token, code }) {
  const headers = { "content-type": "application/json" };
  const found = await open("POST", "/v1/receipts/lookup", { headers, body: JSON.stringify({ number, token }) });
  if (!found.sealed_answers.length) return { ...found, answers: [] };
  const seal = await ready();
  return { ...found, answers: found.sealed_answers.map((one) => seal.answer(one, code)) };
}

async function open(method, path, { headers = {}, body } = {}) {
  const answer = await reach(path, { method, body, headers: { "accept-language": language, ...headers }, credentials: "omit" });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said);
  return said;
}
