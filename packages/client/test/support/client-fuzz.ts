import assert from 'node:assert/strict'
import fc from 'fast-check'
import { outcomeSchema } from '../../../sluice/src/records/outcome.ts'
import { type Route, routeUnit, type SluiceClient, UnknownVariableError } from '../../src/index.ts'
import { fakePlane } from './fake-plane.ts'
import { odd, oddRecord, planted, trap } from './odd-values.ts'
import { featureWith, snapshot, version } from './snapshots.ts'
import { startClient } from './started-client.ts'

/** What was called, and what it led to. */
export interface FuzzReport {
  calls: number
  requests: number
  canary: number
  feedback: number
  diagnostics: Record<string, number>
}

const [good, bad] = ['a1b2c3d4e5f6', '0f1e2d3c4b5a']
const canary = featureWith(
  { ppm: 500_000, incumbent: good, canary: bad },
  {
    active: good,
    versions: { [good]: version(good), [bad]: version(bad) },
    capture: { incumbent: 500_000, canary: 1_000_000 },
  },
)
const fieldNames = [
  ...['latencyMs', 'costUsd', 'inputTokens', 'outputTokens', 'error', 'refusal', 'invalid', 'input', 'output'],
  ...['steps', 'toolCalls', 'trajectory', 'trajectoryRef'],
  ...['servedModel', 'fingerprint', 'id', 'kind', 'unit', 'arm', 'version', 'captured', 'constructor', 'toString'],
]
const observation = oddRecord(fieldNames)
const judgement = fc.oneof(
  oddRecord(['thumb', 'score', 'comment', 'kind', 'error', 'of']),
  odd.map((make) => () => ({ thumb: 'up', score: make(), comment: make(), kind: make(), id: make() })),
)
const someUnit = fc.oneof(
  odd,
  fc.integer().map((id) => () => id),
  fc.string().map((id) => () => id),
)
const someFeature = fc.oneof({ weight: 9, arbitrary: fc.constant(() => 'mail') }, { weight: 1, arbitrary: odd })

interface World {
  client: SluiceClient
  routes: Route[]
  references: unknown[]
  /** Requests that must arrive. */
  ran: number
}

/** One call of the application; it rejects where the client let something through that it must not. */
type Call = (world: World) => unknown

/** Types are what is played with here: everything is called as from JavaScript. */
const untyped = (value: unknown) => value as never
const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)]

const calls: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(someFeature, someUnit).map(
    ([feature, unit]): Call =>
      (world) => {
        world.routes.push(world.client.route(untyped(feature()), untyped(unit())))
        if (world.routes.length > 20) world.routes.shift()
      },
  ),
  onRoute(
    fc.tuple(
      fc.oneof(
        odd,
        odd.map((make) => () => make),
      ),
      observation,
      fc.nat(4),
    ),
    run,
  ),
  onRoute(observation, (route, make) => route.record(untyped(make()))),
  onRoute(judgement, (route, make) => route.feedback(untyped(make()))),
  onRoute(odd, (route, make) => rendered(route, make())),
  onRoute(fc.nat(), (route, _, world) => {
    world.references.unshift(route.reference())
    world.references.length = Math.min(20, world.references.length)
    route.done()
  }),
  fc.tuple(odd, judgement, fc.nat(), fc.nat()).map(
    ([make, said, at, cut]): Call =>
      ({ client, references }) => {
        const known = String(pick(references, at))
        const changed = [known, known.slice(0, cut % 400), known.replace(/./, 'x'), make()][cut % 4]
        client.feedback(untyped(changed), untyped(said()))
      },
  ),
  odd.map(
    (make): Call =>
      ({ client }) =>
        client.onChange(untyped(make()))(),
  ),
  odd.map(
    (make): Call =>
      ({ client }) =>
        client.onStaleness(untyped(make()))(),
  ),
  odd.map(
    (make): Call =>
      ({ client }) =>
        client.feature(untyped(make())),
  ),
  odd.map(
    (make): Call =>
      () =>
        routeUnit(canary, untyped(make())),
  ),
  odd.map(
    (make): Call =>
      ({ client }) =>
        void client.ready(untyped(make())).then(() => client.status()),
  ),
)

