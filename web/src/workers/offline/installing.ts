/** Keeps the page on this phone, and tells when a newer one has taken its place. */

import { ref } from 'vue'

/** A newer page is here; it shows after a reload. */
export const hasUpdate = ref(false)

const LOOK_EVERY_MS = 3_600_000

/** Without HTTPS, and in old browsers, the page works as before: with a network. */
export async function keepPage(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  const workers = navigator.serviceWorker
  const isFirst = workers.controller === null
  let isKnown = !isFirst
  workers.addEventListener('controllerchange', () => {
    if (isKnown) hasUpdate.value = true
    isKnown = true
  })
  try {
    const registration = await workers.register('/w/sw.js', { scope: '/w/', updateViaCache: 'none' })
    let lookedAt = Date.now()
    // A page may stay open for days.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible' || Date.now() - lookedAt < LOOK_EVERY_MS) return
      lookedAt = Date.now()
      void registration.update().catch(() => undefined)
    })
  } catch {
    // Refused by the browser: private window, no HTTPS, full storage.
  }
}
