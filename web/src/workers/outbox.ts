/**
 * What a worker does, on its way to the desk: one at a time and in order.
 *
 * An act keeps its key through every attempt, and the desk does a key once, so sending
 * again never doubles it. It stays on this phone, photos too, until it is acknowledged.
 */

import { computed, reactive } from 'vue'

import { Refusal, SignedOut, Unreachable, newKey, post } from '../staff/api'
import { state as session } from '../staff/session'
import { all, drop, put, take } from './store'

const LONGEST_WAIT_MS = 30_000
/** So long a page waits for the desk's answer before it lets the worker go on. */
const PATIENCE_MS = 4_000

export interface Act {
  id: string
  /** Staff id: on a shared phone nobody sends what somebody else has written. */
  by: string
  title: string
  path: string
  body: Record<string, unknown>
  /** Keys of photos on this phone; they are uploaded first. */
  photos: string[]
  /** Those that show how it was before anything was done. */
  before?: string[]
  at: string
  state: 'waiting' | 'refused'
  problem: string
}

export type Outcome = 'sent' | 'waiting'
type Settled = { outcome: Outcome; answer?: unknown; error?: Error }

export const acts = reactive<Act[]>([])
export const waiting = computed(() => acts.filter((act) => act.state === 'waiting').length)
export const refused = computed(() => acts.filter((act) => act.state === 'refused').length)

const listeners = new Map<string, (settled: Settled) => void>()
let isRunning = false
let nFailures = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** Keeps a photo on this phone until it is sent. */
export async function keepPhoto(photo: Blob): Promise<string> {
  const key = newKey()
  await put('photos', key, photo)
  return key
}

/** Returns a photo that waits, to show it. */
export function keptPhoto(key: string): Promise<Blob | undefined> {
  return take<Blob>('photos', key)
}

/**
 * Sends an act, or keeps it until there is a network.
 *
 * @throws Refusal The desk says no; nothing is kept then.
 */
export async function send<T>(
  title: string,
  path: string,
  body: Record<string, unknown>,
  photos: string[] = [],
  before: string[] = [],
): Promise<{ outcome: Outcome; answer?: T }> {
  const act: Act = {
    id: newKey(),
    by: session.session?.staff.id ?? '',
    title,
    path,
    // Copies: the database takes no proxies of the page's reactive values.
    body: { ...body },
    photos: [...photos],
    before: [...before],
    at: new Date().toISOString(),
    state: 'waiting',
    problem: '',
  }
  await put('acts', act.id, { ...act })
  acts.push(act)
  if (session.isAssumed) return { outcome: 'waiting' }
  const settled = await new Promise<Settled>((resolve) => {
    const patience = setTimeout(() => resolve({ outcome: 'waiting' }), PATIENCE_MS)
    listeners.set(act.id, (result) => {
      clearTimeout(patience)
      resolve(result)
    })
    void flush()
  })
  listeners.delete(act.id)
  if (settled.error) {
    await discard(act.id)
    throw settled.error
  }
  return { outcome: settled.outcome, answer: settled.answer as T | undefined }
}

/** Takes up what an earlier visit could not send. */
export async function restore(): Promise<void> {
  const stored = await all<Act>('acts')
  const mine = stored.filter((act) => act.by === session.session?.staff.id)
  acts.splice(0, acts.length, ...mine.sort((a, b) => a.at.localeCompare(b.at)))
  void flush()
}

export function retry(id: string): void {
  const act = acts.find((one) => one.id === id)
  if (act) Object.assign(act, { state: 'waiting', problem: '' })
  void flush()
}

export async function discard(id: string): Promise<void> {
  const index = acts.findIndex((act) => act.id === id)
  const [act] = index >= 0 ? acts.splice(index, 1) : []
  await drop('acts', id)
  for (const photo of [...(act?.photos ?? []), ...(act?.before ?? [])]) await drop('photos', photo)
}

/** Sends everything that waits, oldest first; comes back by itself after a failure. */
export async function flush(): Promise<void> {
  clearTimeout(timer)
  // Without the desk's word nobody may send; `restore` begins again when it has come.
  if (isRunning || session.isAssumed) return
  isRunning = true
  try {
    for (;;) {
      const act = acts.find((one) => one.state === 'waiting')
      if (!act) return
      if (!(await deliver(act))) return
    }
  } finally {
    isRunning = false
  }
}

/** Returns whether to go on with the next act. */
async function deliver(act: Act): Promise<boolean> {
  try {
    const answer = await post(act.path, { ...act.body, ...(await uploaded(act)), key: act.id })
    nFailures = 0
    listeners.get(act.id)?.({ outcome: 'sent', answer })
    await discard(act.id)
    return true
  } catch (error) {
    if (error instanceof SignedOut) {
      listeners.get(act.id)?.({ outcome: 'waiting' })
      return false
    }
    if (error instanceof Refusal) {
      Object.assign(act, { state: 'refused', problem: error.message })
      const copy = { ...act, body: { ...act.body }, photos: [...act.photos], before: [...(act.before ?? [])] }
      await put('acts', act.id, copy)
      listeners.get(act.id)?.({ outcome: 'waiting', error })
      return true
    }
    nFailures += 1
    if (error instanceof Unreachable && !navigator.onLine) {
      listeners.get(act.id)?.({ outcome: 'waiting' })
    }
    const wait = Math.min(1_000 * 2 ** (nFailures - 1), LONGEST_WAIT_MS)
    timer = setTimeout(() => void flush(), wait * (1 + Math.random() * 0.3))
    return false
  }
}

/** Uploads an act's photos; one that was uploaded before is not sent again. */
async function uploaded(act: Act): Promise<{ photos?: string[]; before?: string[] }> {
  const body: { photos?: string[]; before?: string[] } = {}
  if (act.photos.length) body.photos = await uploadedIds(act.photos)
  if (act.before?.length) body.before = await uploadedIds(act.before)
  return body
}

async function uploadedIds(keys: string[]): Promise<string[]> {
  const ids: string[] = []
  for (const key of keys) {
    const photo = await take<Blob | string>('photos', key)
    if (photo === undefined) continue
    const id = typeof photo === 'string' ? photo : (await post<{ id: string }>('/api/photos', photo)).id
    if (typeof photo !== 'string') await put('photos', key, id)
    ids.push(id)
  }
  return ids
}

window.addEventListener('online', () => {
  nFailures = 0
  void flush()
})
