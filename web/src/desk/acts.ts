/** What the desk may do to a ticket, as one dialog each. */

export interface Field {
  name: string
  label: string
  kind: 'text' | 'number' | 'matter' | 'grid' | 'person' | 'check' | 'photos'
  needed?: boolean
  max?: number
}

export interface DeskAct {
  action: string
  path: string
  name: string
  hint?: string
  fields: Field[]
  isDanger?: boolean
}

const REASON: Field = { name: 'reason', label: '原因', kind: 'text', needed: true }
const REMARK: Field = { name: 'reason', label: '说明（可以不写）', kind: 'text' }

export const ACTS: DeskAct[] = [
  { action: 'claim', path: 'claim', name: '接单', fields: [] },
  { action: 'assign', path: 'assign', name: '派给', fields: [{ name: 'to', label: '派给谁', kind: 'person', needed: true }, REMARK] },
  {
    action: 'resolve',
    path: 'resolve',
    name: '报告结果',
    hint: '居民会收到这段话，并被问一句“解决了吗”。',
    fields: [{ name: 'text', label: '结果', kind: 'text', needed: true }],
  },
  {
    action: 'note',
    path: 'note',
    name: '记一笔',
    fields: [
      { name: 'text', label: '内容', kind: 'text', needed: true },
      { name: 'to_resident', label: '也发给居民', kind: 'check' },
    ],
  },
  { action: 'contact', path: 'contacted', name: '已联系居民', fields: [{ name: 'text', label: '怎么说的（可以不写）', kind: 'text' }] },
  { action: 'interim', path: 'interim', name: '临时措施', fields: [{ name: 'text', label: '做了什么', kind: 'text' }] },
  { action: 'urge', path: 'urge', name: '催办', fields: [REMARK] },
  { action: 'supervise', path: 'supervise', name: '督办', fields: [REMARK] },
  { action: 'escalate', path: 'escalate', name: '上报上级', fields: [REASON] },
  { action: 'return', path: 'return', name: '退回', fields: [REASON], isDanger: true },
  {
    action: 'pause',
    path: 'pause',
    name: '申请暂停',
    hint: '要另一个人同意，时限才会停。',
    fields: [{ name: 'days', label: '停几天', kind: 'number', needed: true, max: 30 }, REASON],
  },
  { action: 'resume', path: 'resume', name: '恢复办理', fields: [] },
  { action: 'extend', path: 'extend', name: '延期', fields: [{ name: 'days', label: '加几个工作日', kind: 'number', needed: true, max: 10 }, REASON] },
  { action: 'approve', path: 'approve', name: '同意', fields: [REMARK] },
  { action: 'refuse', path: 'refuse', name: '不同意', fields: [REMARK], isDanger: true },
  { action: 'reclassify', path: 'reclassify', name: '改事项', fields: [{ name: 'item', label: '其实是', kind: 'matter', needed: true }, REMARK] },
  { action: 'relocate', path: 'relocate', name: '改网格', fields: [{ name: 'grid', label: '其实在', kind: 'grid', needed: true }, REMARK] },
  {
    action: 'merge',
    path: 'merge',
    name: '并案',
    hint: '这件事在另一张工单里接着办，所有反映的人都会收到那张单的结果。',
    fields: [{ name: 'into', label: '并到哪个编号', kind: 'text', needed: true }, REASON],
  },
  {
    action: 'split',
    path: 'split',
    name: '拆单',
    fields: [
      { name: 'text', label: '另一件事', kind: 'text', needed: true },
      { name: 'item', label: '事项', kind: 'matter' },
      { name: 'photos', label: '哪些照片是那件事的（可以不选）', kind: 'photos' },
    ],
  },
  { action: 'exclude', path: 'exclude', name: '申请不计考核', hint: '要另一个人同意。', fields: [REASON], isDanger: true },
]
