/** The gateway's calls, with every failure turned into one of two errors. */

import { type EmergencyPart, readEmergency } from './record'

const TIMEOUT_MS = 20_000
/** A photo over a slow village network. */
const UPLOAD_TIMEOUT_MS = 90_000

/** Thrown when the gateway did not answer, so that nobody knows what happened. */
export class Unreachable extends Error {}

/** Thrown when the gateway answered with an error; the message may be shown. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail)
  }
}

export type Outgoing =
  | { client_id: string; text: string; choice?: string }
  | { client_id: string; photo: string }

async function call(method: string, path: string, body?: unknown): Promise<unknown> {
  const abort = new AbortController()
  const isForm = body instanceof FormData
  const timer = setTimeout(() => abort.abort(), isForm ? UPLOAD_TIMEOUT_MS : TIMEOUT_MS)
  try {
    const answer = await fetch(path, {
      method,
      signal: abort.signal,
      cache: 'no-store',
      ...bodyOf(body),
    })
    if (!answer.ok) throw new Refusal(answer.status, await detailOf(answer))
    return await answer.json()
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Unreachable('网络不通。')
  } finally {
    clearTimeout(timer)
  }
}

function bodyOf(body: unknown): RequestInit {
  if (body === undefined) return {}
  if (body instanceof FormData) return { body }
  return { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
}

/** Returns the words for the resident in a problem answer, or plain ones of our own. */
async function detailOf(answer: Response): Promise<string> {
  try {
    const doc = (await answer.json()) as { detail?: unknown }
    if (typeof doc.detail === 'string' && doc.detail) return doc.detail
  } catch {
    // A proxy in between answers with a page of its own; its words help nobody.
  }
  return answer.status === 413 ? '太大了，发不出去。' : '系统正忙，请再发一次。'
}

/** Opens a session, or keeps the one that the cookie holds. */
export async function openSession(): Promise<void> {
  await call('POST', '/api/chat/session')
}

/**
 * Sends a message; the same `client_id` again changes nothing.
 *
 * Returns the number to call if it is an emergency that no worker has answered yet.
 */
export async function postMessage(message: Outgoing): Promise<EmergencyPart | null> {
  const answer = (await call('POST', '/api/chat/messages', message)) as { emergency?: unknown }
  return readEmergency(answer.emergency)
}

/** Uploads a photo and returns the name by which a message sends it. */
export async function postPhoto(photo: Blob): Promise<string> {
  const form = new FormData()
  form.append('photo', photo)
  const answer = (await call('POST', '/api/chat/photos', form)) as { photo?: unknown }
  if (typeof answer.photo !== 'string') throw new Unreachable('网络不通。')
  return answer.photo
}

/** Deletes the conversation; one that does not exist counts as deleted. */
export async function deleteConversation(): Promise<void> {
  try {
    await call('DELETE', '/api/chat/me')
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 401) throw error
  }
}
