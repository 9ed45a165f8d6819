import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { createAnswerStore } from '../answers/answer-store.ts'
import { type AskFor, createAskFor, createIsKept, type IsKept } from '../answers/ask.ts'
import { openProjectDatabase } from '../answers/database.ts'
import { createSpending, type Spending } from '../answers/spending.ts'
import { SluiceError } from '../errors.ts'
import { withholdFrom } from '../masking/secret-names.ts'
import { createBudget } from '../providers/budget.ts'
import { createModelClient } from '../providers/client.ts'
import { steadyNow } from '../providers/clock.ts'
import { notifyVariables } from '../providers/configured-secrets.ts'
import { createPrices, type Prices } from '../providers/prices.ts'
import { spanText } from '../providers/quota-error.ts'
import { createProviders, type Providers } from '../providers/registry.ts'
import { createResults, type Results } from '../run/results.ts'
import { type AnswerModes, createAnswerModes } from '../scorers/judge.ts'
import { providerName } from '../suite/model.ts'
import { durationFlag } from './duration-flag.ts'
import type { Host } from './host.ts'
import { type Interrupt, listenForInterrupt } from './interrupt.ts'
import type { LoadedProject } from './open-project.ts'

/** USD that a run may spend where nothing else is said. */
const defaultBudgetUsd = 2

export interface SessionOptions {
  command: string
  /** Calls under way at a time. */
  concurrency: number
  /** USD; overrides the project's. */
  budgetUsd?: number | undefined
  /** How long a call may wait for quotas, e.g. `10m`. */
  maxWait?: string | undefined
  /** What was answered outside of this edition is asked anew, e.g. every night. */
  edition?: string | undefined
}

/** What a command that asks models holds open; `close` gives it back. */
export interface Session {
  runId: string
  database: DatabaseSync
  /** ms since the epoch. */
  startedAt: number
  concurrency: number
  /** How long a call may wait for quotas; undefined: as long as is usual. */
  maxWaitMs: number | undefined
  providers: Providers
  askFor: AskFor
  isKept: IsKept
  /** How the servers of judges are held to the form of an answer: found once, for the whole run. */
  judgeModes: AnswerModes
  spending: Spending
  results: Results
  interrupt: Interrupt
  spentUsd(): number
  /** Models that will be asked: while one of their keys is missing, nothing is paid to any. */
  need(models: readonly string[]): void
  /** @throws SluiceError `invalid-input` where a budget was asked for and a model has no price to hold it by. */
  requirePrices(models: readonly string[]): Promise<void>
  close(): void
}

/**
 * Opens the store and prepares model calls; nothing is called yet. What belongs to the workflow is taken out of the
 * environment, before a program or a module of the change under test can look at it.
 */
export function openSession({ config, files }: LoadedProject, options: SessionOptions, host: Host): Session {
  const { concurrency, maxWait } = options
  const maxWaitMs = maxWait === undefined ? undefined : durationFlag('--max-wait', maxWait)
  withholdFrom(host.env, (config.notify ?? []).flatMap(notifyVariables))
  const database = openProjectDatabase(config.root)
  const run = { id: randomUUID(), command: options.command, startedAt: steadyNow() }
  const results = createResults(database, run, host.mask)
  const interrupt = listenForInterrupt(host)
  const prices = createPrices(config.prices, config.providers)
  const askedBudget = options.budgetUsd ?? config.gate.budgetUsd
  const budget = createBudget(askedBudget ?? defaultBudgetUsd)
  const providers = createProviders(config, { env: host.env, files, prices })
  const needed = new Set<string>()
  const client = createModelClient({
    providers,
    config,
    budget,
    prices,
    concurrency,
    stop: interrupt.stop,
    needed,
    maxWaitMs,
    onWait: waitNote(host),
  })
  const store = createAnswerStore(database, { mask: host.mask })
  const spending = createSpending(database, options.command)
  return {
    runId: run.id,
    database,
    startedAt: run.startedAt,
    concurrency,
    maxWaitMs,
    providers,
    askFor: createAskFor({
      store,
      spending,
      edition: options.edition,
      client,
      providers,
      stop: interrupt.stop,
      abort: interrupt.abort,
    }),
    isKept: createIsKept({ store, edition: options.edition, providers }),
    judgeModes: createAnswerModes(),
    spending,
    results,
    interrupt,
    spentUsd: () => budget.spentUsd,
    need(models) {
      for (const model of models) needed.add(providerName(model))
    },
    async requirePrices(models) {
      if (askedBudget !== undefined) await requirePrices(models, prices, providers)
    },
    close() {
      interrupt.dispose()
      results.end()
      database.close()
    },
  }
}

/** Says on stderr why nothing seems to happen. */
function waitNote({ stderr }: Host) {
  return (source: string, ms: number) => {
    const ownLine = stderr.isTTY ? '\r\x1b[2K' : ''
    stderr.write(`${ownLine}${source} asks to be left alone for ${spanText(ms)}: waiting.\n`)
  }
}

async function requirePrices(models: readonly string[], prices: Prices, providers: Providers): Promise<void> {
  for (const model of models) {
    const { live } = await providers.get(providerName(model))
    if (!live || prices.costUsd(model, { inputTokens: 1, outputTokens: 1 }) !== undefined) continue
    throw new SluiceError(
      'invalid-input',
      `${model} has no known price, so a budget cannot be kept: add it to sluice.yaml, prices: {"${model}": {input: 1, output: 5}} ` +
        '(USD per million tokens; 0 for a model of your own), or leave out the budget.',
    )
  }
}
