import type { Completion } from '../providers/provider.ts'
import { ProviderError } from '../providers/provider-error.ts'
import type { Stage } from './answer-store.ts'

/**
 * Where an answer came from: asked for now, kept from an earlier run, or recorded by the user. Only the first costs.
 */
export type AnswerSource = 'provider' | 'cache' | 'recording'

/** What a run paid for one feature, and what it found in the cache instead. */
export interface Ledger {
  /** The cost of everything: answers, judge, and embeddings of checks. */
  usd: number
  generationUsd: number
  judgeUsd: number
  /** Calls whose price is unknown; their cost is missing from the sums, not zero. */
  unpricedCalls: number
  /** Calls whose tokens nobody counted; they are missing from the sums. */
  uncountedCalls: number
  inputTokens: number
  outputTokens: number
  judgeCalls: number
  /** Answers from the store. Together with `calls` and answers from recordings they are all questions. */
  hits: number
  misses: number
  recorded: number
  /** Calls that brought no answer after all their attempts. */
  failed: number
  /** When the oldest answer from the store was given, in ms since the epoch. */
  oldestStored: number | undefined
  /** How many of the answers from the store are those of an application. */
  applicationHits: number
  /** When the oldest of these was given, in ms since the epoch. */
  oldestApplication: number | undefined
  warnings: Set<string>
  /** Who ran each model, where a gateway says it. */
  hosts: Map<string, Set<string>>
}

export function emptyLedger(): Ledger {
  return {
    usd: 0,
    generationUsd: 0,
    judgeUsd: 0,
    unpricedCalls: 0,
    uncountedCalls: 0,
    inputTokens: 0,
    outputTokens: 0,
    judgeCalls: 0,
    hits: 0,
    misses: 0,
    recorded: 0,
    failed: 0,
    oldestStored: undefined,
    applicationHits: 0,
    oldestApplication: undefined,
    warnings: new Set(),
    hosts: new Map(),
  }
}

/** Books one answer. */
export function book(ledger: Ledger, completion: Completion, stage: Stage, source: AnswerSource): void {
  for (const warning of completion.warnings) ledger.warnings.add(warning)
  const { servedModel, host } = completion
  if (servedModel !== undefined && host !== undefined) addHosts(ledger, servedModel, [host])
  if (stage === 'judge') ledger.judgeCalls += 1
  if (source === 'recording') ledger.recorded += 1
  if (source === 'cache') {
    ledger.hits += 1
    ledger.oldestStored = earliest(ledger.oldestStored, completion.storedAt)
  }
  if (source !== 'provider') return
  ledger.misses += 1
  const { inputTokens, outputTokens } = completion.usage
  if (inputTokens === undefined || outputTokens === undefined) ledger.uncountedCalls += 1
  ledger.inputTokens += inputTokens ?? 0
  ledger.outputTokens += outputTokens ?? 0
  if (completion.costUsd === undefined) {
    ledger.unpricedCalls += 1
    return
  }
  ledger.usd += completion.costUsd
  if (stage === 'judge') ledger.judgeUsd += completion.costUsd
  if (stage === 'generation') ledger.generationUsd += completion.costUsd
}

/** Books that an answer from the store is one of an application. */
export function bookKeptApplication(ledger: Ledger, { storedAt }: Completion): void {
  ledger.applicationHits += 1
  ledger.oldestApplication = earliest(ledger.oldestApplication, storedAt)
}

const kindsOfCalls = new Set<string>(['timeout', 'unreachable', 'bad-response'])

/** Books a question without an answer, unless a budget, a stop or a missing recording kept it from being sent. */
export function bookFailure(ledger: Ledger, error: unknown): void {
  if (!(error instanceof ProviderError)) return
  if (error.status !== undefined || kindsOfCalls.has(error.kind)) ledger.failed += 1
}

/** Several features' ledgers as one. */
export function sumLedgers(ledgers: readonly Ledger[]): Ledger {
  const sum = emptyLedger()
  for (const { warnings, hosts, oldestStored, oldestApplication, ...numbers } of ledgers) {
    for (const key of Object.keys(numbers) as (keyof typeof numbers)[]) sum[key] += numbers[key]
    for (const warning of warnings) sum.warnings.add(warning)
    for (const [model, names] of hosts) addHosts(sum, model, names)
    sum.oldestStored = earliest(sum.oldestStored, oldestStored)
    sum.oldestApplication = earliest(sum.oldestApplication, oldestApplication)
  }
  return sum
}

/** What a reader must know of who answered. */
export function servingNotes(ledger: Ledger): string[] {
  const { warnings, hosts } = ledger
  const mixed = [...hosts].filter(([, names]) => names.size > 1)
  return [
    ...mixed.map(
      ([model, names]) =>
        `${model} was run by ${[...names].sort().join(', ')}, perhaps not with the same precision: name one in the provider's parameters to compare like with like`,
    ),
    ...keptApplicationNotes(ledger),
    ...warnings,
  ]
}

function keptApplicationNotes({ applicationHits: hits, oldestApplication }: Ledger): string[] {
  if (hits === 0 || oldestApplication === undefined) return []
  const day = new Date(oldestApplication).toISOString().replace('T', ' ').slice(0, 16)
  const what = hits === 1 ? '1 answer of the application is' : `${hits} answers of the application are`
  return [`${what} from the store, the oldest of ${day} UTC: its files are the same as then. --fresh asks it again.`]
}

function addHosts({ hosts }: Ledger, model: string, names: Iterable<string>): void {
  hosts.set(model, new Set([...(hosts.get(model) ?? []), ...names]))
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}
