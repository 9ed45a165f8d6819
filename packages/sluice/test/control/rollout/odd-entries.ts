import type { LogEntry } from '../../../src/records/outcome.ts'
import type { Random } from '../../../src/stats/index.ts'

/** Values as no type says that they can be, and as they come all the same. */
const numbers = [0, 1, -1, 0.5, 5e-324, 1e-300, 1e200, 1.7e308, 2 ** 53 - 1, 2 ** 53, -1e200, 1e-9, 0.9999999999999999]
const none = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
const names = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '',
  ' ',
  '\0',
  '\ud800',
  'aaaaaaaaaaaa',
]

export interface OddRollout {
  id: string
  feature: string
  incumbent: string
  canary: string
  stages: number
}

/** Entries of the log of which any field may be odd, most of them still of the rollout. `seq` counts from 1. */
export function oddEntries(random: Random, rollout: OddRollout, count: number): LogEntry[] {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.uniform() * from.length)] as T
  const odd = (share: number) => random.uniform() < share
  const number = (usual: number) => (odd(0.15) ? pick([...numbers, ...none]) : usual)
  const name = (usual: string) => (odd(0.03) ? pick(names) : usual)
  const unit = () => (odd(0.05) ? pick([null, ...names]) : `unit-${Math.floor(random.uniform() * 500)}`)
  return Array.from({ length: count }, (_, index) => {
    const arm = odd(0.5) ? ('canary' as const) : ('incumbent' as const)
    const stage = Math.floor(random.uniform() * rollout.stages)
    const place = {
      seq: index + 1,
      id: `${name('entry')}-${index}`,
      feature: name(rollout.feature),
      version: name(rollout[arm]),
      rolloutId: name(rollout.id),
      arm: odd(0.02) ? null : arm,
      stage: odd(0.05) ? number(stage) : stage,
      unit: unit(),
      position: odd(0.05) ? number(1) : arm === 'canary' ? 0 : 999_999,
      observedAt: number(index),
      receivedAt: index * 1000,
    }
    const kind = pick(['request', 'request', 'score', 'feedback'] as const)
    const score = number(random.uniform())
    if (kind === 'feedback') return { ...place, kind, of: name(`entry-${index - 1}`), score, comment: null }
    if (kind === 'score')
      return {
        ...{ ...place, kind, of: name(`entry-${index - 1}`), score, judgeId: odd(0.002) ? pick(names) : 'judge' },
        ...{ sampled: number(1), sampledOther: number(1), judgeUsd: number(0.01), inputChars: number(500) },
      }
    return {
      ...{ ...place, kind, latencyMs: number(900), costUsd: number(0.01), inputTokens: number(500) },
      ...{ outputTokens: number(100), error: odd(0.1) ? name('boom') : null, refusal: odd(0.05), invalid: odd(0.05) },
      ...{ outputChars: number(400), servedModel: name('model'), fingerprint: name('print'), captured: odd(0.9) },
    }
  })
}
