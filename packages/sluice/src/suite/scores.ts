/** One brought-along score; exactly one of `score` and `error` is set. */
export interface ScoreRow {
  id: string
  /** In [0,1]. */
  score?: number
  /** From 1. */
  repeat: number
  tags: string[]
  weight: number
  cluster?: string
  critical: boolean
  costUsd?: number
  latencyMs?: number
  error?: string
  line: number
}
