/**
 * What the page remembers on this phone: text size and messages that are not sent.
 *
 * Every access may throw where a browser forbids storage; the page works without it.
 */

const PREFIX = 'yxl.'

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value)
  } catch {
    // Full or forbidden: the setting lives until the page is closed.
  }
}

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

export function dismiss(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name)
  } catch {
    // Nothing was stored then.
  }
}

/** Returns the names below a prefix. */
export function namesBelow(prefix: string): string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX + prefix))
      .map((key) => key.slice(PREFIX.length))
  } catch {
    return []
  }
}

/** Calls back when another tab of this page stores the name. */
export function onStoredElsewhere(name: string, callback: () => void): void {
  window.addEventListener('storage', (event) => {
    if (event.key === PREFIX + name && event.newValue !== null) callback()
  })
}
