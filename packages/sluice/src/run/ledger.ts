import type { Completion } from '../providers/provider.ts'
import type { Stage } from './answer-store.ts'

/** Where an answer came from: asked for now, kept from an earlier run, or recorded by the user. Only the first costs. */
export type AnswerSource = 'provider' | 'cache' | 'recording'

/** What a run paid for one feature, and what it found in the cache instead. */
export interface Ledger {
  /** All of it: answers, judge, and what checks embed. */
  usd: number
  generationUsd: number
  judgeUsd: number
  /** Calls whose price is unknown; their cost is missing from the sums, not zero. */
  unpricedCalls: number
  inputTokens: number
  outputTokens: number
  judgeCalls: number
  hits: number
  misses: number
  warnings: Set<string>
}

export function emptyLedger(): Ledger {
  return {
    usd: 0,
    generationUsd: 0,
    judgeUsd: 0,
    unpricedCalls: 0,
    inputTokens: 0,
    outputTokens: 0,
    judgeCalls: 0,
    hits: 0,
    misses: 0,
    warnings: new Set(),
  }
}

/** Books one answer. */
export function book(ledger: Ledger, completion: Completion, stage: Stage, source: AnswerSource): void {
  for (const warning of completion.warnings) ledger.warnings.add(warning)
  if (stage === 'judge') ledger.judgeCalls += 1
  if (source === 'cache') ledger.hits += 1
  if (source !== 'provider') return
  ledger.misses += 1
  ledger.inputTokens += completion.usage.inputTokens ?? 0
  ledger.outputTokens += completion.usage.outputTokens ?? 0
  if (completion.costUsd === undefined) {
    ledger.unpricedCalls += 1
    return
  }
  ledger.usd += completion.costUsd
  if (stage === 'judge') ledger.judgeUsd += completion.costUsd
  if (stage === 'generation') ledger.generationUsd += completion.costUsd
}
