/** One line that says what has just happened; read out by screen readers. */

import { ref } from 'vue'

export const toast = ref('')
let timer: ReturnType<typeof setTimeout> | undefined

export function say(text: string): void {
  toast.value = text
  clearTimeout(timer)
  timer = setTimeout(() => (toast.value = ''), 4_000)
}
