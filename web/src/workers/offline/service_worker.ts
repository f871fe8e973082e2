/**
 * Opens the grid workers' page without a network: its files are kept, nothing else.
 *
 * Answers of the desk never pass through here, so nobody finds what another person read on
 * this phone. What was done without a network waits in the page's own database.
 */

/// <reference lib="webworker" />

declare const self: ServiceWorkerGlobalScope
/** Both are put in by the build: see `vite.config.ts`. */
declare const __SHELL__: readonly string[]
declare const __VERSION__: string

const PREFIX = 'workers-shell-'
const CACHE = PREFIX + __VERSION__
const FILES: readonly string[] = __SHELL__
const PAGE = '/w/'
/** A weak network is no better than none; then the kept page opens. */
const PATIENCE_MS = 3_000
const SERVER_ERROR = 500

self.addEventListener('install', (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (FILES.includes(url.pathname)) event.respondWith(file(request))
})

/** All or nothing: a version that is only partly there would not open. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.addAll([PAGE, ...FILES].map((path) => new Request(path, { cache: 'reload' })))
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys()
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
}

/** The newest page where the network is good, else the kept one. */
async function page(request: Request): Promise<Response> {
  const asked = fetch(request)
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS))
  const answer = await Promise.race([asked, late]).catch(() => undefined)
  if (answer && answer.status < SERVER_ERROR) return answer
  return (await kept(PAGE)) ?? asked
}

/** A file's name holds the hash of what is in it, so a kept one is never old. */
async function file(request: Request): Promise<Response> {
  return (await kept(new URL(request.url).pathname)) ?? fetch(request)
}

async function kept(path: string): Promise<Response | undefined> {
  return (await caches.open(CACHE)).match(path)
}

export {}
