// Files on their way: tus 1.0.0 in parts, going on where the line was cut, whenever that was.

import { ask, call, Later, Refused } from "./account.js";
import { get, uuid7 } from "./keep.js";
import { t } from "/static/texts.js";

const PATH = "/v1/my/uploads";
const TUS = { "tus-resumable": "1.0.0" };
const PART = 256 * 1024;

/** The number of a file that is whole and kept over there. `keep` writes down how far it came, `tell` shows it. */
export async function send(file, { keep, tell }) {
  const { bytes } = await get("files", file.id);
  if (!file.at) await begun(file, bytes, keep);
  let offset = await reached(file, keep);
  while (offset < bytes.byteLength) {
    tell(offset / bytes.byteLength);
    offset = await sent(file, bytes, offset);
  }
  const found = await call("GET", file.at);
  if (found.state === "refused") throw new Refused(422, { title: t(`my.fault.${found.fault}`) });
  if (found.state !== "kept") throw new Later();
  return found.id;
}

async function begun(file, bytes, keep) {
  file.key ??= uuid7();
  await keep();
  const headers = { ...TUS, "upload-length": String(bytes.byteLength), "upload-metadata": `filetype ${btoa(file.type)},client_id ${btoa(file.id)}` };
  file.at = (await ask("POST", PATH, { headers, key: file.key })).headers.get("location");
  await keep();
}

/** How much is there. A file that waited longer than the platform keeps halves begins anew. */
async function reached(file, keep) {
  try {
    return offsetOf(await ask("HEAD", file.at, { headers: TUS }));
  } catch (failure) {
    if (failure.status !== 404) throw failure;
    Object.assign(file, { at: null, key: null });
    await keep();
    throw new Later();
  }
}

/** The next part, all of it or nothing; where the two count differently, the platform is right. */
async function sent(file, bytes, offset) {
  const part = bytes.slice(offset, offset + PART);
  const digest = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", part))));
  const headers = { ...TUS, "content-type": "application/offset+octet-stream", "upload-offset": String(offset),
    "upload-checksum": `sha256 ${digest}` };
  try {
    return offsetOf(await ask("PATCH", file.at, { headers, body: part }));
  } catch (failure) {
    if (failure.status === 409) return offsetOf(await ask("HEAD", file.at, { headers: TUS }));
    throw failure;
  }
}

const offsetOf = (answer) => Number(answer.headers.get("upload-offset"));
