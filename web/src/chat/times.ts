/** Times as people say them: 今天 上午 9:05. */

const DAY_MS = 86_400_000
const GAP_MS = 10 * 60_000

function dayStart(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

function partOfDay(hour: number): string {
  if (hour < 6) return '凌晨'
  if (hour < 12) return '上午'
  if (hour === 12) return '中午'
  if (hour < 18) return '下午'
  return '晚上'
}

/** Returns words for an instant, in the phone's time zone. */
export function spokenTime(at: string, now = new Date()): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return ''
  const hour = date.getHours()
  const minutes = String(date.getMinutes()).padStart(2, '0')
  const clock = `${partOfDay(hour)} ${hour > 12 ? hour - 12 : hour}:${minutes}`
  const nDaysAgo = Math.round((dayStart(now) - dayStart(date)) / DAY_MS)
  if (nDaysAgo === 0) return `今天 ${clock}`
  if (nDaysAgo === 1) return `昨天 ${clock}`
  const year = date.getFullYear() === now.getFullYear() ? '' : `${date.getFullYear()}年`
  return `${year}${date.getMonth() + 1}月${date.getDate()}日 ${clock}`
}

/** Returns whether a time should be shown between two messages. */
export function isGap(before: string | undefined, at: string): boolean {
  return before === undefined || Date.parse(at) - Date.parse(before) > GAP_MS
}
