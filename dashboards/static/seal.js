// What leaves this device is sealed to the addressee's key; the code stays here. The same as app/box/sealing.py.
import sodium from "/vendor/libsodium-wrappers.mjs";

const KIB = 1024;
const MESSAGES = [4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB];
const FILES = [64 * KIB, 256 * KIB, 1024 * KIB, 4096 * KIB];
const CHUNK = 64 * KIB;
const SALT = new TextEncoder().encode("ejazo-receipt-01");
const DAMM = [
  "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
  "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
];

export const ready = sodium.ready;

export class TooLong extends Error {}

function packed(raw) {
  return sodium.to_base64(raw, sodium.base64_variants.ORIGINAL);
}

function unpacked(text) {
  return sodium.from_base64(text, sodium.base64_variants.ORIGINAL);
}

export function makeCode() {
  let digits = "";
  while (digits.length < 15) digits += sodium.randombytes_uniform(10);
  let check = 0;
  for (const digit of digits) check = Number(DAMM[check][Number(digit)]);
  return digits + check;
}

export function derived(code) {
  const raw = sodium.crypto_pwhash(64, code, SALT, 2, 64 * KIB * KIB, sodium.crypto_pwhash_ALG_ARGON2ID13);
  return { token: sodium.to_hex(raw.subarray(0, 32)), reply: sodium.crypto_box_seed_keypair(raw.subarray(32)) };
}

function filled(plain, sizes) {
  const size = sizes.find((one) => plain.length < one);
  if (!size) throw new TooLong();
  const full = new Uint8Array(size);
  full.set(plain);
  full[plain.length] = 0x80;
  return full;
}

function emptied(full) {
  let end = full.length - 1;
  while (end >= 0 && full[end] === 0) end -= 1;
  if (full[end] !== 0x80) throw new Error("not filled up");
  return full.subarray(0, end);
}

async function sealedFile(file) {
  const key = sodium.crypto_secretstream_xchacha20poly1305_keygen();
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
  const plain = filled(new Uint8Array(await file.arrayBuffer()), FILES);
  const parts = [header];
  for (let start = 0; start < plain.length; start += CHUNK) {
    const last = start + CHUNK >= plain.length;
    const tag = last
      ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
      : sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    parts.push(sodium.crypto_secretstream_xchacha20poly1305_push(state, plain.subarray(start, start + CHUNK), null, tag));
  }
  const sealed = new Uint8Array(await new Blob(parts).arrayBuffer());
  const digest = sodium.to_hex(sodium.crypto_hash_sha256(sealed));
  return { sealed, said: { name: file.name, type: file.type, key: packed(key), sha256: digest } };
}

export async function letter({ subject, body, files, to }) {
  const code = makeCode();
  const { token, reply } = derived(code);
  const made = await Promise.all([...files].map(sealedFile));
  const said = { v: 1, subject, body, reply: packed(reply.publicKey), files: made.map((one) => one.said) };
  const plain = filled(sodium.from_string(JSON.stringify(said)), MESSAGES);
  return {
    code,
    token,
    message: sodium.crypto_box_seal(plain, sodium.from_hex(to)),
    files: made.map((one) => one.sealed),
  };
}

export function answer(sealed, code) {
  const { reply } = derived(code);
  const plain = sodium.crypto_box_seal_open(unpacked(sealed), reply.publicKey, reply.privateKey);
  return JSON.parse(sodium.to_string(emptied(plain))).body;
}
