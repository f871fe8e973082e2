/** The desk's calls, with every failure turned into one of three errors. */

const TIMEOUT_MS = 20_000

/** Thrown when the desk did not answer, so that nobody knows what happened. */
export class Unreachable extends Error {}

/** Thrown when the desk refused; the message may be shown. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail)
  }
}

/** Thrown when nobody is signed in any more. */
export class SignedOut extends Refusal {}

let csrf = ''

/** Keeps the token that changes need; it comes with the session. */
export function keepToken(token: string): void {
  csrf = token
}

export type Body = Record<string, unknown> | Blob

async function request(method: string, path: string, body?: Body): Promise<Response> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS)
  const headers: Record<string, string> = {}
  if (method !== 'GET') headers['X-CSRF-Token'] = csrf
  if (body !== undefined) {
    headers['Content-Type'] = body instanceof Blob ? body.type : 'application/json'
  }
  let answer: Response
  try {
    answer = await fetch(path, {
      method,
      headers,
      signal: abort.signal,
      cache: 'no-store',
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    })
  } catch {
    throw new Unreachable('网络不通。')
  } finally {
    clearTimeout(timer)
  }
  if (!answer.ok) throw await refusalOf(answer)
  return answer
}

async function refusalOf(answer: Response): Promise<Error> {
  if ([502, 503, 504].includes(answer.status)) return new Unreachable('系统正忙。')
  let detail = '没有成功，请再试一次。'
  let code = ''
  try {
    const doc = (await answer.json()) as { detail?: unknown; type?: unknown }
    if (typeof doc.detail === 'string' && doc.detail) detail = doc.detail
    if (typeof doc.type === 'string') code = doc.type
  } catch {
    // A proxy in between answers with a page of its own; its words help nobody.
  }
  const Kind = answer.status === 401 ? SignedOut : Refusal
  return new Kind(answer.status, code, detail)
}

/** Reads; `query` leaves out what is empty. */
export async function get<T>(path: string, query: Record<string, unknown> = {}): Promise<T> {
  const wanted = Object.entries(query).filter(([, value]) => value !== '' && value != null)
  const text = new URLSearchParams(wanted.map(([name, value]) => [name, String(value)])).toString()
  const answer = await request('GET', text ? `${path}?${text}` : path)
  return (await answer.json()) as T
}

/** Changes something. */
export async function post<T>(path: string, body?: Body): Promise<T> {
  return (await (await request('POST', path, body)).json()) as T
}

/** Ends something. */
export async function remove<T>(path: string): Promise<T> {
  return (await (await request('DELETE', path)).json()) as T
}

/** Asks for a file and lets the browser save it. */
export async function download(path: string, body: Body): Promise<void> {
  const answer = await request('POST', path, body)
  const name = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1]
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = name ?? 'export'
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Returns a random id; `crypto.randomUUID` is missing without HTTPS and on old phones. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Returns words for whatever went wrong. */
export function wordsFor(error: unknown): string {
  if (error instanceof Unreachable) return '网络不通，请稍后再试。'
  return error instanceof Refusal ? error.message : '没有成功，请再试一次。'
}
