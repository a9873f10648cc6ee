// Keeps the relatives' app on the telephone: its files by version, its page as it was last; never what the API says.
const KEPT = "my-{{ version }}";
const FILES = {{ files | tojson }};
const LATER = {{ later | tojson }};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([...FILES, "/my"])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith("my-") && name !== KEPT).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (event.request.mode === "navigate" && (pathname === "/my" || pathname === "/my/signed-in")) event.respondWith(page(event.request));
  else if (FILES.includes(pathname)) event.respondWith(file(event.request, pathname));
  else if (LATER.includes(pathname)) event.respondWith(once(event.request, pathname));
});

/** From the network, and kept; without one, as it was last. */
async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(KEPT)).put("/my", answer.clone());
    return answer;
  } catch {
    return (await caches.match("/my")) ?? Response.error();
  }
}

async function file(request, pathname) {
  return (await (await caches.open(KEPT)).match(pathname)) ?? fetch(request);
}

/** What not everybody needs: kept from the first time on. */
async function once(request, pathname) {
  const kept = await caches.open(KEPT);
  const found = await kept.match(pathname);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await kept.put(pathname, answer.clone());
  return answer;
}
