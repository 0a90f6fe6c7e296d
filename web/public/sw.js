/*
 * The page and its files for a device that has them installed, or that has a weak network: the page opens at once, and without
 * a network says so itself. Kept are the page and the files of the bundle, whose names carry their hash; what the API answers
 * is never kept, so that nothing about a patient stays on the device.
 */
const KEPT = 'liandong'
const PAGE = '/'
const FILES = '/assets/'
/** After which the page that is kept stands in for one that does not come. */
const PATIENCE_MS = 3000
/** Files of bundles past; a page that is still open may want one of its own, which the server has no more. */
const MOST_FILES = 300

self.addEventListener('install', (event) => {
  event.waitUntil(install().then(() => self.skipWaiting()))
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin || pathname.startsWith('/api/')) return
  if (request.mode === 'navigate') event.respondWith(page(event))
  else if (pathname.startsWith(FILES)) event.respondWith(file(request))
})

async function install() {
  const answer = await fetch(PAGE, { cache: 'no-cache' })
  const html = await answer.clone().text()
  await keepPage(answer)
  const names = new Set(html.match(/\/assets\/[\w.-]+/g) ?? [])
  await Promise.all([...names].map((name) => file(new Request(name))))
}

/** The newest page where the network gives it in time, else the one that is kept. */
async function page(event) {
  const fresh = fetch(event.request).then((answer) => {
    if (answer.ok && answer.headers.get('Content-Type')?.startsWith('text/html')) event.waitUntil(keepPage(answer.clone()))
    return answer
  })
  const kept = await (await caches.open(KEPT)).match(PAGE)
  if (!kept) return fresh
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS))
  return Promise.race([fresh.catch(() => kept), late])
}

async function keepPage(answer) {
  await (await caches.open(KEPT)).put(PAGE, answer)
}

async function file(request) {
  const cache = await caches.open(KEPT)
  const kept = await cache.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) {
    await cache.put(request, answer.clone())
    await prune(cache)
  }
  return answer
}

/** Drops the oldest files; the page itself stays. */
async function prune(cache) {
  const files = (await cache.keys()).filter(({ url }) => new URL(url).pathname.startsWith(FILES))
  await Promise.all(files.slice(0, Math.max(0, files.length - MOST_FILES)).map((request) => cache.delete(request)))
}
