import type { Env } from './api-key.ts'
import type { Completion } from './provider.ts'
import type { Sleep } from './sleep.ts'

export interface TargetContext {
  caseId: string
  /** 1-based. */
  repeat: number
  signal: AbortSignal
}

/** Asks the real application: a case's variables in, its answer out. @throws ProviderError */
export type TargetCall = (vars: Record<string, unknown>, context: TargetContext) => Promise<Completion>

export interface TargetOptions {
  /** Default: `createLeanFetch`. */
  fetch?: typeof globalThis.fetch
  /** What a command sees of the environment. */
  env: Env
  /** ms since the epoch. */
  clock?: () => number
  /** [0, 1) */
  random?: () => number
  sleep?: Sleep
  /** How long one request may wait for quotas, in all (default 5 minutes). */
  maxWaitMs?: number | undefined
  /** Most HTTP requests in flight (default 50). */
  concurrency?: number
}
