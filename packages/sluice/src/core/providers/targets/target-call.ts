import { createMask } from '../../../masking/mask.ts'
import { secretsOfEnvironment } from '../../../masking/secret-names.ts'
import type { Env } from '../api-key.ts'
import type { Sleep } from '../clock.ts'
import type { Completion } from '../provider.ts'

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
  /** Takes secrets out of what is quoted in an error; by default those of the environment. */
  mask?: (text: string) => string
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

/** The mask of a target that was given none. */
export function maskOf({ mask, env }: Pick<TargetOptions, 'mask' | 'env'>): (text: string) => string {
  if (mask) return mask
  const ofEnvironment = createMask()
  ofEnvironment.learn(secretsOfEnvironment(env))
  return ofEnvironment.text
}
