/** The conversation as the page shows it: what is confirmed, then what is on its way. */

import { computed, reactive, ref, shallowReactive } from 'vue'

import { deleteConversation } from './api'
import { type DeliveryState, Outbox } from './outbox'
import type { SmallPhoto } from './photo'
import type { ChatEvent, EmergencyPart, Part } from './record'
import { dismiss, onStoredElsewhere, recall, remember } from './storage'
import { ChatStream } from './stream'

export interface ResidentMessage {
  side: 'resident'
  key: string
  id: string
  text: string
  /** Address of a photo; empty for words. */
  photo: string
  at: string
  state: DeliveryState | 'received'
  problem: string
}
export interface AssistantMessage {
  side: 'assistant'
  key: string
  parts: Part[]
  at: string
  /** It came while the page was open, so a screen reader should say it at once. */
  isNew: boolean
}
export type Message = ResidentMessage | AssistantMessage

/** How long the connection may be away before the resident is told. */
const DOWN_NOTICE_MS = 2_000
/** The gateway sends the earlier conversation at once; then it is quiet. */
const QUIET_MS = 250
const READY_AT_LATEST_MS = 2_500
/** An acknowledged message comes back in the stream; if not, the stream is dead. */
const ECHO_WITHIN_MS = 5_000
/** A message from long before was dropped; nobody is thinking about it. */
const THINKING_WITHIN_MS = 10 * 60_000
const OTHER_TAB_FIRST_MS = 2_000
const DELETED = 'deleted'
const URGENT = 'urgent'

interface Urgent {
  id: string
  part: EmergencyPart
}

export function useConversation() {
  const confirmed = shallowReactive<Message[]>([])
  const received = new Set<string>()
  const answered = reactive(new Set<string>())
  const urgent = ref<Urgent | null>(readUrgent())
  const isReady = ref(false)
  const isDown = ref(false)
  let downTimer: ReturnType<typeof setTimeout> | undefined
  let readyTimer: ReturnType<typeof setTimeout> | undefined

  const stream = new ChatStream({
    onEvent(event) {
      if (!isReady.value) readyIn(QUIET_MS)
      take(event)
    },
    onUp() {
      clearTimeout(downTimer)
      downTimer = undefined
      isDown.value = false
      if (!isReady.value) readyIn(QUIET_MS)
      outbox.resume()
    },
    onDown: noticeDown,
  })
  const outbox = new Outbox({
    onAcknowledged(id, emergency) {
      if (emergency && !answered.has(id)) setUrgent({ id, part: emergency })
      setTimeout(() => {
        if (!received.has(id)) stream.reopen()
      }, ECHO_WITHIN_MS)
    },
    onSessionRenewed: () => stream.reopen(),
  })

  function readyIn(ms: number): void {
    clearTimeout(readyTimer)
    readyTimer = setTimeout(() => (isReady.value = true), ms)
  }

  function noticeDown(): void {
    downTimer ??= setTimeout(() => (isDown.value = true), DOWN_NOTICE_MS)
  }

  function take(event: ChatEvent): void {
    const { id, at } = event
    if (event.side === 'resident') {
      outbox.remove(id)
      if (received.has(id)) return
      received.add(id)
      const delivery = { state: 'received', problem: '' } as const
      confirmed.push({ ...event, key: `resident-${id}`, ...delivery })
      return
    }
    answered.add(id)
    if (urgent.value?.id === id) setUrgent(null)
    if (event.parts.length === 0) return
    const key = `assistant-${id}-${confirmed.length}`
    confirmed.push({ side: 'assistant', key, parts: event.parts, at, isNew: isReady.value })
  }

  /** The gateway's own emergency answer is not in the stream, so a reload would lose it. */
  function setUrgent(value: Urgent | null): void {
    urgent.value = value
    if (value === null) dismiss(URGENT)
    else remember(URGENT, JSON.stringify(value))
  }

  const messages = computed<Message[]>(() => {
    const all: Message[] = [...confirmed]
    for (const { id, text, preview, at, state, problem } of outbox.messages) {
      const photo = preview ?? ''
      all.push({ side: 'resident', key: `resident-${id}`, id, text, photo, at, state, problem })
    }
    if (urgent.value === null) return all
    const { id, part } = urgent.value
    const index = all.findIndex((m) => m.side === 'resident' && m.id === id)
    const question = all[index]
    if (question === undefined) return all
    const key = `urgent-${id}`
    all.splice(index + 1, 0, { side: 'assistant', key, parts: [part], at: question.at, isNew: true })
    return all
  })

  const isThinking = computed(() => {
    if (outbox.messages.some((message) => message.state === 'sent')) return true
    const last = [...confirmed].reverse().find((message) => message.side === 'resident')
    if (last?.side !== 'resident' || answered.has(last.id)) return false
    return Date.now() - Date.parse(last.at) < THINKING_WITHIN_MS
  })

  function empty(reopenAfterMs = 0): void {
    confirmed.splice(0)
    received.clear()
    answered.clear()
    outbox.clear()
    setUrgent(null)
    stream.reset()
    setTimeout(() => stream.reopen(), reopenAfterMs)
  }

  function start(): void {
    noticeDown()
    readyIn(READY_AT_LATEST_MS)
    outbox.restore()
    stream.reopen()
    // Another tab deleted the conversation: this one must not go on showing it. It
    // waits for the other's new session, or there would be two.
    onStoredElsewhere(DELETED, () => empty(OTHER_TAB_FIRST_MS))
  }

  /** Deletes everything and begins anew; throws with words for the resident. */
  async function forget(): Promise<void> {
    await deleteConversation()
    remember(DELETED, new Date().toISOString())
    empty()
  }

  return {
    messages,
    isReady,
    isDown,
    isThinking,
    start,
    forget,
    send: (text: string, choice: string | null = null) => outbox.add(text, choice),
    sendPhoto: (photo: SmallPhoto) => outbox.addPhoto(photo),
    retry: (id: string) => outbox.retry(id),
    discard: (id: string) => outbox.remove(id),
  }
}

function readUrgent(): Urgent | null {
  try {
    const doc = JSON.parse(recall(URGENT) ?? 'null') as Urgent | null
    return doc && typeof doc.id === 'string' && Array.isArray(doc.part.call) ? doc : null
  } catch {
    return null
  }
}
