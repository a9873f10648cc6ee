// What the telephone keeps: the session, drafts and their files, what waits to be sent, receipts, and what was read last.

const STORES = ["session", "drafts", "outbox", "receipts", "read", "files"];

const opened = new Promise((done, failed) => {
  const asked = indexedDB.open("my", 2);
  asked.onupgradeneeded = () => {
    const known = asked.result.objectStoreNames;
    STORES.filter((name) => !known.contains(name)).forEach((name) => asked.result.createObjectStore(name));
  };
  asked.onsuccess = () => {
    asked.result.onversionchange = () => asked.result.close();
    done(asked.result);
  };
  asked.onerror = () => failed(asked.error);
});

/** One transaction over some stores: `deed` gets them by name; the promise is kept once it is on the disk. */
async function within(names, mode, deed) {
  const tied = (await opened).transaction(names, mode, { durability: "strict" });
  const result = deed(Object.fromEntries(names.map((name) => [name, tied.objectStore(name)])));
  await new Promise((done, failed) => {
    tied.oncomplete = done;
    tied.onabort = tied.onerror = () => failed(tied.error);
  });
  return result?.result;
}

export const get = (store, key) => within([store], "readonly", (s) => s[store].get(key));
export const all = (store) => within([store], "readonly", (s) => s[store].getAll());
export const put = (store, key, value) => within([store], "readwrite", (s) => s[store].put(value, key));
export const remove = (store, key) => within([store], "readwrite", (s) => s[store].delete(key));

/** From one place into another, and the files that are not needed there are gone: all of it or nothing. */
export const move = (from, to, key, value, files = []) => within([from, to, "files"], "readwrite", (s) => {
  s[from].delete(key);
  s[to].put(value, key);
  files.forEach((id) => s.files.delete(id));
});

/** A thing and its files. */
export const drop = (store, key, files = []) => within([store, "files"], "readwrite", (s) => {
  s[store].delete(key);
  files.forEach((id) => s.files.delete(id));
});

export const forget = () => within(STORES, "readwrite", (s) => STORES.forEach((name) => s[name].clear()));

/** RFC 9562, 5.7: milliseconds, then chance. */
export function uuid7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let n = 0; n < 6; n += 1) bytes[n] = Math.floor(now / 2 ** (8 * (5 - n))) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
