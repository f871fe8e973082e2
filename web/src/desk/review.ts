/** The review list and what operators decide; the page turns keys into these acts. */

import { computed, reactive, ref } from 'vue'

import { get, post } from '../staff/api'
import { useCalls } from './calling'

export interface Guess {
  label: string
  name: string
  confidence: number
}

export interface Question {
  id: number
  version: number
  text: string
  n_persons: number
  n_turns: number
  decision: string
  suggestion: string
  suggestion_name: string
  is_chosen_by_residents: boolean
  guesses: Guess[]
  facets: string[]
  emergency?: string
  reasons: string[]
  judges: boolean
  held_by?: string
  last_at: string
}

export interface Group {
  id: number
  score: number
  n_questions: number
  n_persons: number
  n_turns: number
  questions: Question[]
}

export interface Turn {
  at: string
  text: string
  is_this: boolean
  outcome: string
  answer: string[]
  offered: string[]
}

export interface Candidate {
  label: string
  name: string
  counted: { family: string; gram: string; weight: number }[]
  rules: string[]
}

export interface Details {
  dialogue: Turn[]
  candidates: Candidate[]
  note: string
}

export interface Warned {
  question: number
  guard: string
  text: string
  is_final: boolean
}

export type Decision = 'accept' | 'relabel' | 'out_of_scope' | 'discard' | 'hold'

interface ReviewList {
  clusters: Group[]
  n_open: number
  n_held: number
  n_waiting: number
}

interface Pending {
  decision: Decision
  label: string
  warnings: Warned[]
}

const TEACHES: Decision[] = ['accept', 'relabel', 'out_of_scope']
const FEW = 4
const LIMIT = 12
export const OUTSIDE = 'oos_other'

