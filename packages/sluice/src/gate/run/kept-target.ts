import { createHash } from 'node:crypto'
import { answerKeys } from '../../core/answers/answer-keys.ts'
import type { AnswerStore } from '../../core/answers/answer-store.ts'
import type { TargetCall } from '../../core/providers/targets/target.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { dayMs } from '../../time-units.ts'
import type { ApplicationCode } from '../affected/application-code.ts'

/** How long a kept answer of an application stands for a new one, in days: services that it calls change unseen. */
const keptDays = 7
const longestKeptMs = keptDays * dayMs

export interface KeptTargetOptions {
  store: AnswerStore
  /** Answers given outside of this edition are not used. */
  edition: string | undefined
  feature: string
  /** The version that is asked, as the application may know it. */
  version: unknown
  /** What the application is made of: as the run found it, and as it is now. */
  code: { atStart(): Promise<ApplicationCode>; now(): Promise<ApplicationCode> }
  /** ms since the epoch. */
  now: () => number
}

/** A target whose answers are kept, as long as all that it is made of can be seen. */
export interface KeptTarget {
  call: TargetCall
  /**
   * Takes back what was kept of this run, if the application has changed meanwhile: nobody knows which code answered.
   */
  settle(): Promise<void>
}

/** Answers from the store for unchanged code, or asks and stores the answer. `storedAt` tells them apart. */
export function keepTarget(ask: TargetCall, options: KeptTargetOptions): KeptTarget {
  const { store, edition, feature, version, now } = options
  const written = new Set<string>()
  const call: TargetCall = async (vars, { accepts = () => true, ...context }) => {
    const { key: code } = await options.code.atStart()
    if (code === undefined) return ask(vars, context)
    const { signal: _, ...question } = context
    const requested = hash(canonicalJson({ application: code, version, vars, ...question }))
    const keys = answerKeys(requested, undefined, edition)
    const stored = store.get(keys.key)
    if (stored?.storedAt !== undefined && stored.storedAt > now() - longestKeptMs && accepts(stored)) return stored
    const completion = await ask(vars, context)
    if (!accepts(completion)) return completion
    store.together(() => {
      for (const each of new Set([keys.key, keys.shared])) {
        store.put(each, completion, { model: 'application', stage: 'generation', feature })
        written.add(each)
      }
    })
    return completion
  }
  return {
    call,
    async settle() {
      if (written.size === 0) return
      const before = await options.code.atStart()
      const after = await options.code.now().catch(() => undefined)
      if (before.key !== after?.key) store.remove([...written])
    },
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
