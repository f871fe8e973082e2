/**
 * Who was signed in last on this phone, so that the page opens for them without a network.
 *
 * It only lets them write: reading and sending need the desk, which asks for the session.
 */

import type { Session } from '../../staff/session'

const STORED = 'workers.who'
const ENDING = 'workers.ending'

function read(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name)
    else localStorage.setItem(name, value)
  } catch {
    // A private window may refuse; then the page needs a network to open.
  }
}

/** Keeps who is signed in, without the token that changes need. */
export function rememberWho(session: Session): void {
  write(STORED, JSON.stringify({ ...session, csrf: '' }))
}

export function forgetWho(): void {
  write(STORED, null)
}

export function rememberedWho(): Session | null {
  try {
    return JSON.parse(read(STORED) ?? 'null') as Session | null
  } catch {
    return null
  }
}

/** Notes that somebody left without a network: the desk is told as soon as there is one. */
export function endLater(staff: string): void {
  write(ENDING, staff)
}

/** Tells whether somebody has left meanwhile; asked once. */
export function hasLeft(staff: string): boolean {
  const who = read(ENDING)
  write(ENDING, null)
  return who === staff
}

/** Whoever signs in again stays. */
export function stays(): void {
  write(ENDING, null)
}
