/** The resident's own text size; everything on the page is measured in it. */

import { computed, ref } from 'vue'

import { recall, remember } from './storage'

const NAME = 'text-size'
const SIZES_PX = [18, 20, 23, 26, 30] as const
const SIZE_NAMES = ['小', '标准', '大', '更大', '最大'] as const
const DEFAULT_INDEX = 1

const index = ref(DEFAULT_INDEX)

function apply(): void {
  document.documentElement.style.fontSize = `${SIZES_PX[index.value] ?? SIZES_PX[DEFAULT_INDEX]}px`
}

/** Applies the remembered size; called before anything is drawn. */
export function applyTextSize(): void {
  const stored = SIZES_PX.findIndex((size) => String(size) === recall(NAME))
  index.value = stored >= 0 ? stored : DEFAULT_INDEX
  apply()
}

export function useTextSize() {
  function change(step: number): void {
    index.value = Math.min(SIZES_PX.length - 1, Math.max(0, index.value + step))
    remember(NAME, String(SIZES_PX[index.value]))
    apply()
  }
  return {
    name: computed(() => SIZE_NAMES[index.value] ?? ''),
    isSmallest: computed(() => index.value === 0),
    isLargest: computed(() => index.value === SIZES_PX.length - 1),
    change,
  }
}
