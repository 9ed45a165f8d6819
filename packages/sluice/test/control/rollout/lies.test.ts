import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../src/control/rollout/assessment/assess.ts'
import { eValueEngine } from '../../../src/control/rollout/decision-engine.ts'
import { newEvidence } from '../../../src/control/rollout/evidence/evidence.ts'
import type { UnitMemory } from '../../../src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../../../src/control/rollout/observe/observe.ts'
import type { LogEntry } from '../../../src/records/outcome.ts'
import { rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'
import { seededRandom } from '../../../src/stats/index.ts'
import { entryOf, failuresRollout, rolloutOf, watched } from '../../support/rollout/rollout-entries.ts'

const hour = 3_600_000

interface Told {
  by?: string | null
  canary?: boolean
  error?: boolean
  /** Named in the arm where the user is not. */
  wrong?: boolean
  unit?: string
  content?: Partial<LogEntry>
}

/** Evidence that is told of one request after the other. */
function world(seed = 1, rollout = failuresRollout) {
  const evidence = newEvidence(rollout)
  const memory = new Map<string, UnitMemory>()
  const random = seededRandom(seed)
  let seq = 0
  const tell = ({ by = 'app', canary = false, error = false, wrong = false, unit, content }: Told) => {
    seq += 1
    const user = { id: unit ?? `u${seq}`, position: canary === wrong ? 900_000 : 100 }
    const entry = entryOf(
      { user, canary, stage: 0, at: seq * 100 },
      { kind: 'request', tokenId: by, error: error ? 'failed' : null },
    )
    const known = memory.get(user.id) ?? {}
    memory.set(user.id, observe(evidence, rollout, { ...entry, ...content, seq } as LogEntry, known))
  }
  return {
    evidence,
    tell,
    /** Requests whose users chance sends to their arms. */
    traffic(count: number, told: (canary: boolean, i: number) => Told) {
      for (let i = 0; i < count; i += 1) {
        const canary = random.uniform() < 0.1
        tell({ canary, ...told(canary, i) })
      }
    },
    many(count: number, told: Told) {
      for (let i = 0; i < count; i += 1) tell(told)
    },
    look: (heldSince: number | null = null, hold: 'sampleRatioMismatch' | null = null) =>
      assess(evidence, { ...rollout, hold }, 2 * hour, { ...watched(rollout, 2 * hour), heldSince }),
  }
}

test('what cannot be is left out, named by its token, and protects no canary', () => {
  for (const lies of [12, 500]) {
    const { many, traffic, look } = world()
    many(lies, { by: 'liar', canary: true, wrong: true })
    traffic(600, (canary) => ({ error: canary }))
    const { decision, tokens, alerts } = look()
    assert.deepEqual(decision, { do: 'rollBack', why: 'evidence' }, `${lies} lies`)
    const liar = tokens.find(({ tokenId }) => tokenId === 'liar')
    assert.deepEqual([liar?.leftOut, liar?.impossible], [true, lies])
    assert.match(alerts.find(({ code }) => code === 'left-out')?.message ?? '', new RegExp(`token liar \\(${lies} imp`))
  }
})

test('where all of it is in doubt failures of the canary still roll it back, by the shares that were seen, too', () => {
  const { many, traffic, look } = world()
  traffic(600, (canary) => ({ error: canary }))
  many(30, { canary: true, wrong: true })
  assert.deepEqual(look().decision, { do: 'rollBack', why: 'evidence' })
  const fair = world()
  // Nine incumbents of ten are lost, whoever fails: by the shares that were set the canary would seem to fail too often.
  fair.traffic(3000, (canary, i) => ({ error: i % 10 === 0, unit: canary || i % 10 === 0 ? `u${i}` : 'lost' }))
  assert.deepEqual(fair.look().decision, { do: 'hold', why: 'sampleRatioMismatch' })
})

test('a freeze that lasts ends at the incumbent, and the words say whose outcomes do not match', () => {
  const { many, traffic, look } = world()
  traffic(300, () => ({ by: 'app' }))
  many(60, { by: 'app', wrong: true })
  assert.deepEqual(look(2 * hour - 1, 'sampleRatioMismatch').decision.do, 'hold')
  const { decision, words } = look(-2 * hour, 'sampleRatioMismatch')
  assert.deepEqual(decision, { do: 'rollBack', why: 'mismatch' })
  assert.match(words, /have not matched for so long.*everybody gets the incumbent.*token app \(60 impossible/)
})

test('one token of several accuses no good canary, and two that agree do', () => {
  const honest = (canary: boolean, i: number): Told => ({ error: i % 100 === 0, by: `app-${i % 2}`, canary })
  const { traffic, look } = world()
  traffic(1000, honest)
  traffic(400, (canary) => ({ by: 'liar', error: canary }))
  const { decision, alerts, words } = look()
  assert.notEqual(decision.do, 'rollBack')
  const accusing =
    /do not confirm it: token liar \(\d+ of 400 requests by the canary; failed: \d+ of the canary's, 0 of/
  assert.match(alerts.find(({ code }) => code === 'tokens-disagree')?.message ?? '', accusing)
  assert.match(words, accusing)
  assert.equal(
    alerts.some(({ code }) => code === 'evidence'),
    false,
  )
  traffic(300, (canary, i) => ({ ...honest(canary, i), error: canary }))
  assert.equal(look().decision.do, 'rollBack')
})

test('one token hides no bad canary, neither behind good outcomes nor behind failures of the incumbent', () => {
  for (const lie of [
    { canary: 0, incumbent: 0 },
    { canary: 0, incumbent: 0.3 },
  ]) {
    for (const share of [0.1, 0.45]) {
      const { traffic, look, evidence } = world()
      let decided = look().decision
      for (let n = 0; n < 40 && decided.do !== 'rollBack'; n += 1) {
        traffic(100, (canary, i) =>
          i < 100 * share
            ? { by: 'liar', error: !canary && i % 10 < 10 * lie.incumbent }
            : { by: i % 2 ? 'app' : 'worker', error: canary && i % 3 > 0 },
        )
        decided = look().decision
        assert.notEqual(decided.do, 'promote')
      }
      assert.equal(decided.do, 'rollBack', `${JSON.stringify(lie)} ${share}`)
      assert.ok(Object.values(evidence.sums.arms.canary).every((value) => typeof value !== 'number' || value >= 0))
    }
  }
})

test('truthful tokens of very different size roll back as soon as one alone', () => {
  const needed = (share: number) => {
    const { traffic, look } = world()
    for (let n = 20; n <= 4000; n += 20) {
      traffic(20, (canary, i) => ({ by: i < 20 * share ? 'small' : 'large', error: canary && i % 2 === 0 }))
      if (look().decision.do === 'rollBack') return n
    }
    return Infinity
  }
  const alone = needed(0)
  for (const share of [0.05, 0.2, 0.5]) assert.ok(needed(share) <= 2 * alone, `${share}: ${needed(share)}, ${alone}`)
})

test('nobody is promoted on the word of one token of several', () => {
  const { traffic, look } = world()
  traffic(500, (canary, i) => ({ by: 'app', error: canary && i % 8 === 0 }))
  traffic(8000, () => ({ by: 'liar' }))
  const flood = look()
  assert.notEqual(flood.decision.do, 'promote')
  const truthful = world()
  truthful.traffic(8000, (_, i) => ({ by: `app-${i % 3}`, error: i % 200 === 0 }))
  assert.equal(truthful.look().decision.do, 'promote')
})

test('a token that reports a few users of many holds up no promotion', () => {
  const { traffic, look } = world()
  // Of twenty requests by each arm a rate is reckoned.
  traffic(10_000, (_, i) => ({ by: i % 40 === 0 ? 'small' : 'large', error: i % 200 === 1 }))
  assert.equal(look().decision.do, 'promote')
})

test('a user whom two tokens report counts once, and neither token seems to lose users by it', () => {
  const { tell, evidence, look } = world()
  const random = seededRandom(3)
  for (let i = 0; i < 3000; i += 1) {
    const canary = random.uniform() < 0.1
    // The thief reports first, and of the canary only.
    if (canary) tell({ by: 'thief', canary, unit: `u${i}` })
    tell({ by: 'app', canary, unit: `u${i}` })
  }
  const { tokens } = look()
  const { canary, incumbent } = evidence.sums.arms
  assert.equal(canary.users + incumbent.users, 3000)
  assert.deepEqual(
    tokens.map(({ tokenId, leftOut }) => [tokenId, leftOut]),
    [
      ['app', false],
      ['thief', true],
    ],
  )
})

test('whatever numbers entries hold, nothing that is not finite enters the evidence', () => {
  const odd = [Number.NaN, Infinity, -Infinity, 1e308, 5e-324, -1, 2 ** 53]
  const { tell, traffic, evidence } = world()
  traffic(50, () => ({}))
  for (const value of odd) {
    for (const field of ['latencyMs', 'costUsd', 'position', 'stage']) tell({ content: { [field]: value } as never })
    for (const field of ['score', 'sampled', 'sampledOther']) {
      const score = {
        kind: 'score',
        of: 'x',
        judgeId: 'j',
        score: 0.5,
        sampled: 0.5,
        sampledOther: 0.5,
        judgeUsd: null,
      }
      for (const canary of [true, false]) tell({ canary, content: { ...score, [field]: value } as never })
    }
    tell({ content: { kind: 'feedback', of: 'x', score: value } as never })
  }
  const numbers = JSON.stringify(evidence, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? 'odd' : value,
  )
  assert.doesNotMatch(numbers, /"odd"/)
})

test('what one token says of a stage that is not reached stops no soak time', () => {
  const stages = [
    { percent: 10, soak: '1h' },
    { percent: 50, soak: '1h' },
  ]
  const growing = rolloutOf(rolloutSettingsSchema.parse({ stages }))
  const evidence = newEvidence(growing)
  for (const [index, stage] of [0, 0, 1, 0, 0].entries()) {
    const isCanary = index % 2 === 0
    const user = { id: `u${index}`, position: isCanary ? 10 : 900_000 }
    const entry = entryOf({ user, canary: isCanary, stage, at: index }, { kind: 'request', tokenId: `by ${stage}` })
    observe(evidence, growing, { ...entry, seq: index + 1 }, {})
  }
  assert.deepEqual(eValueEngine.lastOutcomes(evidence, growing), { stage: 0, incumbent: 3, canary: 4 })
  assert.deepEqual(eValueEngine.lastOutcomes(evidence, { ...growing, stage: 1 }), {
    stage: 1,
    incumbent: null,
    canary: 2,
  })
})

test('slow incumbents that one token makes up hide no canary that is slow', () => {
  const { traffic, look } = world(
    1,
    rolloutOf({ ...failuresRollout.settings, signals: { ...failuresRollout.settings.signals, slow: 0.3 } }),
  )
  // Users come again, and the stage is older than its warm-up.
  traffic(3000, (canary, i) => {
    const seen = { unit: canary ? `c${i % 120}` : `i${i % 1080}` }
    const receivedAt = i * 1000
    return i % 10 === 0
      ? { ...seen, by: 'liar', content: { receivedAt, latencyMs: canary ? 100 : 86_400_000 } }
      : { ...seen, by: 'app', content: { receivedAt, latencyMs: (canary ? 400 : 100) + (i % 97) } }
  })
  const { decision, words } = look()
  assert.deepEqual(decision, { do: 'rollBack', why: 'evidence' })
  assert.match(words, /slow/)
})

test('a token that has taken the place of another one need not wait until it has reported as much', () => {
  const { traffic, look } = world()
  traffic(6000, (_, i) => ({ by: 'before', error: i % 100 === 0 }))
  traffic(1240, (canary) => ({ by: 'after', error: canary }))
  assert.deepEqual(look().decision, { do: 'rollBack', why: 'evidence' })
  const lying = world()
  lying.traffic(6000, (_, i) => ({ by: 'app', error: i % 100 === 0 }))
  // Beside one that reports a seventh of the requests it needs not be silent.
  lying.traffic(740, (canary, i) => (i % 7 === 0 ? { by: 'app' } : { by: 'liar', error: canary }))
  assert.notEqual(lying.look().decision.do, 'rollBack')
})

test('so many tokens are told apart, and what later ones say counts as one', () => {
  const { traffic, evidence } = world()
  traffic(2000, (_, i) => ({ by: `app-${i % 40}` }))
  assert.equal(evidence.testimony.length, 17)
  assert.equal(evidence.testimony.at(-1)?.tokenId, 'others')
  const users = evidence.testimony.reduce((sum, one) => sum + one.users.incumbent + one.users.canary, 0)
  assert.equal(users, 2000)
  assert.ok(JSON.stringify(evidence).length < 100_000)
})
