/** Deadlines in words: a colour alone says nothing to many eyes. */

import type { Clock } from './tickets'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const KINDS: Record<Clock['kind'], string> = {
  respond: '联系居民',
  interim: '临时措施',
  resolve: '办结',
  pause: '暂停',
  confirm: '等居民答复',
}

/** Returns a length of time as people say it. */
export function spanWords(ms: number): string {
  const span = Math.abs(ms)
  if (span < HOUR_MS) return `${Math.max(1, Math.round(span / MINUTE_MS))} 分钟`
  if (span < DAY_MS) return `${Math.floor(span / HOUR_MS)} 小时`
  return `${Math.floor(span / DAY_MS)} 天`
}

/** Returns what a clock says now, such as 联系居民还剩 2 小时. */
export function clockWords(clock: Clock, now: number): string {
  const left = Date.parse(clock.due_at) - now
  const kind = KINDS[clock.kind]
  if (clock.kind === 'pause') return left > 0 ? `暂停中，还有 ${spanWords(left)}` : '暂停到期'
  return left >= 0 ? `${kind}还剩 ${spanWords(left)}` : `${kind}超时 ${spanWords(left)}`
}

/** Returns the colour of a clock now; the answer may be some minutes old. */
export function clockColour(clock: Clock, now: number): Clock['colour'] {
  if (now >= Date.parse(clock.due_at)) return 'overdue'
  if (now >= Date.parse(clock.red_at)) return 'red'
  return now >= Date.parse(clock.yellow_at) ? 'yellow' : 'green'
}

const SHORT = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})

/** Returns an instant as people write it, such as 11/27 09:30. */
export function instantWords(at: string): string {
  return SHORT.format(new Date(at))
}
