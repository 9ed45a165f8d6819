import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import { newEvidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import type { LogEntry } from '../../../../src/records/outcome.ts'
import type { Rollout } from '../../../../src/records/rollout/rollout.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { logMixture, mergeLogWealth, scoreDrops, seededRandom } from '../../../../src/stats/index.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, rolloutOf, watched } from '../../../support/rollout/rollout-entries.ts'

const hour = 3_600_000
const settings = (more: Record<string, unknown> = {}) =>
  rolloutSettingsSchema.parse({ stages: [{ percent: 50, soak: '1h' }], patience: '10h', ...more })
const even = rolloutOf(settings())

interface Told {
  score?: number
  error?: boolean
  costUsd?: number
}

/** Between visits. Whether requests are slow is told of a whole window before the present one where nobody comes twice. */
const everyMs = 10_000

/** Users who come once each, half of them to the canary; what they meet depends on their arm. */
function visits(count: number, tell: (canary: boolean, i: number) => Told): LogEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const canary = i % 2 === 0
    const user = { id: `u${i}`, position: canary ? 100 : 900_000 }
    const place = { user, canary, stage: 0, at: i * everyMs }
    const { score, error = false, costUsd = null } = tell(canary, i)
    const request = entryOf(place, { kind: 'request', error: error ? 'failed' : null, costUsd, latencyMs: 100 })
    return score === undefined ? [request] : [request, entryOf(place, { kind: 'score', score })]
  }).flat()
}

const assessed = (log: LogEntry[], rollout: Rollout = even, now = 9 * hour) =>
  assess(replayed(rollout, log).evidence, rollout, now, watched(rollout, now))
const wave = (i: number) => ((i * 7) % 11) / 110

test('a canary that scores much less is rolled back, and the words say by what', () => {
  const found = assessed(visits(200, (canary, i) => ({ score: (canary ? 0.5 : 0.85) + wave(i) })))
  assert.deepEqual(found.decision, { do: 'rollBack', why: 'evidence' })
  assert.match(
    found.words,
    /worse by the judged score \(down 0\.3\d+\): it is rolled back.*5 % of all cases.*100 users by the canary/,
  )
  assert.ok(found.anytimeP <= 0.05 && found.logE >= found.threshold)
  assert.ok(found.interval && found.interval.high < 0)
})

test('of what nobody has seen nothing is said to be well', () => {
  assert.match(assessed([], even, 1000).words, /^Nothing is known of the canary yet\. Seen: 0 requests of 0 users/)
  const unscored = assessed(
    visits(40, () => ({})),
    even,
    1000,
  ).words
  assert.match(unscored, /^Nothing speaks against the canary so far\. Not known yet: the judged score/)
})

test('the words tell the same figures as the table beside them, which are those of the present stage', () => {
  const stages = [
    { percent: 50, soak: '1h' },
    { percent: 55, soak: '1h' },
  ]
  const log = Array.from({ length: 300 }, (_, i) => {
    const [canary, stage] = [i % 2 === 0, i < 200 ? 0 : 1]
    const place = { user: { id: `u${i}`, position: canary ? 100 : 900_000 }, canary, stage, at: i * everyMs }
    const score = (canary ? 0.9 - 0.4 * stage : 0.8) + wave(i)
    return [entryOf(place, { kind: 'request' }), entryOf(place, { kind: 'score', score })]
  }).flat()
  const rollout = { ...rolloutOf(settings({ stages })), stage: 1, enteredAt: [0, 200 * everyMs] }
  const { words, figures, canary, incumbent } = assessed(log, rollout)
  const shown = figures.signals.find(({ signal }) => signal === 'score')?.difference?.value ?? 0
  assert.ok(
    Math.abs(shown - ((canary.meanScore ?? 0) - (incumbent.meanScore ?? 0))) > 0.1,
    'of all stages it is another',
  )
  assert.ok(words.includes(`the judged score (down ${(-shown).toFixed(3)})`), `${words} beside ${shown}`)
})

test('a canary that fails more is rolled back, and as long as the rise is below the floor it is not', () => {
  const log = visits(400, (canary, i) => ({ error: canary && i % 10 === 0 }))
  assert.deepEqual(assessed(log).decision, { do: 'rollBack', why: 'evidence' })
  assert.match(assessed(log).words, /rate of errors \(up 20\.00 points\)/)
  const tolerant = rolloutOf(settings({ flagFloor: 0.25 }))
  assert.notDeepEqual(assessed(log, tolerant).decision, { do: 'rollBack', why: 'evidence' })
})

