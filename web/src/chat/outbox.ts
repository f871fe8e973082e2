/**
 * Messages on their way to the gateway, one at a time and in order.
 *
 * A message keeps its id through every attempt, and the gateway stores an id once, so
 * sending again never doubles it. It stays on this phone until it is acknowledged.
 */

import { reactive } from 'vue'

import { type Outgoing, Refusal, openSession, postMessage, postPhoto } from './api'
import { Pause, backoffMs } from './backoff'
import type { SmallPhoto } from './photo'
import type { EmergencyPart } from './record'
import { dismiss, namesBelow, recall, remember } from './storage'

const STORED = 'unsent.'
const N_ATTEMPTS = 5
const LONGEST_WAIT_MS = 8_000
/** Older leftovers are shown, but the resident decides whether they still matter. */
const RESEND_WITHIN_MS = 10 * 60_000
/** The gateway knows an id for a week; after that, sending again would double it. */
const DROP_AFTER_MS = 6 * 86_400_000
const UNREACHABLE = '网络不通，还没有发出去。连上了会自动再发。'
const BUSY_STATUSES = [502, 503, 504]

export type DeliveryState = 'sending' | 'sent' | 'failed'

export interface Unconfirmed {
  id: string
  text: string
  choice: string | null
  /** A photo to show while it is on its way; absent for words. */
  preview?: string
  /** Its name at the gateway, once it is there. */
  photo?: string
  at: string
  state: DeliveryState
  /** Why it failed, in words for the resident. */
  problem: string
  /** The connection was at fault: it is sent by itself once that is back. */
  isConnectionProblem: boolean
}

export interface OutboxHandlers {
  onAcknowledged(id: string, emergency: EmergencyPart | null): void
  /** Another conversation may have begun; the stream must follow. */
  onSessionRenewed(): void
}

export class Outbox {
  readonly messages = reactive<Unconfirmed[]>([])
  private queue: string[] = []
  private isRunning = false
  /** Photos that are not at the gateway yet; too large for the phone's storage. */
  private readonly photos = new Map<string, Blob>()
  private readonly pause = new Pause()

  constructor(private readonly handlers: OutboxHandlers) {
    window.addEventListener('online', () => this.resume())
  }

  add(text: string, choice: string | null): void {
    const message: Unconfirmed = {
      id: newId(),
      text,
      choice,
      at: new Date().toISOString(),
      state: 'sending',
      problem: '',
      isConnectionProblem: false,
    }
    this.messages.push(message)
    remember(STORED + message.id, JSON.stringify(message))
    this.enqueue(message.id)
  }

  /** Sends a photo; it is lost with the page until it has been uploaded. */
  addPhoto(photo: SmallPhoto): void {
    const message: Unconfirmed = {
      id: newId(),
      text: '',
      choice: null,
      preview: photo.preview,
      at: new Date().toISOString(),
      state: 'sending',
      problem: '',
      isConnectionProblem: false,
    }
    this.photos.set(message.id, photo.data)
    this.messages.push(message)
    this.enqueue(message.id)
  }

  /** Takes up what an earlier visit could not send. */
  restore(): void {
    for (const message of storedMessages()) {
      const isFresh = Date.now() - Date.parse(message.at) < RESEND_WITHIN_MS
      this.messages.push({
        ...message,
        state: isFresh ? 'sending' : 'failed',
        problem: isFresh ? '' : '上次没有发出去。',
        isConnectionProblem: false,
      })
      if (isFresh) this.enqueue(message.id)
    }
  }

  retry(id: string): void {
    const message = this.find(id)
    if (message?.state === 'failed') this.enqueue(id)
  }

  /** Sends what only a bad connection has stopped; called when it is back. */
  resume(): void {
    this.pause.end()
    for (const message of this.messages) {
      if (message.state === 'failed' && message.isConnectionProblem) this.enqueue(message.id)
    }
  }

  /** Removes a message: it came back in the stream, or is not wanted any more. */
  remove(id: string): void {
    dismiss(STORED + id)
    this.photos.delete(id)
    this.queue = this.queue.filter((queued) => queued !== id)
    const index = this.messages.findIndex((message) => message.id === id)
    if (index >= 0) this.messages.splice(index, 1)
  }

