import type { Bubble, RecordRows, SimulatorState } from './record'

/** Asks the control API; an error carries the simulator's own sentence. */
async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`/sim/${path}`, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const found = await answer.json()
  if (!answer.ok) throw new Error(found.detail ?? `HTTP ${answer.status}`)
  return found as T
}

const person = encodeURIComponent

export const state = () => call<SimulatorState>('GET', 'state')
export const changes = (after: number) =>
  call<{ seq: number; bubbles: Bubble[] }>('GET', `changes?after=${after}&wait_s=25`)
export const record = () => call<RecordRows>('GET', 'record?limit=60')
export const act = (openid: string, action: Record<string, unknown>) =>
  call<{ outcome: string }>('POST', `residents/${person(openid)}/do`, action)
export const addResident = (openid: string, isFollower: boolean) =>
  call('PATCH', `residents/${person(openid)}`, isFollower ? {} : { is_follower: false })
export const click = (userid: string, seq: number, key: string, selected?: Record<string, string[]>) =>
  call('POST', `members/${person(userid)}/click`, { seq, key, selected })
export const memberSays = (userid: string, text: string) =>
  call('POST', `members/${person(userid)}/say`, { text })
export const advance = (advance_s: number) => call('POST', 'clock', { advance_s })
export const addFault = (fault: Record<string, unknown>) => call('POST', 'faults', fault)
export const clearFaults = () => call('DELETE', 'faults')
export const change = (options: Record<string, unknown>) => call('PATCH', 'options', options)
export const verify = () => call<{ wechat: boolean; wecom: boolean }>('POST', 'verify', {})