test('a canary that is as good is promoted once that is proven, for every signal', () => {
  const good = assessed(visits(3000, (_, i) => ({ score: 0.8 + wave(i) })))
  assert.deepEqual(good.decision, { do: 'promote', strength: 'strong' })
  const unjudged = assessed(visits(3000, () => ({})))
  assert.deepEqual(unjudged.decision, { do: 'hold', why: 'insufficientData' })
  assert.match(unjudged.words, /0 of 20 judged users of the canary/)
  const worse = assessed(visits(3000, (canary, i) => ({ score: (canary ? 0.75 : 0.8) + wave(i) })))
  assert.notDeepEqual(worse.decision, { do: 'promote', strength: 'strong' })
})

test('nothing seen is insufficient data, with every number unknown and none of them 0', () => {
  const { decision, canary, signals, interval, anytimeP } = assess(
    newEvidence(even),
    even,
    1000 * hour,
    watched(even, 1000 * hour),
  )
  assert.deepEqual(decision, { do: 'hold', why: 'insufficientData' })
  const { requests, users, judged, ...rates } = canary
  assert.deepEqual([requests, users, judged, anytimeP, interval], [0, 0, 0, 1, null])
  assert.ok(Object.values(rates).every((rate) => rate === null))
  assert.ok(signals.every(({ logE, logENonInferior, difference }) => !logE && !logENonInferior && difference === null))
})

test('without an incumbent to compare with nothing is decided', () => {
  const log = visits(2000, (_, i) => ({ score: 0.8 + wave(i) })).filter(({ arm }) => arm === 'canary')
  const { decision, mismatch } = assessed(log)
  assert.deepEqual(decision, { do: 'hold', why: 'sampleRatioMismatch' })
  assert.ok(mismatch.blocked && mismatch.logBayesFactor > 100)
  const few = assessed(log.slice(0, 20))
  assert.deepEqual(few.decision, { do: 'hold', why: 'insufficientData' })
})

test('swapped or made-up arms freeze the decision, and say so', () => {
  const swap = (entry: LogEntry): LogEntry => ({
    ...entry,
    arm: entry.arm === 'canary' ? 'incumbent' : 'canary',
    version: entry.version === even.canary ? even.incumbent : even.canary,
  })
  const bad = visits(400, (canary, i) => ({ score: (canary ? 0.3 : 0.8) + wave(i) })).map(swap)
  const { decision, mismatch, words, logE } = assessed(bad)
  assert.deepEqual(decision, { do: 'hold', why: 'sampleRatioMismatch' })
  assert.equal(mismatch.wrongArms, 800)
  assert.match(words, /800 requests named an arm/)
  assert.equal(logE, 0)
  const good = visits(2000, (_, i) => ({ score: 0.8 + wave(i) }))
  assert.equal(assessed([...good, ...bad.slice(0, 9)]).mismatch.blocked, false)
})

test('an arm that is judged more often than the sampling says is no witness, but errors are', () => {
  const told = (error: boolean) =>
    visits(1200, (canary, i) => ({
      error: error && canary && i % 5 === 0,
      ...((!canary || i % 10 === 0) && { score: (canary ? 0.7 : 0.8) + wave(i) }),
    }))
  const silent = assessed(told(false), rolloutOf(settings({ signals: { score: 0.0001 } })))
  assert.deepEqual(silent.decision, { do: 'hold', why: 'sampleRatioMismatch' })
  assert.ok(silent.alerts.some(({ code }) => code === 'uneven-judging'))
  assert.deepEqual(assessed(told(true)).decision, { do: 'rollBack', why: 'evidence' })
})

test('a canary that costs twice as much is an alert and no reason to roll back', () => {
  const found = assessed(visits(2000, (canary, i) => ({ score: 0.8 + wave(i), costUsd: canary ? 0.04 : 0.02 })))
  assert.ok(found.alerts.some(({ code }) => code === 'cost'))
  assert.deepEqual(found.decision, { do: 'promote', strength: 'strong' })
  const same = assessed(visits(2000, (_, i) => ({ score: 0.8 + wave(i), costUsd: 0.02 })))
  assert.deepEqual(same.alerts, [])
})

test('when scores stop coming the canary is held and says so; when they come again it goes on', () => {
  const judged = visits(1000, (_, i) => ({ score: 0.8 + wave(i) }))
  const silent = visits(3000, () => ({})).map((entry) => ({
    ...entry,
    receivedAt: 9 * hour,
    unit: `late-${entry.unit}`,
  }))
  const found = assessed([...judged, ...silent], even, 9 * hour)
  assert.deepEqual(found.decision, { do: 'hold', why: 'insufficientData' })
  assert.match(found.words, /judged scores have stopped coming/)
  assert.ok(found.alerts.some(({ code }) => code === 'no-scores'))
  const again = judged.map((entry) => ({ ...entry, receivedAt: 9 * hour, unit: `back-${entry.unit}` }))
  assert.deepEqual(assessed([...judged, ...silent, ...again], even, 9 * hour).decision, {
    do: 'promote',
    strength: 'strong',
  })
})

