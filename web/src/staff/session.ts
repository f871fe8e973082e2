/** Who is signed in on this page. */

import { computed, reactive } from 'vue'

import { get, keepToken, post, remove } from './api'
import type { Named } from './tickets'

export interface Session {
  staff: Named
  roles: string[]
  tier: string
  unit: Named
  acts: string[]
  stage: 'full' | 'enrol'
  csrf: string
}

export const state = reactive({
  session: null as Session | null,
  isKnown: false,
  /** The desk has not been reached: it is who was signed in before. */
  isAssumed: false,
})
export const isSignedIn = computed(() => state.session?.stage === 'full')

/** Tells whether the person may do something somewhere. */
export function can(act: string): boolean {
  return state.session?.acts.includes(act) ?? false
}

function keep(session: Session | null): void {
  state.session = session
  state.isKnown = true
  state.isAssumed = false
  keepToken(session?.csrf ?? '')
}

/** Takes somebody for signed in until the desk can be asked; nothing can be sent. */
export function assume(session: Session): void {
  keep(session)
  state.isAssumed = true
}

/**
 * Finds out who is signed in; nobody is no error.
 *
 * @param hasLeft Tells of a person whether they signed out while the desk was out of reach.
 */
export async function recallSession(hasLeft: (staff: string) => boolean = () => false): Promise<void> {
  const { session } = await get<{ session?: Session }>('/api/session')
  if (session && hasLeft(session.staff.id)) {
    keepToken(session.csrf)
    return signOut()
  }
  keep(session ?? null)
}

export async function signIn(account: string, password: string, code: string): Promise<void> {
  keep(await post<Session>('/api/session/password', { account, password, code }))
}

const RETURN_TO = 'desk.return_to'

/** Sends the browser to WeCom, which knows who opened its app. */
export async function startWeCom(): Promise<void> {
  sessionStorage.setItem(RETURN_TO, location.pathname)
  const { url } = await post<{ url: string }>('/api/session/wecom/start')
  location.assign(url)
}

/** Finishes a sign-in by WeCom; returns where the person wanted to go. */
export async function finishWeCom(code: string, returned: string): Promise<string> {
  keep(await post<Session>('/api/session/wecom', { code, state: returned }))
  const wanted = sessionStorage.getItem(RETURN_TO) ?? ''
  sessionStorage.removeItem(RETURN_TO)
  return /^\/(?!\/)/.test(wanted) && wanted !== '/sign-in' ? wanted : ''
}

export async function signOut(): Promise<void> {
  try {
    await remove('/api/session')
  } finally {
    keep(null)
  }
}

/** Notes that the desk does not know this session any more. */
export function forgetSession(): void {
  keep(null)
}
