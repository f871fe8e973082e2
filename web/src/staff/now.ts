/** The time as pages show it; one timer for the whole page. */

import { ref } from 'vue'

export const now = ref(Date.now())
setInterval(() => (now.value = Date.now()), 15_000)
