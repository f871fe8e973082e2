/** Facts about the device that decide how the page behaves. */

/** A mouse and thus a real keyboard: Enter may send, and nobody is told of a microphone. */
export function hasKeyboard(): boolean {
  return window.matchMedia('(hover: hover) and (pointer: fine)').matches
}

export function prefersStillness(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches
}

/**
 * Keeps the page as high as what is left above the on-screen keyboard.
 *
 * iOS lays the keyboard over the page, which would hide the newest answer.
 */
export function followKeyboard(): void {
  const viewport = window.visualViewport
  if (!viewport) return
  const fit = () => {
    // A page zoomed by hand must not shrink with every pinch.
    if (viewport.scale > 1.01) return
    document.documentElement.style.setProperty('--page-height', `${viewport.height}px`)
    window.scrollTo(0, 0)
  }
  viewport.addEventListener('resize', fit)
  fit()
}
