/** One line of figures; a rate of nothing is absent, and is not zero. */

export interface Figure {
  key: string
  name: string
  n_counted: number
  n_excluded: number
  n_respond_due: number
  n_responded_in_time: number
  n_solve_due: number
  n_solved_in_time: number
  n_answered: number
  n_solved: number
  n_satisfied: number
  n_ended: number
  n_unanswered: number
  response_rate?: number
  in_time_rate?: number
  solution_rate?: number
  satisfaction_rate?: number
  ended_rate?: number
}

/** Returns a rate as people read it. */
export function percent(rate: number | undefined): string {
  return rate === undefined ? '—' : `${(rate * 100).toFixed(1)}%`
}
