// The call itself: browser to browser. The line carries only what both need to find each other; keys never leave the browsers.

import { bound, chance, fingerprint, numbers } from "./phrase.js";

const ENDS = { 4000: "over", 4001: "elsewhere", 4002: "ended" };
const TRIES = 5;

/** `on.state(name)`, `on.remote(stream)`, `on.phrase(numbers)`; gives what hangs up. */
export function talk(entry, stream, on) {
  const key = RTCPeerConnection.generateCertificate({ name: "ECDSA", namedCurve: "P-256" });
  let socket, meeting = null, isOver = false, tries = 0, turnOf = Promise.resolve();

  function open() {
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/v1/calls/line`, ["ejazo.call", `ejazo.pass.${entry.secret}`]);
    socket.onopen = () => { tries = 0; on.state("waiting"); };
    socket.onmessage = ({ data }) => { turnOf = turnOf.then(() => heard(JSON.parse(data))).catch(() => finish("failed")); };
    socket.onclose = ({ code }) => {
      if (isOver) return;
      if (ENDS[code]) return finish(ENDS[code]);
      tries += 1;
      return tries > TRIES ? finish("gone") : setTimeout(() => isOver || open(), 500 * tries);
    };
  }

  function finish(why) {
    if (isOver) return;
    isOver = true;
    drop();
    socket.close();
    stream.getTracks().forEach((track) => track.stop());
    on.state(why);
  }

  function drop() {
    meeting?.peer.close();
    meeting = null;
  }

  async function heard({ type, turn, data }) {
    if (isOver) return;
    if (type === "begin") return begin(turn);
    if (type === "alone") { drop(); on.state("waiting"); return; }
    if (meeting?.turn === turn) await answers[type]?.(meeting, data);
  }

  /** A new connection, and the promise to show its fingerprint. */
  async function begin(turn) {
    drop();
    const peer = new RTCPeerConnection({ iceServers: entry.ice_servers, iceTransportPolicy: entry.is_relay_only ? "relay" : "all", certificates: [await key] });
    const made = { turn, peer, early: [], say: (type, data = {}) => socket.readyState === 1 && socket.send(JSON.stringify({ type, turn, data })) };
    meeting = made;
    stream.getTracks().forEach((track) => peer.addTrack(track, stream));
    peer.ontrack = ({ streams }) => on.remote(streams[0]);
    peer.onicecandidate = ({ candidate }) => candidate && made.say("candidate", candidate.toJSON());
    peer.onconnectionstatechange = () => changed(made);
    made.mine = `${fingerprint((await peer.createOffer()).sdp)} ${chance()}`;
    on.state("meeting");
    made.say("commit", { hash: await bound(made.mine) });
  }

  function changed(made) {
    if (made !== meeting) return;
    if (made.peer.connectionState === "connected") { made.say("connected"); on.state("talking"); }
    if (made.peer.connectionState === "failed") on.state("unreachable");
  }

  const answers = {
    commit: async (made, { hash }) => {
      made.hash ??= hash;
      made.say("reveal", { text: made.mine });
    },
    reveal: async (made, { text }) => {
      if (made.hash !== await bound(text) || text === made.mine) return finish("doubtful");
      made.theirs = text;
      on.phrase(await numbers(made.mine, made.theirs));
      if (entry.party === "inside") await described(made, "offer", await made.peer.createOffer());
    },
    offer: async (made, { sdp }) => {
      if (await taken(made, "offer", sdp)) await described(made, "answer", await made.peer.createAnswer());
    },
    answer: (made, { sdp }) => taken(made, "answer", sdp),
    candidate: async (made, candidate) => {
      if (made.peer.remoteDescription) await made.peer.addIceCandidate(candidate);
      else made.early.push(candidate);
    },
  };

  async function described(made, type, description) {
    await made.peer.setLocalDescription(description);
    made.say(type, { sdp: description.sdp });
  }

  /** Only a description whose certificate is the one that was shown. */
  async function taken(made, type, sdp) {
    if (!made.theirs?.startsWith(`${fingerprint(sdp)} `)) { finish("doubtful"); return false; }
    await made.peer.setRemoteDescription({ type, sdp });
    for (const candidate of made.early.splice(0)) await made.peer.addIceCandidate(candidate);
    return true;
  }

  open();
  return () => finish("left");
}
