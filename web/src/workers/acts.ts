/** What a worker may do to a ticket, as sheets of the page. */

import type { Ticket } from '../staff/tickets'

export interface ActSpec {
  /** As in `Ticket.acts`. */
  action: string
  path: string
  name: string
  title: string
  hint: string
  phrases: (ticket: Ticket) => string[]
  field: 'text' | 'reason'
  hasPhotos: boolean
  /** Photos of before and after are told apart. */
  hasBefore?: boolean
  needsText: boolean
  /** Said where a photo shows enough. */
  withPhoto?: string
  extra?: Record<string, unknown>
  isDanger?: boolean
}

const RETURNS = ['不在我这个网格。', '不是这类事，请改派。', '重复派单。']
const ESCALATIONS = ['要专业队伍才能处理。', '需要执法部门到场。', '要花钱修，网格定不了。', '居民不同意网格的处理。']
const DONE_ALREADY = ['电话里说清楚了，居民知道了。', '当面见到居民了。']

export const ACTS: ActSpec[] = [
  {
    action: 'resolve',
    path: 'resolve',
    name: '报告结果',
    title: '报告结果',
    hint: '居民会收到这段话和处理后的照片，并被问一句“解决了吗”。处理前的照片只留在经过里。',
    phrases: (ticket) => ticket.results,
    field: 'text',
    hasPhotos: true,
    hasBefore: true,
    needsText: true,
    withPhoto: '已经处理好了，见照片。',
  },
  {
    action: 'contact',
    path: 'contacted',
    name: '已联系居民',
    title: '已联系居民',
    hint: '联系上了就点一下，首次联系的时限就停了。',
    phrases: () => DONE_ALREADY,
    field: 'text',
    hasPhotos: false,
    needsText: false,
  },
  {
    action: 'interim',
    path: 'interim',
    name: '临时措施',
    title: '已采取临时措施',
    hint: '比如围挡、断电、先清出一条路。',
    phrases: () => ['已经围起来了，立了牌子。', '已经断电断气。'],
    field: 'text',
    hasPhotos: true,
    needsText: false,
  },
  {
    action: 'note',
    path: 'note',
    name: '记一笔',
    title: '记一笔（只有工作人员看得到）',
    hint: '',
    phrases: () => ['到现场看过了。', '已经联系有关单位。', '家里没人，改天再去。'],
    field: 'text',
    hasPhotos: true,
    needsText: true,
    extra: { to_resident: false },
  },
  {
    action: 'note',
    path: 'note',
    name: '给居民留言',
    title: '给居民留言',
    hint: '居民会在微信里收到，看不到您的电话和账号。',
    phrases: (ticket) => ticket.phrases,
    field: 'text',
    hasPhotos: true,
    needsText: true,
    extra: { to_resident: true },
  },
  {
    action: 'return',
    path: 'return',
    name: '退回',
    title: '退回',
    hint: '说清为什么。同一件事最多退两次，之后由上级指定。',
    phrases: () => RETURNS,
    field: 'reason',
    hasPhotos: false,
    needsText: true,
    isDanger: true,
  },
  {
    action: 'escalate',
    path: 'escalate',
    name: '上报上级',
    title: '上报上级',
    hint: '网格解决不了的，交给街道；街道解决不了的，交给县里。',
    phrases: () => ESCALATIONS,
    field: 'reason',
    hasPhotos: false,
    needsText: true,
  },
]

/** Returns what the page offers for a ticket now. */
export function offered(ticket: Ticket): ActSpec[] {
  return ACTS.filter((act) => {
    if (!ticket.acts.includes(act.action)) return false
    return !act.extra?.to_resident || (ticket.talks_with !== '' && ticket.acts.includes('contact'))
  })
}
