"""What is put into a page before its own scripts, to see when a position heard by its socket is drawn."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Page

BIN_MS: Final = 10
SETTLED_MS: Final = 3000
"""Of a socket that has just opened: what it hears first may be old."""
WATCH: Final = f"""
window.seen = {{late: new Uint32Array(12000), alerts: new Set(), opened: [], waiting: [], packed: []}};
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {{
  constructor(...args) {{
    super(...args);
    let since = Infinity;
    this.addEventListener("open", () => {{ since = performance.now(); seen.opened.push(Date.now()); }});
    this.addEventListener("message", ({{data}}) => {{
      if (typeof data === "string") {{
        for (const {{id}} of JSON.parse(data).alerts ?? []) seen.alerts.add(id);
        return;
      }}
      const at = {{EP: 8, ET: 16}}[String.fromCharCode(...new Uint8Array(data, 0, 2))];
      if (!at || performance.now() - since < {SETTLED_MS}) return;
      const view = new DataView(data), count = view.getUint32(4, true);
      for (let i = 0; i < count; i++) seen.waiting.push(view.getFloat64(at + 32 * i, true));
    }});
  }}
}};
function drawn(number) {{
  const shown = performance.timeOrigin + performance.now();
  const there = seen.packed.filter((pack) => pack.number <= number);
  for (const taken of there.flatMap((pack) => pack.taken)) {{
    seen.late[Math.min(seen.late.length - 1, Math.max(0, Math.floor((shown - taken) / {BIN_MS})))] += 1;
  }}
  seen.packed = seen.packed.filter((pack) => pack.number > number);
}}
const drawnSoon = (number) => requestAnimationFrame(() => drawn(number));
addEventListener("DOMContentLoaded", () => {{
  const map = document.getElementById("map");
  if (!map) return;
  new MutationObserver((changes) => {{
    for (const {{attributeName}} of changes) {{
      // the page says data-packed when it packs what it has heard, data-drawn when that went to the screen
      const number = Number(map.getAttribute(attributeName));
      if (attributeName === "data-drawn") drawnSoon(number);
      else {{ seen.packed.push({{number, taken: seen.waiting}}); seen.waiting = []; }}
    }}
  }}).observe(map, {{attributes: true, attributeFilter: ["data-packed", "data-drawn"]}});
}});
"""
FORGET: Final = "() => { seen.late.fill(0); seen.waiting = []; seen.packed = []; }"


def delays(counts: NDArray[np.int64]) -> dict[str, float]:
    """Milliseconds from a fix's own time to the screen, to ten."""
    total = int(counts.sum())
    if not total:
        return {"positions": 0.0}
    below = np.cumsum(counts)
    at = {name: float(np.searchsorted(below, share * total) + 1) * BIN_MS for name, share in SHARES.items()}
    return at | {"worst ms": float(np.flatnonzero(counts)[-1] + 1) * BIN_MS, "positions": float(total)}


SHARES: Final = {"p50 ms": 0.5, "p90 ms": 0.9, "p99 ms": 0.99}


async def late(page: Page) -> NDArray[np.int64]:
    return np.array(await page.evaluate("Array.from(seen.late)"), np.int64)


async def heap_mb(page: Page) -> float:
    """What is in use of the page's JavaScript heap, after its rubbish was collected."""
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    found: dict[str, Any] = await session.send("Runtime.getHeapUsage")
    await session.detach()
    return float(found["usedSize"]) / 2**20
