import assert from 'node:assert/strict'
import {
  AsyncLocalStorageTransactionContextPropagator,
  type Client,
  type EvaluationContext,
  type EvaluationDetails,
  type Hook,
  type JsonValue,
  OpenFeature,
} from '@openfeature/server-sdk'
import { until } from '../../../sluice/test/support/until.ts'
import { SluiceClient, type Snapshot } from '../../src/index.ts'
import { SluiceProvider } from '../../src/openfeature.ts'
import { fakePlane, type Interference } from '../support/fake-plane.ts'
import { featureWith, version } from '../support/snapshots.ts'
import type { Scenario } from './gherkin.ts'

type Value = string | boolean | number | JsonValue

const greeting = version('aaaaaaaaaaaa')
const feature = featureWith(undefined, { active: greeting.id, versions: { [greeting.id]: greeting } })
const names = ['string-flag', 'object-flag', 'boolean-flag', 'wrong-flag', 'some-flag']
const snapshot: Snapshot = {
  ...{ schema: 'sluice.snapshot/1', epoch: 'e', revision: 1, hash: 'h' },
  features: Object.fromEntries(names.map((name) => [name, feature])),
}

/** What the scenarios' values stand for here: every feature has one version, which is both its value and its variant. */
const standIns: Record<string, Value> = {
  hi: greeting.id,
  greeting: greeting.id,
  template: greeting.id,
  true: greeting.id,
  on: greeting.id,
}

