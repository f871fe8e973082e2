/** Names of matters and grids; kept on the phone, so that a report can be written offline. */

import { reactive } from 'vue'

import { get } from '../staff/api'
import type { Reference } from '../staff/tickets'

const STORED = 'workers.reference'
const RECENT = 'workers.recent_items'
const N_RECENT = 6

const NOTHING: Reference = {
  matters: [],
  services: [],
  grids: [],
  communities: [],
  states: [],
  urgencies: [],
  tiers: [],
}
export const reference = reactive<Reference>({ ...NOTHING })

function recall<T>(name: string, fallback: T): T {
  try {
    return (JSON.parse(localStorage.getItem(name) ?? 'null') as T | null) ?? fallback
  } catch {
    return fallback
  }
}

function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value))
  } catch {
    // Private browsing may refuse; then the next visit asks the desk again.
  }
}

export async function loadReference(): Promise<void> {
  Object.assign(reference, recall<Partial<Reference>>(STORED, {}))
  const fresh = await get<Reference>('/api/reference')
  Object.assign(reference, fresh)
  remember(STORED, fresh)
}

/** Leaves nothing of one person's grids and habits to the next one on this phone. */
export function forgetReference(): void {
  Object.assign(reference, NOTHING)
  for (const name of [STORED, RECENT]) {
    try {
      localStorage.removeItem(name)
    } catch {
      // Then nothing was kept either.
    }
  }
}

export function recentItems(): string[] {
  return recall<string[]>(RECENT, [])
}

export function rememberItem(item: string): void {
  remember(RECENT, [item, ...recentItems().filter((one) => one !== item)].slice(0, N_RECENT))
}
