// Words by which two people hear that nobody sits between their browsers.
// Each side first binds itself to its fingerprint and a drawn number, then shows them: whoever sits between would
// have to guess the words before knowing what they depend on.

const WORDS = 6;
const BITS = 5;

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const digest = async (text) => new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

export const chance = () => hex(crypto.getRandomValues(new Uint8Array(32)));
export const bound = async (text) => hex(await digest(text));

/** The one certificate that a description speaks of, or nothing. */
export function fingerprint(sdp) {
  const found = new Set([...sdp.matchAll(/^a=fingerprint:(\S+) (\S+)/gm)].map(([, how, what]) => `${how.toLowerCase()} ${what.toUpperCase()}`));
  return found.size === 1 ? [...found][0] : null;
}

/** Numbers of words, the same on both sides. */
export async function numbers(mine, theirs) {
  const bytes = await digest([mine, theirs].sort().join("\n"));
  let left = bytes.slice(0, 4).reduce((sum, byte) => sum * 256 + byte, 0);
  return Array.from({ length: WORDS }, () => {
    const word = left % 2 ** BITS;
    left = Math.floor(left / 2 ** BITS);
    return word;
  });
}
