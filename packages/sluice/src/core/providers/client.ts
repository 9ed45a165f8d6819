import type { Config } from '../suite/config/config.ts'
import { providerName } from '../suite/models/model.ts'
import { sleep as realSleep, type Sleep, steadyNow } from './clock.ts'
import type { Budget, Reservation } from './limits/budget.ts'
import { defaultTimeoutMs, stopped, withDeadline } from './limits/deadline.ts'
import { createFirstCalls, type FirstCalls } from './limits/first-calls.ts'
import { type CallQueue, createCallQueue, defaultMaxWaitMs, defaultRetries } from './limits/queue.ts'
import type { Prices } from './prices.ts'
import type { CallContext, Completion, Embeddings, ModelRequest, Provider } from './provider.ts'
import { ProviderError } from './provider-error.ts'
import type { Providers } from './registry.ts'

export interface ModelClientOptions {
  providers: Providers
  config: Pick<Config, 'providers'>
  budget: Budget
  prices: Prices
  /** Most calls in flight to a provider whose settings have no `concurrency`. */
  concurrency: number
  /** How long one call may wait for quotas in total, in ms (default 300,000). */
  maxWaitMs?: number | undefined
  /** Called when a provider asks for a pause of all calls, with its length in ms. */
  onWait?: ((source: string, ms: number) => void) | undefined
  /**
   * When aborted, no further attempt starts; attempts under way may end. A call's own signal does not fire before it.
   */
  stop?: AbortSignal
  /** Providers that the run will call. If one of them lacks its key, none is called, so nothing is paid. */
  needed?: ReadonlySet<string>
  /**
   * Whether a model that fails from its first call on is given up (default true). A process that never ends sets false.
   */
  givesUp?: boolean
  /** ms since the epoch. */
  clock?: () => number
  /** Random numbers in [0,1). */
  random?: () => number
  sleep?: Sleep
}

/**
 * Model calls with a limit per provider, retries, timeouts, prices and a budget. Every attempt reserves its highest
 * possible price first, so the budget always holds. A model without a price reserves nothing; if there is a budget, the
 * caller must refuse it.
 */
export interface ModelClient {
  /** @throws ProviderError */
  complete(request: ModelRequest, context: CallContext): Promise<Completion>
  /** Computes one vector per text. `model` is `provider:model`. @throws ProviderError */
  embed(model: string, texts: string[], signal: AbortSignal): Promise<Embeddings>
  /** Call if an earlier answer of a model exists. Then its failures do not show that it can never answer. */
  answered(model: string): void
}

/** The highest possible cost of an attempt, and its cost after the answer. */
interface Billing<T> {
  model: string
  worstCaseUsd: number | undefined
  costUsd(result: T): number | undefined
}

export function createModelClient(options: ModelClientOptions): ModelClient {
  const { providers, config, budget, prices, stop, needed = new Set(), givesUp = true } = options
  const queueOf = createCallQueues(options)
  const firstCalls = new Map<string, FirstCalls>()

  const firstCallsOf = (model: string): FirstCalls => {
    const calls = firstCalls.get(model) ?? createFirstCalls(model)
    firstCalls.set(model, calls)
    return calls
  }
  const providerOf = (model: string) => providers.get(providerName(model))

  const prepare = async () => {
    for (const name of needed) await (await providers.get(name)).prepare?.()
  }

  const call = <T>(
    { name: source }: Provider,
    signal: AbortSignal,
    billing: Billing<T>,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const timeoutMs = config.providers[source]?.timeoutMs ?? defaultTimeoutMs
    const attempt = async () => {
      const reservation = await reserve(budget, source, billing)
      if (stop?.aborted) {
        reservation.release()
        throw stopped(source)
      }
      try {
        const result = await withDeadline({ source, timeoutMs, signal }, work)
        reservation.settle(billing.costUsd(result))
        return result
      } catch (error) {
        if (mayBeBilled(error)) reservation.settle(undefined)
        else reservation.release()
        throw error
      }
    }
    const run = () => queueOf(source).run(stop ?? signal, attempt)
    return givesUp ? firstCallsOf(billing.model).run(run) : run()
  }

  return {
    async complete(request, context) {
      const provider = await providerOf(request.model)
      if (!provider.live) return provider.complete(request, context)
      await prepare()
      const priced = (completion: Completion) => completion.costUsd ?? prices.costUsd(request.model, completion.usage)
      const billing = { model: request.model, worstCaseUsd: prices.worstCaseUsd(request), costUsd: priced }
      const completion = await call(provider, context.signal, billing, (signal) =>
        provider.complete(request, { ...context, signal }),
      )
      const costUsd = priced(completion)
      return costUsd === undefined ? completion : { ...completion, costUsd }
    },
    async embed(model, texts, signal) {
      const provider = await providerOf(model)
      const { embed } = provider
      if (!embed) throw new ProviderError('bad-request', `${provider.name}: has no embeddings`)
      const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
      const costUsd = (inputTokens: number | undefined) =>
        prices.costUsd(model, { ...counted(inputTokens), outputTokens: 0 })
      const billing = {
        model,
        worstCaseUsd: costUsd(bytes),
        costUsd: (result: Embeddings) => costUsd(result.inputTokens),
      }
      const embeddings = await call(provider, signal, billing, (inner) => embed(model, texts, inner))
      const paidUsd = billing.costUsd(embeddings)
      return paidUsd === undefined ? embeddings : { ...embeddings, costUsd: paidUsd }
    },
    answered: (model) => firstCallsOf(model).hasAnswered(),
  }
}

/** One queue for each provider, made at its first call. */
function createCallQueues(options: ModelClientOptions): (source: string) => CallQueue {
  const { config, concurrency, maxWaitMs, onWait } = options
  const { clock = steadyNow, random = Math.random, sleep = realSleep } = options
  const queues = new Map<string, CallQueue>()
  return (source) => {
    const settings = config.providers[source]
    const queue =
      queues.get(source) ??
      createCallQueue({
        source,
        concurrency: settings?.concurrency ?? concurrency,
        retries: settings?.retries ?? defaultRetries,
        maxWaitMs: maxWaitMs ?? defaultMaxWaitMs,
        onWait: (ms) => onWait?.(source, ms),
        clock,
        random,
        sleep,
      })
    queues.set(source, queue)
    return queue
  }
}

function counted(inputTokens: number | undefined): { inputTokens?: number } {
  return inputTokens === undefined ? {} : { inputTokens }
}

async function reserve<T>(budget: Budget, source: string, { model, worstCaseUsd }: Billing<T>): Promise<Reservation> {
  const reservation = await budget.reserve(worstCaseUsd ?? 0)
  if (reservation !== 'exhausted') return reservation
  const unaccounted = budget.unaccountedUsd > 0 ? ` and up to ${usd(budget.unaccountedUsd)} for lost answers` : ''
  throw new ProviderError(
    'budget',
    `${source}: the budget of ${usd(budget.limitUsd ?? 0)} is used up: ${usd(budget.spentUsd)} spent${unaccounted}, and the next call to ${model} may cost ${usd(worstCaseUsd ?? 0)}. Raise it with --budget-usd or gate.budgetUsd`,
  )
}

function usd(amount: number): string {
  return `$${amount.toFixed(4)}`
}

/** A provider may bill an answer that did not arrive, but not a refused request. */
function mayBeBilled(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return true
  const { kind, status } = error
  return (
    kind === 'timeout' || kind === 'bad-response' || kind === 'aborted' || (kind === 'server' && status === undefined)
  )
}