/** The state of one scenario, and its steps. */
export function createWorld(domain: string) {
  const seen: EvaluationContext[] = []
  const opened: SluiceClient[] = []

  /**
   * A control plane, and a provider that has not been set yet. It waits long for a plane that answers, and is stale late:
   * a busy machine may take a while.
   */
  function fresh(interference?: Interference, maxStaleMs = 60_000) {
    const plane = fakePlane(snapshot)
    plane.interfere(interference)
    const sluice = new SluiceClient({ url: 'http://plane.test', fetch: plane.fetch, maxStaleMs })
    opened.push(sluice)
    const provider = new SluiceProvider(sluice, { readyTimeoutMs: interference ? 100 : 60_000 })
    const resolve = provider.resolveStringEvaluation.bind(provider)
    provider.resolveStringEvaluation = (key, fallback, context) => {
      seen.push(context)
      return resolve(key, fallback, context)
    }
    return { plane, provider }
  }

  const calls: { stage: string; details?: EvaluationDetails<Value> }[] = []
  const hook: Hook = {
    before: () => void calls.push({ stage: 'before' }),
    after: (_, details) => void calls.push({ stage: 'after', details }),
    error: () => void calls.push({ stage: 'error' }),
    finally: (_, details) => void calls.push({ stage: 'finally', details }),
  }
  const levels: Record<string, EvaluationContext> = {}
  let order: string[] = []
  let client: Client = OpenFeature.getClient(domain)
  let flag = { type: 'String', key: 'some-flag', fallback: 'none' }
  let details: EvaluationDetails<Value> | undefined
  let hooks: Hook[] = []
  let context: EvaluationContext = {}

  const unreachable = () => new Error('unreachable')
  const states: Record<string, () => Promise<void>> = {
    stable: () => OpenFeature.setProviderAndWait(domain, fresh().provider),
    'not ready': async () => {
      OpenFeature.setProvider(domain, fresh(unreachable).provider)
    },
    error: async () => {
      await OpenFeature.setProviderAndWait(domain, fresh(unreachable).provider).catch(() => undefined)
    },
    fatal: async () => {
      const { provider } = fresh(() => new Response(null, { status: 401 }))
      await OpenFeature.setProviderAndWait(domain, provider).catch(() => undefined)
    },
    stale: async () => {
      const { plane, provider } = fresh(undefined, 100)
      await OpenFeature.setProviderAndWait(domain, provider)
      plane.interfere(unreachable)
      for (const stream of [...plane.streams]) stream.end()
      await until(() => client.providerStatus === 'STALE', 'the provider to be stale')
    },
  }

  async function evaluate(): Promise<void> {
    const { type, key, fallback } = flag
    const options = { hooks }
    if (/boolean/i.test(type)) details = await client.getBooleanDetails(key, fallback === 'true', context, options)
    else if (/string/i.test(type)) details = await client.getStringDetails(key, fallback, context, options)
    else if (/object/i.test(type)) details = await client.getObjectDetails(key, JSON.parse(fallback), context, options)
    else details = await client.getNumberDetails(key, Number(fallback), context, options)
  }

  const atLevel: Record<string, (entries: EvaluationContext) => unknown> = {
    API: (entries) => OpenFeature.setContext(entries),
    Client: (entries) => client.setContext(entries),
    Invocation: (entries) => Object.assign(context, entries),
    'Before Hooks': (entries) => client.addHooks({ before: () => entries }),
    Transaction: () => undefined,
  }

  async function evaluateWithLevels(): Promise<void> {
    for (const [level, entries] of Object.entries(levels)) atLevel[level]?.(entries)
    await OpenFeature.setTransactionContext(levels.Transaction ?? {}, evaluate)
  }

  function expected(text: string): Value {
    if (Object.hasOwn(standIns, text)) return standIns[text] as Value
    if (/object/i.test(flag.type))
      return text.includes('showImages') ? JSON.parse(JSON.stringify(greeting)) : JSON.parse(text)
    return /string/i.test(flag.type) ? text : JSON.parse(text)
  }

  const steps: [RegExp, (groups: string[], table: string[][]) => unknown][] = [
    [/^a (stable|not ready|error|fatal|stale) provider( with .*)?$/, ([state = '']) => states[state]?.()],
    [
      /^a (\w+)-flag with key "(.*?)" and a fallback value "(.*)"$/i,
      ([type = '', key = '', fallback = '']) => {
        flag = { type, key, fallback: fallback.replaceAll('\\"', '"') }
      },
    ],
    [/^a client with added hook$/, () => client.addHooks(hook)],
    [
      /^evaluation options containing specific hooks$/,
      () => {
        hooks = [hook]
      },
    ],
    [
      /^an evaluation context with modifiable data$/,
      () => {
        context = { targetingKey: 'ann', list: ['a'] }
      },
    ],
    [/^the flag was evaluated with details( asynchronously| using the evaluation options)?$/, evaluate],
    [/^Some flag was evaluated$/, evaluateWithLevels],
    [
      /^the resolved details value should be "(.*)"$/,
      ([text = '']) => assert.deepEqual(details?.value, expected(text.replaceAll('\\"', '"'))),
    ],
    [/^the reason should be "(.*)"$/, ([reason]) => assert.equal(details?.reason, reason)],
    [/^the error-code should be "(.*)"$/, ([code]) => assert.equal(details?.errorCode, code)],
    [/^the variant should be "(.*)"$/, ([variant = '']) => assert.equal(details?.variant, expected(variant))],
    [/^the flag key should be "(.*)"$/, ([key]) => assert.equal(details?.flagKey, key)],
    [/^the provider status should be "(.*)"$/, ([status]) => assert.equal(client.providerStatus, status)],
    [/^the "(.*)" hook should have been executed$/, ([stage]) => assert.ok(calls.some((call) => call.stage === stage))],
    [
      /^the "(.*)" hooks should be called with evaluation details$/,
      ([stages = ''], table) => checkHooks(stages.split(', '), table),
    ],
    [/^the specified hooks should execute during evaluation$/, () => assert.ok(calls.length > 0)],
    [
      /^the hook order should be maintained$/,
      () =>
        assert.deepEqual(
          calls.map(({ stage }) => stage),
          ['before', 'after', 'finally'],
        ),
    ],
    [
      /^the original evaluation context should remain unmodified$/,
      () => assert.deepEqual(context, { targetingKey: 'ann', list: ['a'] }),
    ],
    [/^the evaluation details should be immutable$/, () => assert.ok(Object.isFrozen(details?.flagMetadata))],
    [/^the evaluation should complete without blocking$/, () => assert.ok(details)],
    [
      /^A context entry with key "(.*)" and value "(.*)" is added to the "(.*)" level$/,
      ([key = '', value = '', level = '']) => {
        levels[level] = { ...levels[level], [key]: value }
      },
    ],
    [
      /^A table with levels of increasing precedence$/,
      (_, table) => {
        order = table.flat()
      },
    ],
    [
      /^Context entries for each level from API level down to the "(.*)" level, with key "(.*)" and value ".*"$/,
      ([last = '', key = '']) => {
        for (const level of order.slice(0, order.indexOf(last) + 1)) levels[level] = { [key]: level }
      },
    ],
    [
      /^The merged context contains an entry with key "(.*)" and value "(.*)"$/,
      ([key = '', value]) => assert.equal(seen.at(-1)?.[key], value),
    ],
  ]

  function checkHooks(stages: string[], [, ...rows]: string[][]): void {
    for (const stage of stages) {
      const found = calls.find((call) => call.stage === stage)?.details
      const fields = {
        flag_key: found?.flagKey,
        value: found?.value,
        variant: found?.variant,
        reason: found?.reason,
        error_code: found?.errorCode,
      }
      for (const [, key = '', value = ''] of rows) {
        const actual = fields[key as keyof typeof fields]
        if (value === 'null') assert.equal(actual, undefined)
        else
          assert.equal(String(actual), key === 'value' || key === 'variant' ? String(standIns[value] ?? value) : value)
      }
    }
  }

  return {
    async play({ steps: wanted }: Scenario): Promise<void> {
      OpenFeature.setTransactionContextPropagator(new AsyncLocalStorageTransactionContextPropagator())
      for (const { text, table } of wanted) {
        const found = steps.find(([pattern]) => pattern.test(text))
        assert.ok(found, `no step for "${text}"`)
        const [, ...groups] = found[0].exec(text) ?? []
        await found[1](groups, table)
        if (found[0].source.includes('stable')) client = OpenFeature.getClient(domain)
      }
    },
    async close(): Promise<void> {
      OpenFeature.setContext({})
      client.clearHooks()
      await Promise.all(opened.map((sluice) => sluice.close()))
    },
  }
}
