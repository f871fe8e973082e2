/** Waiting between attempts, so that a recovering gateway is not run over. */

/**
 * Returns how long to wait after the n-th failure in a row, counted from 1.
 *
 * Up to 30 % are random: phones that lost the same gateway must not return at once.
 */
export function backoffMs(nFailures: number, longestMs: number): number {
  const wait = Math.min(1_000 * 2 ** (nFailures - 1), longestMs)
  return wait * (1 + Math.random() * 0.3)
}

/** A pause that can be cut short, when there is reason to hope. */
export class Pause {
  private finish: (() => void) | null = null

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.end(), ms)
      this.finish = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  end(): void {
    const finish = this.finish
    this.finish = null
    finish?.()
  }
}
