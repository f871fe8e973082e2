/** All labels, found by name, by other names and by the initials of their sounds. */

import { shallowRef } from 'vue'

import { get } from '../staff/api'

export interface Label {
  label: string
  name: string
  initials: string
  words: string[]
}

export const labels = shallowRef<Label[]>([])

export async function loadLabels(): Promise<void> {
  labels.value = (await get<{ labels: Label[] }>('/api/learn/labels')).labels
}

export function nameOf(label: string): string {
  return labels.value.find((one) => one.label === label)?.name ?? label
}

/** Tells how well a label fits what was typed; lower is better, `null` not at all. */
function fit(one: Label, typed: string): number | null {
  if (one.initials.startsWith(typed)) return one.initials.length - typed.length
  if (one.name.includes(typed)) return 10 + one.name.length
  if (one.initials.includes(typed)) return 30 + one.initials.length
  if (one.words.some((word) => word.includes(typed))) return 60
  return one.label.includes(typed) ? 80 : null
}

export function findLabels(typed: string, count = 8): Label[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return []
  return labels.value
    .map((one) => ({ one, rank: fit(one, wanted) }))
    .filter((found): found is { one: Label; rank: number } => found.rank !== null)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map((found) => found.one)
}
