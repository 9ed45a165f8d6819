import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { position, routeUnit, type Snapshot } from '@sluice/client'
import { startEngine } from '../../../src/control/server/engine.ts'
import { createMetrics } from '../../../src/control/server/metrics/metrics.ts'
import { virtualClock } from '../../../src/control/simulate/virtual-clock.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { createChannels } from '../../../src/core/notify/create-channels.ts'
import type { Budget } from '../../../src/core/providers/limits/budget.ts'
import type { Completion } from '../../../src/core/providers/provider.ts'
import { ProviderError } from '../../../src/core/providers/provider-error.ts'
import { createAnswerModes } from '../../../src/core/scorers/judge/judge.ts'
import type { ApprovalRules } from '../../../src/core/suite/config/approval-settings.ts'
import { seededRandom } from '../../../src/stats/index.ts'
import { type TestPlane, testPlane } from '../../support/control-plane/control-plane.ts'
import { publication } from '../../support/control-plane/described-feature.ts'
import { signedIn, type Visitor } from '../../support/control-plane/visitor.ts'
import { judgement } from '../../support/fake-model.ts'

export const feature = 'email-summary'
export const [good, bad] = ['1.3', '1.4']

/** A control plane with its engine, judge and channels on one clock, as whoever carries the pager has it. */
export interface OperatedPlane extends TestPlane {
  /** What PagerDuty and Slack were sent. */
  notified: string[]
  /** What a person sees: the text of a page, as an operator unless another scope is named. */
  read(path: string, scope?: string): Promise<string>
  /** Fills in the form of a page and sends it; the text of the page that follows. `meanwhile` happens in between. */
  act(path: string, options?: { query?: string; meanwhile?: () => Promise<unknown> }): Promise<string>
  /** Starts the rollout of the canary, and returns its id. */
  start(body?: object): Promise<string>
  /** Proposes that rollout, where it needs approval, and returns the id of the proposal. */
  propose(): Promise<string>
  /** Requests of so many users, as an application reports them. */
  traffic(given: Traffic): Promise<void>
  now(): number
  /** Lets time pass, with all that the loops do in it. */
  wait(ms: number): Promise<void>
  /** The same for hours: the loops look once before and once after. */
  sleep(ms: number): Promise<void>
}

interface Traffic {
  users?: number
  /** Share of the requests of an arm that fail. */
  fails?: { canary?: number; incumbent?: number }
  as?: string
  costUsd?: { canary: number; incumbent: number }
  /** Who is left out; nobody by default. */
  leftOut?: (arm: string) => boolean
}

interface Options {
  store?: Store
  judge?: () => Completion
  live?: object
  /** Who must approve releases, from the first rollout on. */
  approvals?: ApprovalRules
  /** What Slack answers. */
  slack?: () => Response
}

const start = Date.parse('2026-11-24T09:00:00Z')
/** Longer than all loops wait between two looks. */
export const soonMs = 40_000

