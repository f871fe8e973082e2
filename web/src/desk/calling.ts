/** What pages share in calling: a busy sign, a problem in words, one message at the end. */

import { ElMessage } from 'element-plus'
import { ref } from 'vue'

import { SignedOut, wordsFor } from '../staff/api'
import { forgetSession } from '../staff/session'

export function useCalls() {
  const problem = ref('')
  const isBusy = ref(false)

  /** Runs a call; returns nothing where it failed, and says why. */
  async function call<T>(action: () => Promise<T>, done = ''): Promise<T | undefined> {
    isBusy.value = true
    problem.value = ''
    try {
      const answer = await action()
      if (done) ElMessage({ message: done, type: 'success', grouping: true })
      return answer
    } catch (error) {
      if (error instanceof SignedOut) forgetSession()
      else problem.value = wordsFor(error)
      return undefined
    } finally {
      isBusy.value = false
    }
  }

  return { problem, isBusy, call }
}