test('what users say decides only where it has a weight', () => {
  const log = visits(400, () => ({})).map((entry, i): LogEntry => {
    const canary = entry.arm === 'canary'
    const user = { id: entry.unit ?? '', position: entry.position ?? 0 }
    return entryOf({ user, canary, stage: 0, at: i }, { kind: 'feedback', score: canary && i % 4 === 0 ? 0 : 1 })
  })
  assert.equal(assessed(log).decision.do, 'hold')
  const heard = rolloutOf(settings({ signals: { score: 0.3, feedback: 0.1 } }))
  assert.deepEqual(assessed(log, heard).decision, { do: 'rollBack', why: 'evidence' })
  assert.match(assessed(log, heard).words, /what users say \(down 0\.5/)
})

test('late damage is seen though all went well before: the bets begin anew with each stage', () => {
  const stages = [
    { percent: 50, soak: '1h' },
    { percent: 55, soak: '1h' },
  ]
  const place = (i: number, stage: number) => {
    const canary = i % 2 === 0
    const user = { id: `${stage}-${i}`, position: canary ? 100 : 900_000 }
    return { user, canary, stage, at: i * 1000 }
  }
  const log = [0, 1].flatMap((stage) =>
    Array.from({ length: stage ? 80 : 2000 }, (_, i) => {
      const spot = place(i, stage)
      return entryOf(spot, { kind: 'score', score: (spot.canary ? (stage ? 0.5 : 0.9) : 0.8) + wave(i) })
    }),
  )
  const { evidence } = replayed(rolloutOf(settings({ stages })), log)
  assert.ok(evidence.peak > -Math.log(0.05))
  const sinceStart = mergeLogWealth(evidence.sums.score.drop[0] ?? [], evidence.sums.score.drop[1] ?? [])
  assert.ok(logMixture(scoreDrops.weights, sinceStart) < 0, 'without the restart it would not be seen')
})

test('canary answers that are never judged do not make the incumbents witnesses against it', () => {
  const shares = [0, 0.5]
  for (const judged of shares) {
    for (const level of [0.2, 0.8]) {
      for (let seed = 0; seed < 40; seed += 1) {
        const random = seededRandom(seed)
        const log = visits(400, (canary) => {
          const score = Math.min(1, Math.max(0, level + 0.2 * random.normal()))
          return canary && random.uniform() >= judged ? {} : { score }
        })
        const { decision, anytimeP } = assessed(log)
        assert.deepEqual(decision, { do: 'hold', why: 'sampleRatioMismatch' }, `${judged} ${level} ${seed}`)
        assert.ok(anytimeP > 0.05)
      }
    }
  }
})

test('an arm that is judged more often, as the sampling says, is neither suspect nor favoured', () => {
  const log = visits(2000, (canary, i) => (canary && i % 4 ? {} : { score: 0.8 + wave(i) })).map(
    (entry): LogEntry =>
      entry.kind === 'score'
        ? {
            ...entry,
            ...(entry.arm === 'canary' ? { sampled: 0.5, sampledOther: 1 } : { sampled: 1, sampledOther: 0.5 }),
          }
        : entry,
  )
  const { decision, mismatch, alerts } = assessed(log)
  assert.deepEqual([decision, mismatch.blocked, alerts], [{ do: 'promote', strength: 'strong' }, false, []])
  const unsaid = log.map(
    (entry): LogEntry => (entry.kind === 'score' ? { ...entry, sampled: 1, sampledOther: 1 } : entry),
  )
  assert.equal(assessed(unsaid).mismatch.blocked, true)
})

test('what an old judge proved is no proof by a new one', () => {
  const judged = visits(2000, (_, i) => ({ score: 0.8 + wave(i) }))
  assert.deepEqual(assessed(judged).decision, { do: 'promote', strength: 'strong' })
  const anew = visits(30, (_, i) => ({ score: 0.8 + wave(i) })).map(
    (entry): LogEntry =>
      ({ ...entry, unit: `new-${entry.unit}`, ...(entry.kind === 'score' && { judgeId: 'judge-2' }) }) as LogEntry,
  )
  assert.deepEqual(assessed([...judged, ...anew]).decision, { do: 'continue' })
})
