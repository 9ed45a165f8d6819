import { createMask } from '../../../masking/mask.ts'
import { secretsOfEnvironment } from '../../../masking/secret-names.ts'
import type { Env } from '../api-key.ts'
import type { Sleep } from '../clock.ts'
import type { ProgramStarter } from '../processes/program-starter.ts'
import type { Completion } from '../provider.ts'
import type { TestedVersion } from './tested-version.ts'

interface TargetContext {
  caseId: string
  /** Number of the repeat, from 1. */
  repeat: number
  signal: AbortSignal
  /** False for a completion that is no answer, which is not kept. */
  accepts?: (completion: Completion) => boolean
}

/** Calls the real application with a case's variables, and resolves to its answer. @throws ProviderError */
export type TargetCall = (vars: Record<string, unknown>, context: TargetContext) => Promise<Completion>

/** A target as it is asked during a run, with what has to run for it. */
export interface OpenTarget {
  (vars: Record<string, unknown>, context: TargetContext): Promise<Completion>
  /**
   * Starts what has to run for it, and waits until it can be asked; the first call does so otherwise.
   * @throws ProviderError, fatal, if it does not come to that
   */
  open(): Promise<void>
  /** Ends what was started. Calls that are under way fail. */
  close(): Promise<void>
}

export interface TargetOptions {
  /** Default: `createLeanFetch`. */
  fetch?: typeof globalThis.fetch
  /** Masks secrets in quoted text of an error; by default those of the environment. */
  mask?: (text: string) => string
  /** The environment of a command and of a module. */
  env: Env
  /**
   * The environment of a server that is started: without credentials. By default without those known by their names.
   */
  plainEnv?: Env
  /** The version under test, of which the application is told. */
  tested?: TestedVersion
  /** Starts the programs of commands; by default each is started from this process. */
  programs?: Pick<ProgramStarter, 'spawn'>
  /** Where processes are noted, so that a later run ends them if this one is killed; by default nowhere. */
  processFolder?: string
  /** Ends a start that is under way. */
  stop?: AbortSignal
  /** ms since the epoch. */
  clock?: () => number
  /** Random numbers in [0,1). */
  random?: () => number
  sleep?: Sleep
  /** How long one request may wait for quotas in total, in ms (default 300,000). */
  maxWaitMs?: number | undefined
  /** Most HTTP requests in flight (default 50). */
  concurrency?: number
}

/** The given mask, or one for the secrets of the environment. */
export function maskOf({ mask, env }: Pick<TargetOptions, 'mask' | 'env'>): (text: string) => string {
  if (mask) return mask
  const ofEnvironment = createMask()
  ofEnvironment.learn(secretsOfEnvironment(env))
  return ofEnvironment.text
}
