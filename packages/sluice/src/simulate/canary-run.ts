/** How a simulated canary went. Times in ms since the start. */
export interface CanaryRun {
  /** `inconclusive`: still running, and said so itself; `undecided`: still running otherwise. */
  end: 'rolledBack' | 'promoted' | 'inconclusive' | 'undecided'
  /** When it ended, or was left. */
  at: number
  /** Requests that the canary had answered by then, since it began to differ or, if it never does, from the start. */
  canaryRequests: number
  /** Whether the cost alert was raised. */
  costAlert: boolean
}
