// Signing in with PKCE, tokens that turn, and requests that carry them.

import { forget, get, put, remove } from "./keep.js";
import { language } from "/static/texts.js";

const CLIENT = "web";
const SCOPES = "account kin:read kin:write appeals:read appeals:write";
const back = () => `${location.origin}/my/signed-in`;

export class SignedOut extends Error {}
/** There is no network, or the platform cannot answer now: later. */
export class Later extends Error {}
/** The platform's answer was a refusal: `problem` is RFC 9457. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.title ?? String(status));
    this.status = status;
    this.problem = problem;
  }
}

const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const chance = () => base64(crypto.getRandomValues(new Uint8Array(48)));

export const isSignedIn = async () => Boolean(await get("session", "tokens"));

export async function begin() {
  const way = { verifier: chance(), state: chance() };
  await put("session", "way", way);
  const challenge = base64(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(way.verifier)));
  const asked = { response_type: "code", client_id: CLIENT, redirect_uri: back(), scope: SCOPES, state: way.state,
    code_challenge: challenge, code_challenge_method: "S256" };
  location.assign(`/v1/oauth/authorize?${new URLSearchParams(asked)}`);
}

/** The way back from signing in: the code of the address becomes tokens. */
export async function finish(address) {
  const way = await get("session", "way");
  const said = new URLSearchParams(address);
  await remove("session", "way");
  if (!way || said.get("state") !== way.state || !said.get("code")) return false;
  return turn({ grant_type: "authorization_code", code: said.get("code"), redirect_uri: back(), code_verifier: way.verifier });
}

/** As `fetch`; whatever passes by itself is `Later`. */
export async function reach(path, said) {
  const answer = await fetch(path, said).catch(() => { throw new Later(); });
  if (answer.status === 429 || answer.status >= 500) throw new Later();
  return answer;
}

async function turn(said) {
  const answer = await reach("/v1/oauth/token", { method: "POST", body: new URLSearchParams({ client_id: CLIENT, ...said }) });
  if (answer.ok) await put("session", "tokens", await answer.json());
  else if (answer.status === 400 || answer.status === 401) await remove("session", "tokens");
  else throw new Later();
  return answer.ok;
}

/** One tab at a time; whoever comes second finds the new token. */
const renewed = (old) => navigator.locks.request("tokens", async () => {
  const tokens = await get("session", "tokens");
  if (!tokens) return false;
  return tokens.access_token !== old || turn({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
});

export async function signOut() {
  const tokens = await get("session", "tokens");
  await forget();
  if (tokens) await fetch("/v1/oauth/revoke", { method: "POST", body: new URLSearchParams({ client_id: CLIENT, token: tokens.refresh_token }) }).catch(() => {});
}

/** The platform's answer. Later: no network. SignedOut: sign in first. Refused: the platform says no. */
export async function ask(method, path, { headers = {}, body, key } = {}) {
  const tokens = await get("session", "tokens");
  if (!tokens) throw new SignedOut();
  const said = { authorization: `Bearer ${tokens.access_token}`, "accept-language": language, ...headers };
  if (key) said["idempotency-key"] = key;
  const answer = await reach(path, { method, headers: said, body });
  if (answer.status === 401) {
    if (await renewed(tokens.access_token)) return ask(method, path, { headers, body, key });
    throw new SignedOut();
  }
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
  return answer;
}

export async function call(method, path, { body, key } = {}) {
  const json = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return (await ask(method, path, { ...json, key })).json().catch(() => ({}));
}

/** Read from the platform and kept; without a network, what was read last. */
export async function read(path) {
  try {
    const found = await call("GET", path);
    await put("read", path, found);
    return found;
  } catch (failure) {
    if (failure instanceof Refused) await remove("read", path);
    const kept = await get("read", path);
    if (failure instanceof Later && kept) return kept;
    throw failure;
  }
}
