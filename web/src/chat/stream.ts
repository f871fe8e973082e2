/**
 * The stream of chat events, kept alive.
 *
 * `EventSource` hides the HTTP status and gives up for good on an error answer, so
 * every failure is handled alike: make sure of the session, then open a new stream
 * after the last event seen.
 */

import { openSession } from './api'
import { backoffMs } from './backoff'
import { type ChatEvent, readEvent } from './record'

const OPEN_TIMEOUT_MS = 10_000
const LONGEST_WAIT_MS = 15_000
/** A phone that slept longer may hold a dead connection without knowing. */
const STALE_AFTER_HIDDEN_MS = 20_000

export interface StreamHandlers {
  onEvent(event: ChatEvent): void
  onUp(): void
  onDown(): void
}

/** Compares stream ids of the form `<ms>-<n>`. */
export function isLater(id: string, than: string): boolean {
  const [ms = 0, n = 0] = id.split('-').map(Number)
  const [thanMs = 0, thanN = 0] = than.split('-').map(Number)
  return ms > thanMs || (ms === thanMs && n > thanN)
}

export class ChatStream {
  private source: EventSource | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private nFailures = 0
  private lastId = ''
  private hiddenAt = 0
  /** Grows with every connection, so that answers to an older one are ignored. */
  private turn = 0

  constructor(private readonly handlers: StreamHandlers) {
    window.addEventListener('online', () => this.reopen())
    window.addEventListener('offline', () => this.fail())
    // Coming back by the browser's "back" shows a frozen page with a closed stream.
    window.addEventListener('pageshow', (event) => event.persisted && this.reopen())
    document.addEventListener('visibilitychange', () => this.onVisibility())
  }

  /** Connects now, whatever was before; events that were seen do not come again. */
  reopen(): void {
    this.close()
    void this.connect(this.turn)
  }

  /** Forgets what was seen and stays closed until `reopen`. */
  reset(): void {
    this.close()
    this.lastId = ''
    this.nFailures = 0
  }

  private close(): void {
    this.turn += 1
    clearTimeout(this.timer)
    this.source?.close()
    this.source = null
  }

  private async connect(turn: number): Promise<void> {
    try {
      await openSession()
    } catch {
      if (turn === this.turn) this.fail()
      return
    }
    if (turn !== this.turn) return
    const after = this.lastId ? `?after=${encodeURIComponent(this.lastId)}` : ''
    const source = new EventSource(`/api/chat/events${after}`)
    this.source = source
    this.timer = setTimeout(() => this.fail(), OPEN_TIMEOUT_MS)
    source.onopen = () => {
      clearTimeout(this.timer)
      this.nFailures = 0
      this.handlers.onUp()
    }
    source.onerror = () => {
      if (turn === this.turn) this.fail()
    }
    source.onmessage = (message) => {
      if (turn === this.turn) this.take(message)
    }
  }

  private take(message: MessageEvent<string>): void {
    const id = message.lastEventId
    if (this.lastId && !isLater(id, this.lastId)) return
    this.lastId = id
    const event = readEvent(message.data)
    if (event !== null) this.handlers.onEvent(event)
  }

  private fail(): void {
    this.close()
    this.handlers.onDown()
    this.nFailures += 1
    // The `online` event calls us back; some browsers are wrong about being offline.
    const wait = navigator.onLine ? backoffMs(this.nFailures, LONGEST_WAIT_MS) : LONGEST_WAIT_MS
    this.timer = setTimeout(() => this.reopen(), wait)
  }

  private onVisibility(): void {
    if (document.hidden) {
      this.hiddenAt = Date.now()
    } else if (this.source === null || Date.now() - this.hiddenAt > STALE_AFTER_HIDDEN_MS) {
      this.reopen()
    }
  }
}