export const textOf = (page: string) =>
  page
    .replaceAll(/<(script|style)\b.*?<\/\1>/gs, ' ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ([,.;:])/g, '$1')

export async function operatedPlane({
  store = memoryStore(),
  judge,
  live = judgedPart,
  approvals = {},
  slack,
}: Options = {}): Promise<OperatedPlane> {
  const running = virtualClock(start)
  let slept = 0
  const clock = { ...running, now: () => running.now() + slept }
  const { uniform: random } = seededRandom(7)
  const metrics = createMetrics()
  const notified: string[] = []
  const engine = startEngine({
    ...{ store, clock, random, metrics, keepLogMs: Number.MAX_SAFE_INTEGER, log: () => undefined },
    judge: {
      clientOf: ({ budget }) => ({ complete: () => paid(budget, judge) }),
      modes: createAnswerModes({ searchesAgain: true }),
      unaskable: async () => undefined,
    },
    redactorOf: async () => async (material) => material,
    redactTextsOf: async () => async (texts) => [...texts],
    nightsOf: () => [],
    notify: {
      channels: channels(),
      project: 'acme/mail',
      linkTo: () => undefined,
      deliver: { fetch: receiver(notified, slack), random, sleep: async () => undefined },
    },
  })
  const { engineState, captureContents } = engine
  const randomBytes = (size: number) => Uint8Array.from({ length: size }, () => Math.floor(256 * random()))
  const rules: ApprovalRules = {}
  const plane = await testPlane({ store, clock, metrics, engineState, captureContents, randomBytes, approvals: rules })
  const visitors = new Map<string, Visitor>()
  const visitor = async (scope: string) => {
    const known = visitors.get(scope) ?? (await signedIn(plane, scope))
    visitors.set(scope, known)
    return known
  }
  const wait = async (ms: number) => {
    await running.runUntil(running.now() + ms)
    await setImmediate()
  }
  const operated: OperatedPlane = {
    ...plane,
    notified,
    now: () => clock.now(),
    wait,
    async sleep(ms) {
      slept += ms
      visitors.clear()
      await wait(soonMs)
    },
    async read(path, scope = 'operator') {
      await wait(1000)
      return textOf(await (await (await visitor(scope)).get(path)).text())
    },
    async act(path, { query = '', meanwhile } = {}) {
      const who = await visitor('operator')
      const form = hiddenFields(await (await who.get(path + query)).text())
      await meanwhile?.()
      const sent = await who.send(path, { ...form, reason: 'summaries lose their dates' })
      const location = sent.headers.get('location')
      if (location === null) return textOf(await sent.text())
      await wait(1000)
      return textOf(await (await who.get(location)).text())
    },
    async start(body = {}) {
      const settings = { stages: [{ percent: 50, soak: '1h' }] }
      const asked = { version: canary, reason: 'shorter summaries', settings, ...body, acceptUndecided: true }
      const started = await plane.ask(`POST /v1/features/${feature}/rollouts`, { as: 'operator', body: asked })
      assert.equal(started.status, 201, JSON.stringify(started.body))
      await wait(soonMs)
      return started.body.id
    },
    async propose() {
      const body = { act: 'start', version: canary, reason: 'shorter summaries', acceptUndecided: true }
      const proposed = await plane.ask(`POST /v1/features/${feature}/proposals`, { as: 'operator', body })
      assert.equal(proposed.status, 201, JSON.stringify(proposed.body))
      return proposed.body.id
    },
    async traffic({ users = 200, fails = {}, as = 'client', costUsd, leftOut = () => false }) {
      const { body: snapshot, status } = await plane.ask('GET /v1/snapshot', { as })
      assert.equal(status, 200, JSON.stringify(snapshot))
      const { features } = snapshot as Snapshot
      const state = features[feature]
      if (!state) throw new Error('the feature is not in the snapshot')
      const outcomes = Array.from({ length: users }, (_, index) => {
        const unit = `user-${index}-${clock.now()}`
        const { version, arm, rolloutId, stage } = routeUnit(state, unit)
        const share = (arm === 'canary' ? fails.canary : fails.incumbent) ?? 0
        const id = `${as}-${index}-${clock.now()}`
        const chosen = state.capture?.[arm === 'canary' ? 'canary' : 'incumbent'] ?? 0
        return {
          ...{ id, feature, version, unit, observedAt: at(clock), latencyMs: 900 },
          ...(rolloutId !== null && { arm, rolloutId, stage }),
          ...(random() < share && { error: 'cut off' }),
          ...(costUsd && { costUsd: arm === 'canary' ? costUsd.canary : costUsd.incumbent }),
          ...(position('sluice.capture', id) < chosen && {
            ...{ input: { email: 'see you on Thursday' }, output: 'summary', captured: chosen / 1_000_000 },
          }),
        }
      }).filter(({ arm }) => !leftOut(arm ?? 'none'))
      const { body } = await plane.ask('POST /v1/outcomes', { as, body: { outcomes } })
      assert.deepEqual(body.rejected, [])
      await wait(soonMs)
    },
    async [Symbol.asyncDispose]() {
      const closed = engine.close()
      await wait(soonMs)
      await closed
      await plane[Symbol.asyncDispose]()
    },
  }
  for (const [label, text] of [
    [good, 'Sum up: {{email}}'],
    [bad, 'In one sentence: {{email}}'],
  ] as const) {
    const { id, body } = publication({ feature, label, text, startedAt: at(clock) })
    await plane.ask(`POST /v1/features/${feature}/versions`, { as: 'ci', body: { ...body, live } })
    if (label === good)
      await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body: { version: id, reason: 'launch' } })
  }
  Object.assign(rules, approvals)
  await wait(soonMs)
  return operated
}

const at = (clock: { now(): number }) => new Date(clock.now()).toISOString()

const canary = publication({ feature, label: bad, text: 'In one sentence: {{email}}', startedAt: '' }).id
const judgedPart = { store: true, judge: { percent: 20, budgetUsdPerDay: 5 } }

/** A call of the judge, which is taken from the day's budget. */
async function paid(budget: Budget, judge: () => Completion = () => answerOf('yes')): Promise<Completion> {
  const reservation = await budget.reserve(0.02)
  if (reservation === 'exhausted') throw new ProviderError('budget', 'the budget is used up')
  try {
    const completion = judge()
    reservation.settle(completion.costUsd)
    return completion
  } catch (error) {
    reservation.release()
    throw error
  }
}

/** What the judge says of an answer. */
export function answerOf(verdict: 'yes' | 'no'): Completion {
  const output = judgement({ facts: verdict }, verdict === 'yes' ? 'summary' : '')
  return { output, usage: {}, costUsd: 0.001, finishReason: 'stop', warnings: [] }
}

function channels() {
  const settings = [{ slack: { urlEnv: 'SLACK_URL' } }, { pagerduty: { routingKeyEnv: 'KEY' } }]
  return createChannels(settings, { SLACK_URL: 'https://slack.example/hook', KEY: 'routing' })
}

/** Takes what channels send. Slack splits words that might have an effect, so its marks are removed. */
function receiver(notified: string[], slack?: () => Response): typeof fetch {
  return async (_, init) => {
    const body = JSON.parse(String(init?.body))
    if (body.blocks && slack) return slack()
    if (body.event_action === 'resolve') return new Response('ok', { status: 202 })
    const texts = body.payload ? [body.payload.summary] : [body.text, ...sections(body.blocks ?? [])]
    notified.push(...texts.map((text: string) => text.replaceAll('\u200b', '')))
    return new Response('ok', { status: 202 })
  }
}

function sections(blocks: { text?: { text: string }; elements?: { text: string }[] }[]): string[] {
  return blocks.flatMap(({ text, elements = [] }) => [...(text ? [text.text] : []), ...elements.map((one) => one.text)])
}

function hiddenFields(page: string): Record<string, string> {
  const form = page.slice(page.indexOf('class="fields"'))
  const fields = form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value]))
}
