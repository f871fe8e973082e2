/** Models as the registry and the training process tell of them. */

import type { Named } from '../staff/tickets'

export interface Model {
  id: string
  created_at?: string
  created_by?: Named
  n_bytes: number
  is_serving: boolean
  is_previous: boolean
  is_candidate: boolean
  distrusted: string
  first?: number
  wrong_of_answered?: number
  failed_gates: string[]
  is_evaluated: boolean
}

export interface Job {
  id: string
  kind: string
  subject: string
  state: 'queued' | 'running' | 'done' | 'failed'
  stage: string
  progress: number
  asked_by: Named
  model?: string
  error: string
  started_at: string
  finished_at?: string
}

export interface Promotion {
  id: number
  kind: string
  state: 'asked' | 'switching' | 'done' | 'failed' | 'refused' | 'overtaken'
  model: string
  before: string
  asked_by: Named
  asked_at: string
  approved_by?: Named
  reasons: string[]
  override: string
  is_mine: boolean
}

export interface Models {
  serving: string
  previous: string
  workers: { worker: string; model: string }[]
  refused: Record<string, string>
  models: Model[]
  jobs: Job[]
  promotions: Promotion[]
  approvals: number
  delay_s: number
  n_waiting: number
}

export interface Change {
  kind: 'broken' | 'fixed' | 'other'
  text: string
  label: string
  before: string
  after: string
}

export interface Judged {
  overall: Record<string, number | null>
  labels: Record<string, { support: number; precision: number | null; recall: number | null }>
  calibration: { bins: { low: number; high: number; n: number; confidence: number; accuracy: number }[]; error: number | null }
  curve: { coverage: number; accuracy: number }[]
  emergencies: { emergencies: number; found: number | null; false_alarms: number | null; missed: string[] }
  latency: { p50_ms: number | null; p95_ms: number | null }
}

export interface SetReport {
  candidate: Judged
  current: Judged | null
  confusion: { pair: string; n: number; before: number }[]
  changes: Change[]
}

interface Played {
  played: number
  failed: number
  passed: number | null
}

export type Conversations =
  | { available: false; why: string }
  | { available: true; candidate: Played; current: Played | null; broken: string[]; fixed: string[]; failed: { name: string; problem: string }[] }

export interface Report {
  model: Model
  report: { candidate: string; current: string | null; at: string; bytes: number; sets: Record<string, SetReport>; conversations?: Conversations; unjudged?: [string, string][] }
  failures: [string, string][]
  refusals: string[]
  names: Record<string, string>
}

export interface Replay {
  promotion: Promotion
  n_messages: number
  n_left_out: number
  n_different: number
  differences: { text: string; before: string; after: string }[]
  unjudged: string[]
}

export const STAGES: Record<string, string> = {
  queued: '排队',
  begin: '开始',
  reading: '读训练数据',
  items: '学事项',
  emergencies: '学险情',
  facets: '学方面',
  rules: '学对话规则',
  trained: '练好了，在考核',
  evaluated: '考核完了',
}
export const JOBS: Record<string, string> = { train: '训练', evaluate: '重新考核', promote: '申请上线' }
export const STATES: Record<string, string> = { queued: '排队', running: '在做', done: '好了', failed: '没成', asked: '等确认', switching: '在换', refused: '不上线了', overtaken: '已换过模型，作废' }
export const SETS: Record<string, string> = { frozen: '固定考题', recent: '近来复核过的消息' }

/** Returns an outcome such as `clarify a, b` in words. */
export function outcomeWords(outcome: string, names: Record<string, string>): string {
  const [kind, ...rest] = outcome.split(' ')
  const labels = rest.map((one) => one.replace(/,$/, '')).map((one) => names[one] ?? one)
  if (kind === 'abstain') return '没答'
  if (kind === 'clarify') return `反问：${labels.join('、')}`
  if (kind === 'emergency') return '按险情答'
  return names[outcome] ?? outcome
}
