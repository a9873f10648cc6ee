// The live socket: reconnects by itself and asks for what it missed by the number of the last news it has.

const DEAD_MS = 15000; // the server speaks at least every 5 s
const LATE_MS = 5 * 60000;
const SESSION_ENDED = 4401;

/** `on`: snapshot(message), changes(message), counts(message), beat(message), packed(buffer), state("on" | "off").
 * Returns what the page may say: look(bounds, zoom) and again(), which asks for a snapshot. */
export function follow(on) {
  let seq = null;
  let socket = null;
  let wait = 500;
  let heard = performance.now();
  let isClosed = false;
  let view = null;

  function open() {
    const address = new URL("/v1/live", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    if (seq !== null) address.searchParams.set("after", seq);
    socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => look(view);
    socket.onmessage = ({ data }) => {
      heard = performance.now();
      typeof data === "string" ? read(JSON.parse(data)) : on.packed(data);
    };
    socket.onclose = ({ code }) => {
      if (isClosed) return;
      on.state("off");
      if (code === SESSION_ENDED) return location.reload(); // the sign-in page answers
      setTimeout(open, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, 15000);
    };
  }

  function read(message) {
    wait = 500;
    seq = message.seq ?? seq;
    on.state("on", Date.parse(message.now));
    if (message.type === "snapshot") on.snapshot(message);
    if (message.type === "changes") on.changes(message);
    if (message.type === "counts") on.counts(message);
    if (message.type === "beat") on.beat(message);
  }

  const watch = setInterval(() => {
    if (socket.readyState === WebSocket.OPEN && performance.now() - heard > DEAD_MS) socket.close();
  }, 3000);
  addEventListener("pagehide", close, { once: true });
  open();

  function close() {
    isClosed = true;
    clearInterval(watch);
    socket.close();
  }

  function look(wanted) {
    view = wanted;
    if (view && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(view));
  }
  function again() {
    seq = null;
    socket.close();
  }
  return { look, again };
}

/** Whether the newest position is so old that the reader must be told. */
export const isLate = (newest, now) => newest > 0 && now - newest > LATE_MS;