  clear(): void {
    for (const message of [...this.messages]) this.remove(message.id)
    for (const name of namesBelow(STORED)) dismiss(name)
  }

  private find(id: string): Unconfirmed | undefined {
    return this.messages.find((message) => message.id === id)
  }

  private enqueue(id: string): void {
    const message = this.find(id)
    if (message) Object.assign(message, { state: 'sending', problem: '' })
    if (!this.queue.includes(id)) this.queue.push(id)
    void this.run()
  }

  private async run(): Promise<void> {
    if (this.isRunning) return
    this.isRunning = true
    while (this.queue[0] !== undefined) await this.deliver(this.queue[0])
    this.isRunning = false
  }

  private async deliver(id: string): Promise<void> {
    for (let nFailures = 0; ; ) {
      const message = this.find(id)
      if (!message) break
      try {
        const emergency = await this.post(message)
        this.settle(message.id, { state: 'sent' })
        dismiss(STORED + id)
        this.handlers.onAcknowledged(id, emergency)
        break
      } catch (error) {
        const problem = error instanceof Refusal ? error.message : UNREACHABLE
        const mayPass = !(error instanceof Refusal) || BUSY_STATUSES.includes(error.status)
        nFailures += 1
        // Without a network it is kinder to say so at once than to try for half a minute.
        if (!mayPass || nFailures >= N_ATTEMPTS || !navigator.onLine) {
          this.settle(id, { state: 'failed', problem, isConnectionProblem: mayPass })
          if (mayPass) this.failOthers(problem)
          break
        }
        await this.pause.wait(backoffMs(nFailures, LONGEST_WAIT_MS))
      }
    }
    this.queue = this.queue.filter((queued) => queued !== id)
  }

  /** Posts a message; a session that has run out is renewed once. */
  private async post(message: Unconfirmed): Promise<EmergencyPart | null> {
    try {
      return await postMessage(await this.bodyOf(message))
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error
      await openSession()
      this.handlers.onSessionRenewed()
      return await postMessage(await this.bodyOf(message))
    }
  }

  /** Returns what is posted; a photo is uploaded first, once. */
  private async bodyOf(message: Unconfirmed): Promise<Outgoing> {
    const data = this.photos.get(message.id)
    if (data !== undefined) {
      message.photo = await postPhoto(data)
      this.photos.delete(message.id)
      const { preview: _, ...small } = message
      remember(STORED + message.id, JSON.stringify(small))
    }
    if (message.photo !== undefined) return { client_id: message.id, photo: message.photo }
    const choice = message.choice === null ? {} : { choice: message.choice }
    return { client_id: message.id, text: message.text, ...choice }
  }

  private settle(id: string, outcome: Partial<Unconfirmed>): void {
    const message = this.find(id)
    if (message) Object.assign(message, outcome)
  }

  /** What waits behind a message that the connection stopped would only wait longer. */
  private failOthers(problem: string): void {
    for (const id of this.queue) {
      this.settle(id, { state: 'failed', problem, isConnectionProblem: true })
    }
    this.queue = []
  }
}

/** Returns what is stored, oldest first, and drops what is too old or unreadable. */
function storedMessages(): Unconfirmed[] {
  const messages: Unconfirmed[] = []
  for (const name of namesBelow(STORED)) {
    const message = readStored(recall(name))
    if (message && Date.now() - Date.parse(message.at) < DROP_AFTER_MS) messages.push(message)
    else dismiss(name)
  }
  return messages.sort((one, other) => one.at.localeCompare(other.at))
}

function readStored(text: string | null): Unconfirmed | null {
  try {
    const doc = JSON.parse(text ?? '') as Partial<Unconfirmed>
    if (typeof doc.id !== 'string' || typeof doc.text !== 'string') return null
    if (typeof doc.at !== 'string') return null
    const choice = typeof doc.choice === 'string' ? doc.choice : null
    return { ...(doc as Unconfirmed), choice }
  } catch {
    return null
  }
}

/** Returns a random id; `crypto.randomUUID` is missing without HTTPS and on old phones. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
