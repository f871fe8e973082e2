/**
 * The records that come from the gateway: see `docs/contracts.md`, web chat API
 * version 1. What arrives is checked here, so that everything behind may trust it.
 */

export interface TextPart {
  type: 'text'
  text: string
}
export interface ListPart {
  type: 'list'
  title: string
  items: string[]
}
export interface Choice {
  title: string
  /** Sent back as it is; its inside is none of the page's business. */
  payload: string
}
export interface ChoicesPart {
  type: 'choices'
  prompt: string
  items: Choice[]
}
export interface LinkPart {
  type: 'link'
  title: string
  url: string
}
export interface ImagePart {
  type: 'image'
  url: string
  alt: string
}
export interface EmergencyPart {
  type: 'emergency'
  rule: string
  /** Numbers in the order to try. */
  call: string[]
  text: string
}
export type Part = TextPart | ListPart | ChoicesPart | LinkPart | ImagePart | EmergencyPart

export type ChatEvent =
  | { side: 'resident'; id: string; text: string; at: string; photo: string }
  | { side: 'assistant'; id: string; parts: Part[]; at: string }

type Doc = Record<string, unknown>

function isDoc(value: unknown): value is Doc {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function areTexts(doc: Doc, ...names: string[]): boolean {
  return names.every((name) => typeof doc[name] === 'string')
}

function isTextArray(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isPart(doc: unknown): doc is Part {
  if (!isDoc(doc)) return false
  switch (doc['type']) {
    case 'text':
      return areTexts(doc, 'text')
    case 'list':
      return areTexts(doc, 'title') && isTextArray(doc['items'])
    case 'choices':
      return (
        areTexts(doc, 'prompt') &&
        Array.isArray(doc['items']) &&
        doc['items'].every((item) => isDoc(item) && areTexts(item, 'title', 'payload'))
      )
    case 'link':
      return areTexts(doc, 'title', 'url')
    case 'image':
      return areTexts(doc, 'url', 'alt')
    case 'emergency':
      return areTexts(doc, 'rule', 'text') && isTextArray(doc['call'])
    default:
      return false
  }
}

/** Returns the parts that this page can show, an emergency before everything else. */
export function readParts(value: unknown): Part[] {
  const parts = Array.isArray(value) ? value.filter(isPart) : []
  const urgent = parts.filter((part) => part.type === 'emergency')
  return [...urgent, ...parts.filter((part) => part.type !== 'emergency')]
}

export function readEmergency(value: unknown): EmergencyPart | null {
  return isPart(value) && value.type === 'emergency' ? value : null
}

/** Reads one event's data; `null` for what a newer gateway may send and we do not know. */
export function readEvent(data: string): ChatEvent | null {
  let doc: unknown
  try {
    doc = JSON.parse(data)
  } catch {
    return null
  }
  if (!isDoc(doc) || !areTexts(doc, 'id', 'at')) return null
  const id = doc['id'] as string
  const at = doc['at'] as string
  if (doc['side'] === 'resident' && areTexts(doc, 'text')) {
    const photo = typeof doc['photo'] === 'string' ? doc['photo'] : ''
    return { side: 'resident', id, at, text: doc['text'] as string, photo }
  }
  if (doc['side'] === 'assistant') {
    return { side: 'assistant', id, at, parts: readParts(doc['parts']) }
  }
  return null
}
