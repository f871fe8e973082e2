/** Names of matters, grids and communities, read once after signing in. */

import { reactive } from 'vue'

import { get } from '../staff/api'
import type { Reference } from '../staff/tickets'

export const reference = reactive<Reference>({
  matters: [],
  services: [],
  grids: [],
  communities: [],
  states: [],
  urgencies: [],
  tiers: [],
})

export async function loadReference(): Promise<void> {
  Object.assign(reference, await get<Reference>('/api/reference'))
}

/** Returns matters in groups, as long lists of names are read. */
export function mattersByCategory(): { name: string; matters: Reference['matters'] }[] {
  const groups = new Map<string, Reference['matters']>()
  for (const matter of reference.matters) {
    groups.set(matter.category.name, [...(groups.get(matter.category.name) ?? []), matter])
  }
  return [...groups].map(([name, matters]) => ({ name, matters }))
}
