import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import type { Evidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import { observe } from '../../../../src/control/rollout/observe/observe.ts'
import type { LogEntry } from '../../../../src/records/outcome.ts'
import { seededRandom } from '../../../../src/stats/index.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, rolloutOf } from '../../../support/rollout/rollout-entries.ts'
import { populationOf } from '../population.ts'

const rollout = rolloutOf()
const stages = rollout.settings.stages
const low = { id: 'low', position: 5 }
const high = { id: 'high', position: 900_000 }

/** A log of requests, scores and feedback over all stages, with everything in it that can be flagged. */
function traffic(seed: number, requests: number, users: number): LogEntry[] {
  const random = seededRandom(seed)
  const next = populationOf({ users, heavyTailed: true, icc: 0.3 }, random)
  const log: LogEntry[] = []
  for (let n = 0; n < requests; n += 1) {
    const stage = Math.floor((n * stages.length) / requests)
    const user = next()
    const canary = user.position < (stages[stage]?.ppm ?? 0)
    const place = { user, canary, stage, at: n * 1000 }
    const chance = (p: number) => random.uniform() < p
    log.push(
      entryOf(place, {
        kind: 'request',
        error: chance(canary ? 0.06 : 0.02) ? 'failed' : null,
        refusal: chance(0.02),
        latencyMs: 500 * Math.exp(random.normal()),
        costUsd: 0.01 * Math.exp(random.normal()),
      }),
    )
    if (chance(0.3)) log.push(entryOf(place, { kind: 'score', score: user.score(0), sampled: 0.3, sampledOther: 0.3 }))
    if (chance(0.05)) log.push(entryOf(place, { kind: 'feedback', score: chance(0.7) ? 1 : 0 }))
  }
  return log.map((entry, i) => ({ ...entry, seq: i + 1 }))
}

const score = (user: typeof low, stage: number, value: number, more = {}) =>
  entryOf(
    { user, canary: user.position < (stages[stage]?.ppm ?? 0), stage, at: 0 },
    { kind: 'score', score: value, ...more },
  )
const request = (user: typeof low, stage: number, more = {}) =>
  entryOf({ user, canary: user.position < (stages[stage]?.ppm ?? 0), stage, at: 0 }, { kind: 'request', ...more })

test('the same log gives the same evidence and the same verdict, bit for bit, also through JSON and after a restart', () => {
  const log = traffic(1, 4000, 600)
  const whole = replayed(rollout, log)
  const text = JSON.stringify(whole.evidence)
  assert.equal(JSON.stringify(replayed(rollout, log).evidence), text)

  const half = replayed(rollout, log.slice(0, 2500))
  const evidence = JSON.parse(JSON.stringify(half.evidence)) as Evidence
  const memory = new Map(structuredClone([...half.memory]))
  for (const entry of log.slice(2500)) {
    const unit = entry.unit ?? ''
    memory.set(unit, observe(evidence, rollout, entry, memory.get(unit) ?? {}))
  }
  assert.equal(JSON.stringify(evidence), text)
  assert.deepEqual(assess(evidence, rollout, 1e9), assess(whole.evidence, rollout, 1e9))
})

test('entries that were observed before do nothing', () => {
  const log = traffic(2, 500, 100)
  const { evidence, memory } = replayed(rollout, log)
  const text = JSON.stringify(evidence)
  for (const entry of log) {
    const known = memory.get(entry.unit ?? '') ?? {}
    assert.equal(observe(evidence, rollout, entry, known), known)
  }
  assert.equal(JSON.stringify(evidence), text)
})

test('the state does not grow with the number of entries', () => {
  const leaves = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce((sum: number, part) => sum + leaves(part), 0)
      : 1
  const [few, many] = [100, 4000].map((requests) => leaves(replayed(rollout, traffic(3, requests, 800)).evidence))
  assert.equal(few, many)
})

test('what is remembered of a user does not grow with how often they come, judged or not', () => {
  const sizes = [20, 400].map((times) => {
    const visits = stages.flatMap((_, stage) =>
      Array.from({ length: times }, (_, i) => [
        {
          ...request(high, stage, { error: 'x', captured: true }),
          id: `${stage}-${i}`,
          receivedAt: 36_000_000 * stage,
        },
        ...(stage % 2 === 0 ? [score(high, stage, 0.5, { of: `${stage}-0` })] : []),
      ]).flat(),
    )
    const { memory } = replayed({ ...rollout, stage: stages.length - 1 }, visits)
    assert.equal(memory.get('high')?.candidates?.length, stages.length / 2)
    return JSON.stringify(memory.get('high')).length
  })
  assert.ok((sizes[1] ?? 0) < (sizes[0] ?? 0) + 40, sizes.join())
})

test('a user counts once, however often they come; one with 90 % of the traffic is still one', () => {
  const once = replayed(rollout, [score(low, 0, 0.1), request(low, 0, { error: 'x' })]).evidence
  const often = replayed(
    rollout,
    Array.from({ length: 200 }, () => [score(low, 0, 0.1), request(low, 0, { error: 'x' })]).flat(),
  ).evidence
  assert.deepEqual(often.sums.score.drop, once.sums.score.drop)
  assert.deepEqual(often.sums.score.users, once.sums.score.users)
  assert.deepEqual(often.sums.flags.errors.flagged, once.sums.flags.errors.flagged)
  for (const part of ['ratio', 'exposed', 'recent'] as const)
    assert.deepEqual(often.sums.flags.errors[part], once.sums.flags.errors[part])
  const { requests, flagged, squares } = often.sums.flags.errors.stage.canary
  assert.deepEqual(
    [requests, flagged, squares],
    [200, 200, 200 ** 2],
    'a rate of requests, whose error is that of one user',
  )
  assert.equal(often.peak, once.peak)
  assert.equal(often.sums.arms.canary.users, 1)
  assert.equal(often.sums.arms.canary.requests, 200)
})

test('an incumbent who is drawn anew counts anew, in the canary or not; a canary user stays counted', () => {
  const middle = { id: 'middle', position: 20_000 }
  const { evidence, memory } = replayed(rollout, [
    score(middle, 0, 0.9),
    score(middle, 1, 0.2),
    score(middle, 2, 0.2),
    score(high, 0, 0.9),
    score(high, 1, 0.9),
    score(high, 0, 0.9),
  ])
  assert.deepEqual(evidence.sums.score.users, { incumbent: 3, canary: 1 })
  assert.deepEqual(memory.get('middle')?.scored, { stage: 1, arm: 'canary' })
})

test('a snapshot that is out of date counts for the stage that it was', () => {
  const known = Array.from({ length: 10 }, (_, i) => score({ id: `u${i}`, position: 800_000 }, 3, 0.9))
  const late = [score(low, 0, 0.1), request(low, 0, { error: 'x' })]
  const { evidence } = replayed({ ...rollout, stage: 3 }, [...known, ...late])
  assert.ok(evidence.sums.score.drop[0]?.some((log) => log !== 0))
  assert.ok(
    evidence.sums.score.drop
      .slice(1)
      .flat()
      .every((log) => log === 0),
  )
  const [found = 0] = evidence.sums.flags.errors.ratio[0] ?? []
  const suspected = (0.01 * 1.5) / (0.01 * 1.5 + 0.99)
  assert.ok(Math.abs(found - Math.log(suspected / 0.01)) < 1e-12)
})

test('what cannot count is counted as ignored, and is no evidence', () => {
  const odd: [Partial<LogEntry>, string][] = [
    [{ rolloutId: 'r2' }, 'otherRollout'],
    [{ feature: 'toy' }, 'otherFeature'],
    [{ rolloutId: null }, 'otherRollout'],
    [{ unit: null }, 'noUnit'],
    [{ position: null }, 'noUnit'],
    [{ arm: null }, 'unknownArm'],
    [{ stage: null }, 'unknownStage'],
    [{ stage: 4 }, 'unknownStage'],
    [{ stage: -1 }, 'unknownStage'],
    [{ stage: 0.5 }, 'unknownStage'],
    [{ version: 'cccccccccccc' }, 'unknownVersion'],
    [{ version: 'bbbbbbbbbbbb' }, 'wrongArm'],
    [{ version: 'bbbbbbbbbbbb', arm: 'canary' }, 'wrongArm'],
    [{ position: 5 }, 'wrongArm'],
    [{ score: 1.5 }, 'invalidScore'],
    [{ score: -0.1 }, 'invalidScore'],
    [{ score: Number.NaN }, 'invalidScore'],
    [{ sampled: 0 }, 'invalidSampling'],
    [{ sampledOther: Number.NaN }, 'invalidSampling'],
  ]
  for (const [fault, reason] of odd) {
    const { evidence, memory } = replayed(rollout, [{ ...score(high, 0, 0.5), ...fault } as LogEntry])
    assert.equal(evidence.sums.ignored[reason as 'wrongArm'], 1, `${JSON.stringify(fault)} ${reason}`)
    assert.deepEqual([...memory.values()], [{}])
    assert.deepEqual(assess(evidence, rollout, 0).ignored, { [reason]: 1 })
    assert.equal(evidence.sums.histories.score.n, 0)
  }
})

test('a measurement that is none is unknown, and the request counts', () => {
  const { evidence } = replayed(rollout, [request(high, 0, { latencyMs: -5, costUsd: Number.NaN })])
  const { requests, meanCostUsd, meanLatencyMs } = assess(evidence, rollout, 0).incumbent
  assert.deepEqual({ requests, meanCostUsd, meanLatencyMs }, { requests: 1, meanCostUsd: null, meanLatencyMs: null })
})

test('steps and calls are counted by arm where they are reported, and what is no count is not', () => {
  const none = replayed(rollout, [request(high, 0)]).evidence
  assert.ok(!('steps' in assess(none, rollout, 0).incumbent))
  const told = [{ steps: 4, calls: 2 }, { steps: 6 }, {}, { steps: -1, calls: Number.NaN }]
  const { evidence } = replayed(
    rollout,
    told.map((more) => request(high, 0, more)),
  )
  const { requests, steps, calls } = assess(evidence, rollout, 0).incumbent
  assert.deepEqual([requests, steps, calls], [4, { mean: 5, requests: 2 }, { mean: 2, requests: 1 }])
})

test('a new judge begins a new epoch: the old scores are no measure any more, and late ones are ignored', () => {
  const users = Array.from({ length: 30 }, (_, i) => ({ id: `u${i}`, position: i < 5 ? i : 500_000 + i }))
  const before = users.slice(0, 15).map((user) => score(user, 0, 0.9))
  const after = users.slice(15).map((user) => score(user, 0, 0.3, { judgeId: 'judge-2' }))
  const { evidence } = replayed(rollout, [...before, ...after, score(low, 0, 0.9)])
  assert.deepEqual(evidence.judge, { id: 'judge-2', epoch: 1, retired: ['judge-1'] })
  assert.equal(evidence.sums.ignored.retiredJudge, 1)
  assert.equal(evidence.sums.histories.score.n, 15)
  const { incumbent, canary } = assess(evidence, rollout, 0)
  assert.equal(incumbent.meanScore?.toFixed(6), '0.300000')
  assert.equal(canary.judged, 0)
})

test('slow is what exceeds the 95th percentile of incumbents who came before, renewed by the hour', () => {
  const users = Array.from({ length: 1000 }, (_, i) => ({ id: `u${i}`, position: 500_000 + i }))
  const at = (i: number) => i * 10_000
  const log = users.map((user, i) => ({ ...request(user, 0, { latencyMs: 100 + (i % 100) }), receivedAt: at(i) }))
  const { evidence } = replayed(rollout, log.slice(0, 199))
  assert.equal(evidence.limits.slowMs, null)
  assert.equal(evidence.sums.flags.slow.flagged.incumbent, 0)
  const later = replayed(rollout, log).evidence
  assert.ok((later.limits.slowMs ?? 0) >= 194 && (later.limits.slowMs ?? 0) <= 215)
  assert.equal(later.limits.slowSince, at(199 + 360 * 2))
  const fixed = { ...rollout, settings: { ...rollout.settings, slowMs: 150 } }
  assert.equal(replayed(fixed, log).evidence.limits.slowMs, 150)
})
