import { createModelClient, type ModelClient, type ModelClientOptions } from '../../../core/providers/client.ts'
import { createPrices } from '../../../core/providers/prices.ts'
import { createProviders } from '../../../core/providers/registry.ts'
import { createAnswerModes } from '../../../core/scorers/judge/judge.ts'
import type { Config } from '../../../core/suite/config/config.ts'
import { providerName } from '../../../core/suite/models/model.ts'
import type { ProjectFiles } from '../../../core/suite/project-files.ts'
import { errorMessage } from '../../../errors.ts'
import type { DailyBudget } from '../../live/daily-budget.ts'
import type { JudgingContext } from '../../live/judge-task.ts'

const callsAtATime = 32

/**
 * Makes the model calls that judge live traffic, with the project's providers and prices. Each day has its own budget.
 */
export function createLiveJudge(
  config: Config,
  { env, files }: { env: NodeJS.ProcessEnv; files: ProjectFiles },
): Pick<JudgingContext, 'clientOf' | 'modes' | 'unaskable'> {
  const prices = createPrices(config.prices, config.providers)
  const providers = createProviders(config, { env, files, prices })
  return {
    ...judgingBy({ providers, config, prices, concurrency: callsAtATime }),
    async unaskable(model) {
      try {
        const { live } = await providers.get(providerName(model))
        if (!live || prices.costUsd(model, { inputTokens: 1, outputTokens: 1 }) !== undefined) return undefined
        return `${model} has no known price, so the daily budget cannot be kept: add it to prices in sluice.yaml`
      } catch (error) {
        return errorMessage(error)
      }
    },
  }
}

/** The calls themselves, with the models of these providers. */
export function judgingBy(
  options: Omit<ModelClientOptions, 'budget' | 'givesUp'>,
): Pick<JudgingContext, 'clientOf' | 'modes'> {
  const clients = new WeakMap<DailyBudget, ModelClient>()
  return {
    modes: createAnswerModes({ searchesAgain: true }),
    clientOf(daily) {
      const client = clients.get(daily) ?? createModelClient({ ...options, budget: daily.budget, givesUp: false })
      clients.set(daily, client)
      return client
    },
  }
}
