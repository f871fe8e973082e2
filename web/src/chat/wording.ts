/** Finds titles, telephone numbers and safe addresses in plain text; no HTML anywhere. */

export interface Piece {
  text: string
  /** Number to dial, where the piece is one. */
  tel?: string
}

const TITLE = /^【([^】]+)】\s*/
const DIGITS = /\d[\d-]{1,14}\d/g
const LONG_NUMBER = /^(0\d{2,3}-?\d{7,8}|1[3-9]\d{9}|400-?\d{3}-?\d{4})$/
const SHORT_NUMBER = /^(11[09]|12[02]|12\d{3}|95\d{3})$/
/** What follows an amount, a distance, an address or a date, but no telephone number. */
const UNIT = /^\s*[.．%％元块年月日天号楼室户人个米平度公千万]/

/** Splits a leading 【title】 off a paragraph. */
export function splitTitle(text: string): { title: string; body: string } {
  const match = TITLE.exec(text)
  return match ? { title: match[1] ?? '', body: text.slice(match[0].length) } : { title: '', body: text }
}

/** Splits a text so that its telephone numbers can be tapped. */
export function splitNumbers(text: string): Piece[] {
  const pieces: Piece[] = []
  let done = 0
  for (const match of text.matchAll(DIGITS)) {
    const number = match[0]
    const end = match.index + number.length
    const isAmount = /[.．]$/.test(text.slice(0, match.index)) || UNIT.test(text.slice(end))
    const isShort = SHORT_NUMBER.test(number) && !isAmount
    if (!isShort && !LONG_NUMBER.test(number)) continue
    if (match.index > done) pieces.push({ text: text.slice(done, match.index) })
    pieces.push({ text: number, tel: number.replace(/-/g, '') })
    done = end
  }
  if (done < text.length) pieces.push({ text: text.slice(done) })
  return pieces
}

/** Returns the address of a link, or nothing for a scheme that could run code. */
export function safeAddress(url: string): string {
  try {
    const { protocol, href } = new URL(url, window.location.href)
    return ['http:', 'https:', 'tel:', 'mailto:'].includes(protocol) ? href : ''
  } catch {
    return ''
  }
}

/** Returns whether the page's policy lets the picture load. */
export function isOwnPicture(url: string): boolean {
  if (url.startsWith('data:image/')) return true
  try {
    return new URL(url, window.location.href).origin === window.location.origin
  } catch {
    return false
  }
}