export function useReview() {
  const { problem, isBusy, call } = useCalls()
  const groups = ref<Group[]>([])
  const place = ref(0)
  /** Place of a single question in the group; -1 is the whole group. */
  const single = ref(-1)
  const isHeld = ref(false)
  const pending = ref<Pending | null>(null)
  const details = ref<Details | null>(null)
  const counts = reactive({ n_open: 0, n_held: 0, n_waiting: 0 })
  const done = reactive({ questions: 0, batches: [] as string[] })
  const isLoaded = ref(false)
  const warned = new Map<string, Promise<Warned[]>>()

  const group = computed<Group | undefined>(() => groups.value[place.value])
  const targets = computed<Question[]>(() => {
    if (!group.value) return []
    const one = group.value.questions[single.value]
    return one ? [one] : group.value.questions
  })
  const first = computed<Question | undefined>(() => targets.value[0])

  async function load(keep?: number): Promise<void> {
    const wanted = isHeld.value
      ? () => get<ReviewList>('/api/learn/review/held')
      : () => post<ReviewList>('/api/learn/review/claim', { limit: LIMIT })
    const found = await call(wanted)
    if (!found) return
    groups.value = found.clusters
    Object.assign(counts, { n_open: found.n_open, n_held: found.n_held, n_waiting: found.n_waiting })
    const kept = groups.value.findIndex((one) => one.id === keep)
    isLoaded.value = true
    await go(kept >= 0 ? kept : 0)
  }

  async function go(to: number): Promise<void> {
    place.value = Math.max(0, Math.min(to, groups.value.length - 1))
    single.value = -1
    await look()
  }

  function focus(to: number): void {
    const last = (group.value?.questions.length ?? 0) - 1
    single.value = Math.max(-1, Math.min(to, last))
    void look()
  }

  /** Fetches what stands around the shown question, and warns before anybody accepts. */
  async function look(): Promise<void> {
    pending.value = null
    details.value = null
    const question = first.value
    if (!question) return
    void warningsFor(question.suggestion).catch(() => undefined)
    // The dialogue at once; the model may have to be loaded before it can explain itself.
    try {
      for (const quick of [true, false]) {
        const query = { first: question.suggestion, quick }
        const found = await get<Details>(`/api/learn/questions/${question.id}`, query)
        if (first.value?.id !== question.id) return
        details.value = found
      }
    } catch {
      // Deciding works without the explanation; the next one is asked for again.
    }
  }

  function warningsFor(label: string): Promise<Warned[]> {
    const ids = targets.value.map((one) => one.id).join(',')
    const key = `${ids} ${label}`
    let found = warned.get(key)
    if (!found) {
      found = get<{ warnings: Warned[] }>('/api/learn/review/warnings', { ids, label }).then((one) => one.warnings)
      found.catch(() => warned.delete(key))
      warned.set(key, found)
    }
    return found
  }

  async function decide(decision: Decision, label = ''): Promise<void> {
    const current = group.value
    if (!current || isBusy.value) return
    const meant = decision === 'accept' ? first.value!.suggestion : label
    const asked = pending.value?.decision === decision && pending.value.label === meant ? pending.value.warnings : null
    const warnings = TEACHES.includes(decision) ? (asked ?? (await call(() => warningsFor(meant)))) : []
    if (!warnings || group.value !== current) return
    if (warnings.length && !asked) {
      pending.value = { decision, label: meant, warnings }
      return
    }
    await send(current, decision, meant, warnings)
  }

  async function send(current: Group, decision: Decision, label: string, warnings: Warned[]): Promise<void> {
    const barred = new Set(warnings.filter((one) => one.is_final).map((one) => one.question))
    const taken = targets.value.filter((one) => !barred.has(one.id))
    if (!taken.length) {
      problem.value = '这几条都不能收，按 d 不要，或按 h 留给同事。'
      return
    }
    const answer = await call(() =>
      post<{ batch: string; n_waiting: number }>('/api/learn/review/decide', {
        questions: taken.map(({ id, version }) => ({ id, version })),
        decision: decision === 'accept' ? (taken.every((one) => one.suggestion === label) ? 'accept' : 'relabel') : decision,
        label: TEACHES.includes(decision) ? label : '',
        despite: [...new Set(warnings.filter((one) => !one.is_final).map((one) => one.guard))],
      }),
    )
    if (!answer) {
      const said = problem.value
      await load(current.id)
      problem.value = said
      return
    }
    done.questions += taken.length
    done.batches.push(answer.batch)
    counts.n_waiting = answer.n_waiting
    await drop(current, new Set(taken.map((one) => one.id)))
  }

  async function drop(current: Group, gone: Set<number>): Promise<void> {
    const left = current.questions.filter((one) => !gone.has(one.id))
    counts.n_open -= isHeld.value ? 0 : gone.size
    if (left.length) {
      groups.value = groups.value.map((one) => (one.id === current.id ? { ...one, questions: left, n_questions: one.n_questions - gone.size } : one))
      return go(place.value)
    }
    const rest = groups.value.filter((one) => one.id !== current.id)
    const next = rest[Math.min(place.value, rest.length - 1)]?.id
    groups.value = rest
    if (rest.length < FEW && counts.n_open > rest.length) return load(next)
    await go(place.value)
  }

  async function undo(): Promise<void> {
    const batch = done.batches[done.batches.length - 1]
    const answer = await call(() => post<{ n_questions: number }>('/api/learn/review/undo', batch ? { batch } : {}), '撤回了。')
    if (!answer) return
    done.batches.pop()
    done.questions = Math.max(0, done.questions - answer.n_questions)
    warned.clear()
    await load(group.value?.id)
  }

  async function show(held: boolean): Promise<void> {
    isHeld.value = held
    await load()
  }

  return { counts, decide, details, done, first, focus, go, group, groups, isBusy, isHeld, isLoaded, load, pending, place, problem, show, single, targets, undo }
}

export const REASONS: Record<string, string> = {
  abstained: '没听懂',
  outside: '当成目录外',
  clarified: '反问过',
  not_offered: '给的选项里没有',
  rephrased: '换了说法又问',
  disliked: '说答得不好',
  handed_over: '答完还是要找人',
  reclassified: '网格员改了事项',
  low_margin: '两项差不多',
  new_words: '有新词',
  young_item: '像是新加的事项',
  sampled: '随机抽查',
}
