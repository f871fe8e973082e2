import { computed, reactive, ref, watch } from 'vue'

import * as api from './api'
import type { Bubble, Delivery, RecordRows, Resident, SimulatorState } from './record'

const RETRY_MS = 1500

/** An action whose answer the phone still waits for. */
export interface Waiting {
  openid: string
  startedAt: number
}

export const state = ref<SimulatorState | null>(null)
export const isConnected = ref(true)
export const rows = ref<RecordRows>({ deliveries: [], errors: [], calls: [] })
export const chats = reactive(new Map<string, Bubble[]>())
export const waiting = reactive(new Set<Waiting>())
export const notice = ref('')

function remembered(key: string, initial: string) {
  const value = ref(localStorage.getItem(key) ?? initial)
  watch(
    value,
    (now) => {
      localStorage.setItem(key, now)
      // Pages that sign in through the simulator learn from it whose phone this is.
      document.cookie = `${key}=${encodeURIComponent(now)}; path=/; SameSite=Lax`
    },
    { immediate: true },
  )
  return value
}

export const openid = remembered('sim_openid', 'o-wang-guilan')
export const userid = remembered('sim_userid', '')

export const resident = computed<Resident | undefined>(() =>
  state.value?.residents.find((one) => one.openid === openid.value),
)
export const deliveries = computed(() => {
  const found = new Map<string, Delivery[]>()
  for (const one of rows.value.deliveries) found.set(one.msg_id, [...(found.get(one.msg_id) ?? []), one])
  return found
})

/** Shows a mistake for a while; returns undefined so that callers can go on. */
export async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error)
    notice.value = told
    window.setTimeout(() => notice.value === told && (notice.value = ''), 4000)
    return undefined
  }
}

/** Does something as the resident whose phone is open. */
export async function act(action: Record<string, unknown>): Promise<void> {
  const mine: Waiting = { openid: openid.value, startedAt: performance.now() }
  waiting.add(mine)
  await attempt(api.act(mine.openid, action))
  for (const one of waiting) if (one.startedAt === mine.startedAt) waiting.delete(one)
  await refresh()
}

function take(bubble: Bubble): void {
  const chat = chats.get(bubble.person) ?? []
  const at = chat.findIndex((one) => one.seq === bubble.seq)
  chats.set(bubble.person, at < 0 ? [...chat, bubble] : chat.map((one, i) => (i === at ? bubble : one)))
}

export async function refresh(): Promise<void> {
  state.value = await api.state()
  rows.value = await api.record()
}

/** Follows the simulator for as long as the page is open. */
export async function follow(): Promise<void> {
  let after = 0
  for (;;) {
    try {
      const news = await api.changes(after)
      if (news.seq < after) chats.clear()
      news.bubbles.forEach(take)
      after = news.seq
      await refresh()
      isConnected.value = true
    } catch {
      isConnected.value = false
      await new Promise((resolve) => window.setTimeout(resolve, RETRY_MS))
    }
  }
}
