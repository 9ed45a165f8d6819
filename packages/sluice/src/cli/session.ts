import { randomUUID } from 'node:crypto'
import { createBudget } from '../providers/budget.ts'
import { createModelClient } from '../providers/client.ts'
import { createPrices, type Prices } from '../providers/prices.ts'
import { createProviders, type Providers } from '../providers/registry.ts'
import { createAnswerStore } from '../run/answer-store.ts'
import { type Ask, createAsk } from '../run/answers.ts'
import { openDatabase } from '../run/database.ts'
import { createResults, type Results } from '../run/results.ts'
import type { Config } from '../suite/config.ts'
import { diskFiles, type ProjectFiles } from '../suite/files.ts'
import { findRoot, loadProject, strictProject } from '../suite/project.ts'
import type { Prompt } from '../suite/prompt.ts'
import type { Host } from './host.ts'
import { type Interrupt, listenForInterrupt } from './interrupt.ts'

/** USD that a run may spend where nothing else is said. */
const defaultBudgetUsd = 2

export interface LoadedProject {
  config: Config
  prompts: Prompt[]
  files: ProjectFiles
}

/** The project around the current folder, without a fault in any of its files. @throws InvalidFilesError */
export async function openProject(host: Host): Promise<LoadedProject> {
  const root = await findRoot(host.cwd())
  const files = diskFiles(root)
  const { config, prompts } = strictProject(await loadProject({ root, files }))
  return { config, prompts, files }
}

export interface SessionOptions {
  command: string
  concurrency: number
  budgetUsd?: number | undefined
}

/** What a command that asks models holds open; `close` gives it back. */
export interface Session {
  runId: string
  startedAt: number
  providers: Providers
  prices: Prices
  ask: Ask
  results: Results
  interrupt: Interrupt
  spentUsd(): number
  close(): void
}

/** Opens the store and prepares model calls; nothing is called yet. */
export function openSession({ config, files }: LoadedProject, options: SessionOptions, host: Host): Session {
  const database = openDatabase(config.root)
  const interrupt = listenForInterrupt(host)
  const run = { id: randomUUID(), command: options.command, startedAt: Date.now() }
  const prices = createPrices(config.prices)
  const budget = createBudget(options.budgetUsd ?? config.gate.budgetUsd ?? defaultBudgetUsd)
  const providers = createProviders(config, { env: host.env, fetch, files })
  const client = createModelClient({ providers, config, budget, prices, concurrency: options.concurrency })
  const store = createAnswerStore(database)
  return {
    runId: run.id,
    startedAt: run.startedAt,
    providers,
    prices,
    ask: createAsk({ store, client, providers, stop: interrupt.stop, abort: interrupt.abort }),
    results: createResults(database, run),
    interrupt,
    spentUsd: () => budget.spentUsd,
    close() {
      interrupt.dispose()
      database.close()
    },
  }
}
