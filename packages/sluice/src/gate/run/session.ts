import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { createAnswerStore } from '../../core/answers/answer-store.ts'
import { type AskFor, createAskFor, createIsKept, type IsKept } from '../../core/answers/ask.ts'
import type { Ledger } from '../../core/answers/ledger.ts'
import { openProjectDatabase, type ProjectDatabase } from '../../core/answers/project-database.ts'
import { createSpending } from '../../core/answers/spending.ts'
import { createModelClient } from '../../core/providers/client.ts'
import { sleep, steadyNow } from '../../core/providers/clock.ts'
import { configuredSecrets, reservedVariables } from '../../core/providers/configured-secrets.ts'
import { createBudget } from '../../core/providers/limits/budget.ts'
import { createLimiter } from '../../core/providers/limits/concurrency.ts'
import { createPrices, type Prices } from '../../core/providers/prices.ts'
import { createProviders, type Providers } from '../../core/providers/registry.ts'
import type { CommandPlace } from '../../core/scorers/checks/check.ts'
import { type AnswerModes, createAnswerModes } from '../../core/scorers/judge/judge.ts'
import { providerName } from '../../core/suite/models/model.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import { SluiceError } from '../../errors.ts'
import type { Mask } from '../../masking/mask.ts'
import { withholdFrom, withoutCredentials } from '../../masking/secret-names.ts'
import type { CaseDetail } from '../../records/report/case-detail.ts'
import { type Applications, keepApplications } from './applications.ts'
import { createOpenTargets, type OpenTargets } from './open-targets.ts'
import { createResults, type Results } from './results.ts'

/** USD that a run may spend where no budget is set. */
const defaultBudgetUsd = 2

export interface SessionOptions {
  command: string
  /** Calls under way at a time. */
  concurrency: number
  /** USD; overrides the project's. */
  budgetUsd?: number | undefined
  /** How long a call may wait for quotas, in ms; undefined for the default. */
  maxWaitMs?: number | undefined
  /** Answers given outside of this edition are not used, so that e.g. every night asks anew. */
  edition?: string | undefined
}

/** The two ways in which a run is stopped from outside. */
export interface StopSignals {
  /** Nothing new is asked for; what is under way may finish, since it is paid for. */
  stop: AbortSignal
  /** Calls under way are cut off. */
  abort: AbortSignal
}

/** What a session needs of the process it runs in. */
export interface SessionSurroundings {
  env: NodeJS.ProcessEnv
  mask: Mask
  interrupt: StopSignals
  /** Called when `source` asks for a pause of `ms`. */
  onWait(source: string, ms: number): void
}

/** Shows how far a run has come. */
export interface RunProgress {
  label(text: string): void
  /** Announces that `count` more answers will come. */
  expect(count: number): void
  scored(detail: CaseDetail, ledger: Ledger): void
  stop(): void
}

/** A run under way. */
export interface RunContext {
  project: LoadedProject
  session: RunSession
  progress: RunProgress
}

/** What a command that asks models holds open; `close` gives it back. */
export interface RunSession extends OpenTargets, Pick<Applications, 'codeOf' | 'hasChanged'> {
  runId: string
  database: ProjectDatabase
  /** ms since the epoch. */
  startedAt: number
  concurrency: number
  providers: Providers
  askFor: AskFor
  isKept: IsKept
  /** The answer format that each judge's server accepts, found once for the whole run. */
  judgeModes: AnswerModes
  /** Where the programs of checks run. */
  commands: CommandPlace
  results: Results
  interrupt: StopSignals
  spentUsd(): number
  /** Announces models that will be asked. While the key of one is missing, no model is paid. */
  need(models: readonly string[]): void
  /** @throws SluiceError `invalid-input` where a budget was asked for and a model has no price to hold it by. */
  requirePrices(models: readonly string[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the store and prepares model calls; nothing is called yet. The workflow's own variables are removed from the
 * environment before a program or a module of the change under test can read them.
 */
export function openSession(
  { config, prompts, files }: LoadedProject,
  options: SessionOptions,
  { env, mask, interrupt, onWait }: SessionSurroundings,
): RunSession {
  const { concurrency, maxWaitMs } = options
  withholdFrom(env, reservedVariables(config))
  const database = openProjectDatabase(config.root)
  const run = { id: randomUUID(), command: options.command, startedAt: steadyNow() }
  const results = createResults(database, run, mask)
  const prices = createPrices(config.prices, config.providers)
  const { stop, abort } = interrupt
  const askedBudget = options.budgetUsd ?? config.gate.budgetUsd
  const budget = createBudget(askedBudget ?? defaultBudgetUsd)
  const providers = createProviders(config, { env, files, prices })
  const needed = new Set<string>()
  const client = createModelClient({
    providers,
    config,
    budget,
    prices,
    concurrency,
    stop,
    needed,
    maxWaitMs,
    onWait,
  })
  const store = createAnswerStore(database, { mask })
  const spending = createSpending(database, options.command)
  const secrets = configuredSecrets(config, prompts, env).flatMap(({ variable }) => variable ?? [])
  const commandsEnv = withoutCredentials(env, secrets)
  const kept = (name: string) => path.join(config.root, '.sluice', name)
  const targets = createOpenTargets({
    env,
    plainEnv: commandsEnv,
    mask: mask.text,
    stop,
    concurrency,
    maxWaitMs,
    processFolder: kept('processes'),
    versionFolder: kept('versions'),
    runId: run.id,
    spending,
  })
  const applications = keepApplications(targets, {
    config,
    store,
    env,
    plainEnv: commandsEnv,
    edition: options.edition,
  })
  return {
    runId: run.id,
    database,
    startedAt: run.startedAt,
    concurrency,
    providers,
    askFor: createAskFor({
      store,
      spending,
      edition: options.edition,
      client,
      providers,
      stop,
      abort,
    }),
    isKept: createIsKept({ store, edition: options.edition, providers }),
    judgeModes: createAnswerModes(),
    commands: {
      cwd: config.root,
      env: commandsEnv,
      mask: mask.text,
      limiter: createLimiter({ cap: availableParallelism(), clock: steadyNow, sleep }),
    },
    target: applications.target,
    ...{ codeOf: applications.codeOf, hasChanged: applications.hasChanged },
    setupEnvironment: targets.setupEnvironment,
    results,
    interrupt,
    spentUsd: () => budget.spentUsd,
    need(models) {
      for (const model of models) needed.add(providerName(model))
    },
    async requirePrices(models) {
      if (askedBudget !== undefined) await requirePrices(models, prices, providers)
    },
    async close() {
      try {
        await targets.close()
        await applications.settle()
      } finally {
        results.end()
        database.close()
      }
    },
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
