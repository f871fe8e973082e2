/**
 * Everything the desk can show, in the order of the left navigation.
 *
 * A page is shown to whoever has one of its rights. A new group of pages (such as
 * those of operators) adds its entries here and nowhere else.
 */

import type { RouteRecordRaw } from 'vue-router'

import type { IconName } from '../staff/StaffIcon.vue'
import { state } from '../staff/session'

export interface DeskPage {
  path: string
  name: string
  icon: IconName
  /** One of these rights (`desk/policy.py`) is enough. */
  acts: string[]
  load: RouteRecordRaw['component']
}

export const PAGES: DeskPage[] = [
  { path: '/tickets', name: '工单', icon: 'list', acts: ['list'], load: () => import('./pages/TicketList.vue') },
  { path: '/report', name: '登记来电', icon: 'phone', acts: ['report'], load: () => import('./pages/PhoneReport.vue') },
  { path: '/figures', name: '三率', icon: 'chart', acts: ['figures'], load: () => import('./pages/FiguresPage.vue') },
  { path: '/people', name: '人员值班', icon: 'people', acts: ['roster'], load: () => import('./pages/PeoplePage.vue') },
  { path: '/people/blocks', name: '限制复核', icon: 'shield', acts: ['review_block'], load: () => import('./pages/BlocksPage.vue') },
  { path: '/learn/review', name: '复核', icon: 'learn', acts: ['learn'], load: () => import('./pages/ReviewPage.vue') },
  { path: '/learn/unmet', name: '未满足的需求', icon: 'search', acts: ['learn'], load: () => import('./pages/UnmetPage.vue') },
  { path: '/learn/models', name: '模型', icon: 'key', acts: ['learn'], load: () => import('./pages/ModelsPage.vue') },
  { path: '/learn/answers', name: '答案', icon: 'list', acts: ['learn'], load: () => import('./pages/AnswersPage.vue') },
  { path: '/learn/figures', name: '问答概览', icon: 'chart', acts: ['learn'], load: () => import('./pages/AssistantPage.vue') },
  { path: '/audit', name: '审计', icon: 'search', acts: ['audit'], load: () => import('./pages/AuditPage.vue') },
  { path: '/admin/accounts', name: '账号', icon: 'key', acts: ['accounts'], load: () => import('./pages/AccountsPage.vue') },
  { path: '/admin/systems', name: '外部系统', icon: 'link', acts: ['connect'], load: () => import('./pages/SystemsPage.vue') },
]

/** Returns what the signed-in person may open. */
export function pagesOfPerson(): DeskPage[] {
  const acts = new Set(state.session?.acts ?? [])
  return PAGES.filter((page) => page.acts.some((act) => acts.has(act)))
}