function onRoute<T>(arguments_: fc.Arbitrary<T>, call: (route: Route, given: T, world: World) => unknown) {
  return fc.tuple(arguments_, fc.nat()).map(
    ([given, at]): Call =>
      (world) => {
        const route = pick(world.routes, at)
        return route && call(route, given, world)
      },
  )
}

/** The result, or what the work itself throws, comes out unchanged. */
async function run(route: Route, [make, describe, how]: [() => unknown, () => unknown, number], world: World) {
  const thrown = pick(planted, how)
  const work = [make(), make, () => Promise.reject(thrown), async () => make(), throwing(thrown)][how]
  const described = how % 2 ? describe() : () => describe()
  if (typeof work === 'function' && route.version !== null) world.ran += 1
  try {
    await route.run(untyped(work), untyped(described))
  } catch (error) {
    const own = error === trap || error === thrown || isTypeErrorOfCalling(error)
    if (!own) throw error
  }
}

const throwing = (error: unknown) => () => {
  throw error
}

/** Some functions of the odd ones cannot be called at all: that is what the work throws. */
const isTypeErrorOfCalling = (error: unknown) => error instanceof TypeError && /without 'new'/.test(error.message)

function rendered({ prompt }: Route, vars: unknown): void {
  try {
    prompt?.render(untyped(vars))
  } catch (error) {
    if (!(error instanceof UnknownVariableError)) throw error
  }
}

/**
 * Calls the client's public methods with odd values. Fails where an exception or a rejection reaches the caller that is not the work's
 * own, an outcome leaves that the control plane's schema would not take, a request is lost, or memory is not bounded.
 */
export async function fuzzClient({ calls: number, seed }: { calls: number; seed: number }): Promise<FuzzReport> {
  const plane = fakePlane(snapshot(1, canary))
  const stray: unknown[] = []
  const onStray = (error: unknown) => stray.push(error)
  process.on('unhandledRejection', onStray)
  const diagnostics: Record<string, number> = {}
  const started = await startClient(plane, {
    seed,
    onDiagnostic: ({ code }) => {
      diagnostics[code] = (diagnostics[code] ?? 0) + 1
      throw new Error('a listener that throws')
    },
  })
  const world: World = { client: started.client, routes: [], references: [], ran: 0 }
  const report = { calls: number, requests: 0, canary: 0, feedback: 0, diagnostics }
  const check = () => {
    for (const outcome of plane.batches.splice(0).flat()) {
      // Of these two the client sends any object: the control plane leaves out one that it cannot read, and keeps the rest.
      const { trajectory = {}, toolCalls = {}, ...rest }: Record<string, unknown> = { ...outcome }
      for (const value of [trajectory, toolCalls]) assert.ok(typeof value === 'object' && value !== null)
      const { error } = outcomeSchema.safeParse(rest)
      assert.equal(error, undefined, `${JSON.stringify(outcome).slice(0, 2000)}: ${error?.message}`)
      if (outcome.arm === 'canary') report.canary += 1
      report[outcome.kind === 'feedback' ? 'feedback' : 'requests'] += 1
    }
  }
  try {
    for (const [index, call] of fc.sample(calls, { numRuns: number, seed }).entries()) {
      try {
        await call(world)
      } catch (cause) {
        throw new Error(`call ${index} of seed ${seed} threw`, { cause })
      }
      if (index % 100 < 99) continue
      await started.pass(index % 1000 < 900 ? 2000 : 40_000)
      plane.publish(snapshot(index, canary))
      assert.ok(started.client.status().outcomes.queued <= 200, 'outcomes pile up')
      check()
    }
    await started.client.flush()
  } finally {
    await started[Symbol.asyncDispose]()
    process.off('unhandledRejection', onStray)
  }
  check()
  assert.deepEqual(stray, [])
  assert.deepEqual([started.client.status().outcomes.dropped, ({} as { polluted?: true }).polluted], [0, undefined])
  assert.ok(report.requests >= world.ran, `${world.ran} requests ran, ${report.requests} arrived`)
  return report
}
