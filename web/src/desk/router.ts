import { createRouter, createWebHistory } from 'vue-router'

import { PAGES, pagesOfPerson } from './navigation'

/** WeCom comes back here with a code, which no other page may take for its own. */
export const SIGN_IN = '/sign-in'

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
    { path: '/learn/decided', component: () => import('./pages/DecidedPage.vue'), meta: { title: '看过的' } },
    {
      path: '/learn/models/:model',
      component: () => import('./pages/ModelReport.vue'),
      props: true,
      meta: { title: '模型' },
    },
    {
      path: '/learn/answers/:kind/:item',
      component: () => import('./pages/AnswerEditor.vue'),
      props: true,
      meta: { title: '答案' },
    },
    { path: SIGN_IN, component: { render: () => null } },
    { path: '/:rest(.*)*', redirect: () => pagesOfPerson()[0]?.path ?? '/tickets' },
  ],
})
