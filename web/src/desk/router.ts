import { createRouter, createWebHistory } from 'vue-router'

import { PAGES, pagesOfPerson } from './navigation'

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    ...PAGES.map((page) => ({ path: page.path, component: page.load!, meta: { title: page.name } })),
    {
      path: '/tickets/:number',
      component: () => import('./pages/TicketDetail.vue'),
      props: true,
      meta: { title: '工单' },
    },
    { path: '/:rest(.*)*', redirect: () => pagesOfPerson()[0]?.path ?? '/tickets' },
  ],
})
