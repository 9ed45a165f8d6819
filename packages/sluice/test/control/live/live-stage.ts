import type { RequestOutcome } from '@sluice/client'
import { type CaptureResult, createContentCapture } from '../../../src/control/live/content-capture.ts'
import { createDailyBudgets } from '../../../src/control/live/daily-budget.ts'
import type { JudgeTaskEnd, JudgingContext } from '../../../src/control/live/judge-task.ts'
import { startJudgeWorker } from '../../../src/control/live/judge-worker.ts'
import type { Redact } from '../../../src/control/live/redact.ts'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { Completion, ModelRequest } from '../../../src/core/providers/provider.ts'
import { ProviderError } from '../../../src/core/providers/provider-error.ts'
import { createAnswerModes } from '../../../src/core/scorers/judge/judge.ts'
import type { RequestEntry } from '../../../src/records/outcome.ts'
import { defaultLiveSettings, type LiveSettings } from '../../../src/records/rollout/rollout-settings.ts'
import { by, byHand, canary, handClock, incumbent, request, startRollout } from '../../support/controller/stage.ts'
import { judgement } from '../../support/fake-model.ts'
import { toldFaults } from '../../support/loop-faults.ts'
import { version } from '../../support/store/store-samples.ts'

const allowed: LiveSettings = { ...defaultLiveSettings, store: true, judge: { percent: 100, budgetUsdPerDay: 5 } }

/** Names an outcome of the feature `mail`. */
export const ofMail = (id: string) => ({ feature: 'mail', id })

/**
 * A store with a running rollout of `mail`, or of another feature, whose versions let everything be judged unless
 * `live` says otherwise.
 */
export async function liveStore(
  live: Partial<LiveSettings> = {},
  store: Store = memoryStore(),
  feature = 'mail',
): Promise<Store> {
  for (const id of [incumbent, canary]) {
    const audit = { chain: feature, at: 0, actor: 'ann', tokenId: null, action: 'version.publish', reason: null }
    await store.commit({
      version: { ...version(feature, id), live: { ...allowed, ...live } },
      audit: { ...audit, before: null, after: null, evidence: null },
    })
  }
  await applyEvent(store, feature, { type: 'activate', version: incumbent, reason: 'first' }, by, byHand)
  await startRollout(store, feature, feature === 'mail' ? 'r1' : `r1 ${feature}`)
  return store
}

/** An outcome with its content, as the server hands it on. */
export function captured(id: string, entry: Partial<RequestEntry> = {}, outcome: Partial<RequestOutcome> = {}) {
  const logged = request(id, entry)
  const sent: RequestOutcome = {
    id,
    feature: logged.feature,
    version: logged.version,
    observedAt: new Date(logged.observedAt).toISOString(),
    input: { email: `mail of ${id}` },
    output: `summary of ${id}`,
    captured: 1,
    ...outcome,
  }
  return { entry: logged, outcome: sent }
}

export function capturing(store: Store, { random = () => 0, redact }: { random?: () => number; redact?: Redact } = {}) {
  const fates: Partial<Record<CaptureResult, number>> = {}
  const errors: unknown[] = []
  const captureContents = createContentCapture({
    store,
    clock: handClock(),
    random,
    redactorOf: async () => redact ?? (async (material) => material),
    redactTextsOf: async () => async (texts, input) => {
      const redacted = await Promise.all(
        texts.map(async (output) => (redact ? await redact({ input, output }) : { output })),
      )
      return redacted.map(({ output }) => output)
    },
    count: (_feature, end, by) => {
      if (by > 0) fates[end] = (fates[end] ?? 0) + by
    },
    onError: (error) => errors.push(error),
  })
  return { captureContents, fates, errors }
}

/** Appends and takes in, as the server does. */
export async function arrive(store: Store, requests: readonly ReturnType<typeof captured>[]): Promise<void> {
  await store.append(requests.map(({ entry }) => entry))
  await capturing(store).captureContents(requests)
}

export const verdictOf = (verdict: 'yes' | 'no' | 'cannot_tell', costUsd = 0.01): Completion => ({
  output: judgement({ actions: verdict }, verdict === 'yes' ? 'summary' : ''),
  usage: {},
  costUsd,
  finishReason: 'stop',
  warnings: [],
})

/** A worker whose judge answers as told. */
export function judging(
  store: Store,
  answer: (request: ModelRequest) => Promise<Completion> | Completion,
  { unaskable }: { unaskable?: string } = {},
) {
  const clock = handClock()
  const fates: JudgeTaskEnd[] = []
  const errors: unknown[] = []
  const asked: ModelRequest[] = []
  const faults = toldFaults(clock, (error) => errors.push(error))
  const budgetOf = createDailyBudgets(store)
  const clientOf: JudgingContext['clientOf'] = ({ budget }) => ({
    async complete(request) {
      const reservation = await budget.reserve(0.01)
      if (reservation === 'exhausted') throw overBudget()
      asked.push(request)
      try {
        const completion = await answer(request)
        reservation.settle(completion.costUsd)
        return completion
      } catch (error) {
        reservation.release()
        throw error
      }
    },
  })
  const loop = startJudgeWorker({
    store,
    clock,
    random: () => 0.5,
    budgetOf,
    clientOf,
    modes: createAnswerModes({ searchesAgain: true }),
    unaskable: async () => unaskable,
    signal: new AbortController().signal,
    concurrency: 4,
    count: (_feature, end) => fates.push(end),
    faults,
  })
  return {
    clock,
    fates,
    errors,
    asked,
    failing: faults.failing,
    close: () => loop.close(),
    [Symbol.asyncDispose]: () => loop.close(),
  }
}

function overBudget() {
  return new ProviderError('budget', 'the budget of $0.02 is used up')
}
