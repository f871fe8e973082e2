/** Answers of the catalogue and their changes. */

import type { Named } from '../staff/tickets'

export type Confidence = 'law' | 'page' | 'recall' | 'unknown'

export interface Statement {
  slot: string
  title: string
  text: string
  items: string[]
  local: string[]
  source: string
  checked_on: string
  expires_on: string
  confidence: Confidence
  is_expired: boolean
  preview: string[]
}

export interface Draft {
  id: number
  kind: string
  item: string
  item_name: string
  slot: string
  slot_title: string
  before: string
  after: string
  preview: string[]
  reason: string
  state: 'open' | 'live' | 'refused'
  drafted_by: Named
  drafted_at: string
  decided_by?: Named
  decided_at?: string
  remark: string
  is_mine: boolean
  ready_at?: string
}

export interface Answer {
  key: string
  name: string
  statements: Statement[]
  sources: { key: string; title: string; ref: string }[]
  local: { key: string; name: string }[]
  drafts: Draft[]
}

export interface AnswerRow {
  key: string
  name: string
  category: string
  n_unchecked: number
  n_expired: number
  n_drafts: number
}

export interface Drafts {
  open: Draft[]
  decided: Draft[]
  approvals: number
  delay_s: number
}

export interface Content {
  can_edit: boolean
  why_not: string
  conflicts: { path: string; difference: string }[]
  refusals: string[]
  reminders: { item: string; item_name: string; slot: string; slot_title: string; kind: string; on: string }[]
}

export interface Commit {
  id: string
  at: string
  by: Named
  reason: string
  difference: string
}

export const CONFIDENCES: { id: Confidence; name: string }[] = [
  { id: 'law', name: '法规、文件里写的' },
  { id: 'page', name: '官方网页上写的' },
  { id: 'recall', name: '一般是这样，窗口为准' },
  { id: 'unknown', name: '还没核实' },
]
export const REMINDERS: Record<string, string> = { expired: '过期了', expires_soon: '快到期', stale: '一年多没核实' }
export const DRAFT_STATES: Record<string, string> = { open: '等批准', live: '上线了', refused: '没用' }
