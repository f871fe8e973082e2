/** Shapes of the desk's answers; the contract is `/api/openapi.json`. */

export interface Named {
  id: string
  name: string
}

export interface Clock {
  kind: 'respond' | 'interim' | 'resolve' | 'pause' | 'confirm'
  due_at: string
  yellow_at: string
  red_at: string
  colour: 'green' | 'yellow' | 'red' | 'overdue'
}

export interface TicketRow {
  number: string
  kind: string
  state: string
  state_name: string
  urgency: string
  item?: string
  item_name: string
  summary: string
  place: string
  grid?: Named
  community?: Named
  tier: string
  owner: Named
  is_mine: boolean
  is_supervised: boolean
  n_urged: number
  n_followers: number
  clock?: Clock
  requested_at: string
  expected_at: string
  origin: string
}

export interface TicketEvent {
  seq: number
  action: string
  action_name: string
  actor: string
  at: string
  text: string
  reason: string
  photos: string[]
  /** 处理前 or 处理后, where that is known. */
  photos_show?: string | null
}

export interface TicketMessage {
  seq: number
  at: string
  actor: string
  is_resident: boolean
  text: string
  photos: string[]
}

export interface Ticket extends TicketRow {
  description: string
  since: string
  photos: string[]
  reporter: string
  has_reporter: boolean
  /** Alias of whom staff can talk with; empty where nobody is left. */
  talks_with: string
  lead: string
  advice: string
  phrases: string[]
  results: string[]
  request?: { kind: 'pause' | 'exclude'; by: Named; until?: string }
  n_returns: number
  is_excluded: boolean
  merged_into?: string
  split_from?: string
  is_talking: boolean
  acts: string[]
  events: TicketEvent[]
  messages: TicketMessage[]
}

export interface TicketPage {
  tickets: TicketRow[]
  next: string
}

export interface Matter {
  item: string
  name: string
  category: Named
  tier: string
  urgency: string
  phrases: string[]
}

export interface Grid {
  id: string
  name: string
  community: Named
  street: Named
  worker: Named
  is_mine: boolean
}

export interface Reference {
  matters: Matter[]
  services: Named[]
  grids: Grid[]
  communities: Named[]
  states: Named[]
  urgencies: Named[]
  tiers: Named[]
}

export interface Filed {
  number: string
  owner: Named
  in_reach: boolean
}

export const URGENCY_NAMES: Record<string, string> = {
  critical: '特急',
  urgent: '紧急',
  normal: '一般',
}
export const TIER_NAMES: Record<string, string> = { grid: '网格', street: '街道', county: '县级' }
export const ORIGIN_NAMES: Record<string, string> = {
  chat: '居民自己报',
  patrol: '巡查',
  door: '上门代报',
  phone: '电话',
  import: '别的系统转来',
}
