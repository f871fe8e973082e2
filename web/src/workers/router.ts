import { createRouter, createWebHistory } from 'vue-router'

import MyTickets from './pages/MyTickets.vue'
import NewReport from './pages/NewReport.vue'
import OwnPage from './pages/OwnPage.vue'
import TalkPage from './pages/TalkPage.vue'
import TicketPage from './pages/TicketPage.vue'

export const router = createRouter({
  history: createWebHistory('/w'),
  routes: [
    { path: '/', component: MyTickets, meta: { title: '我的工单', tab: true } },
    { path: '/report', component: NewReport, meta: { title: '上报', tab: true } },
    { path: '/me', component: OwnPage, meta: { title: '我的', tab: true } },
    { path: '/tickets/:number', component: TicketPage, props: true, meta: { title: '工单' } },
    { path: '/tickets/:number/talk', component: TalkPage, props: true, meta: { title: '和居民说话' } },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
