/** Where the list is scrolled to, so that a reader never has to hunt for an answer. */

import { type Ref, nextTick, onBeforeUnmount, onMounted, ref, watch } from 'vue'

import type { Message } from './conversation'
import { prefersStillness } from './viewport'

const NEAR_PX = 60
const MARGIN_PX = 12

export function useReadingPosition(
  log: Ref<HTMLElement | null>,
  messages: Ref<Message[]>,
  isThinking: Ref<boolean>,
) {
  const isAtEnd = ref(true)
  /** The resident follows the conversation, rather than reading something older. */
  let isFollowing = true
  let lastTop = 0
  let observer: ResizeObserver | undefined

  function measure(): void {
    const box = log.value
    if (box) isAtEnd.value = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX
  }

  function scrollTo(top: number, isSmooth: boolean): void {
    const behavior = isSmooth && !prefersStillness() ? 'smooth' : 'auto'
    log.value?.scrollTo({ top, behavior })
  }

  function goToEnd(): void {
    isFollowing = true
    scrollTo(log.value?.scrollHeight ?? 0, true)
  }

  /** Shows the end, but never past the beginning of the newest answer. */
  function follow(isSmooth: boolean): void {
    const box = log.value
    if (!box) return
    const end = box.scrollHeight - box.clientHeight
    const rows = box.querySelectorAll<HTMLElement>('[data-side]')
    const last = rows[rows.length - 1]
    const isAnswer = last?.dataset['side'] === 'assistant'
    const start = last ? box.scrollTop + offset(last, box) - MARGIN_PX : end
    scrollTo(isAnswer ? Math.min(end, start) : end, isSmooth)
    measure()
  }

  /** Only somebody who scrolls up reads something older; we ourselves scroll down. */
  function onScroll(): void {
    measure()
    const top = log.value?.scrollTop ?? 0
    if (isAtEnd.value) isFollowing = true
    else if (top < lastTop) isFollowing = false
    lastTop = top
  }

  watch(
    () => [messages.value.length, isThinking.value] as const,
    async ([length], [lengthBefore]) => {
      const isOwn = length > lengthBefore && messages.value[length - 1]?.side === 'resident'
      const isLoading = lengthBefore === 0
      if (isOwn || isLoading) isFollowing = true
      const wasFollowing = isFollowing
      await nextTick()
      if (wasFollowing) follow(!isLoading)
      else measure()
    },
  )

  onMounted(() => {
    const box = log.value
    if (!box) return
    box.addEventListener('scroll', onScroll, { passive: true })
    // The on-screen keyboard makes the list lower: what was last must stay in view.
    observer = new ResizeObserver(() => (isFollowing ? follow(false) : measure()))
    observer.observe(box)
  })
  onBeforeUnmount(() => observer?.disconnect())

  return { isAtEnd, goToEnd }
}

function offset(row: HTMLElement, box: HTMLElement): number {
  return row.getBoundingClientRect().top - box.getBoundingClientRect().top
}
