import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterQuietHours } from '../../../../src/control/release/quiet-hours.ts'
import { assess, type StageProgress } from '../../../../src/control/rollout/assessment/assess.ts'
import type { Assessment } from '../../../../src/control/rollout/assessment/assessment.ts'
import { waitingLines } from '../../../../src/control/words/figures-text.ts'
import type { LogEntry } from '../../../../src/records/outcome.ts'
import type { Rollout } from '../../../../src/records/rollout/rollout.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { type Random, seededRandom } from '../../../../src/stats/index.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, rolloutOf, watched } from '../../../support/rollout/rollout-entries.ts'

const hour = 3_600_000

interface World {
  users: number
  /** Parts of the requests of an arm whose latency is known, and that are judged. */
  timed: { canary: number; incumbent: number }
  judged: { canary: number; incumbent: number }
  /** Part of the requests that come from a token that confuses the arms. */
  confused: number
  /** From this part of the time on nothing is judged any more. */
  judgedUntil: number
}

const fair: World = {
  users: 4000,
  ...{ timed: { canary: 1, incumbent: 1 }, judged: { canary: 1, incumbent: 1 } },
  ...{ confused: 0, judgedUntil: 1 },
}

/** Users who come once each within `during` ms, half of them to the canary, which is as good. */
function logOf(world: World, random: Random, { stage, during }: { stage: number; during: number }): LogEntry[] {
  return Array.from({ length: world.users }, (_, i) => {
    const canary = i % 2 === 0
    const arm = canary ? 'canary' : 'incumbent'
    const isConfused = random.uniform() < world.confused
    const at = (i / world.users) * during
    const place = { user: { id: `u${i}`, position: canary !== isConfused ? 100 : 900_000 }, canary, stage, at }
    const latencyMs = random.uniform() < world.timed[arm] ? 500 + 100 * random.uniform() : null
    const request = entryOf(place, {
      kind: 'request',
      latencyMs,
      captured: true,
      ...(isConfused && { tokenId: 'confused' }),
    })
    if (isConfused || random.uniform() >= world.judged[arm] || i / world.users >= world.judgedUntil) return [request]
    return [request, entryOf(place, { kind: 'score', score: 0.75 + 0.1 * random.uniform() })]
  }).flat()
}

const settingsOf = (given: object) =>
  rolloutSettingsSchema.parse({
    stages: [{ percent: 50, soak: '1h' }],
    signals: { score: 0.6, errors: 0.4, slow: 0, safety: 0 },
    ...given,
  })

function assessed(world: Partial<World>, given: object = {}, { now = 2 * hour, ...course }: Course = {}) {
  const rollout = rolloutOf(settingsOf(given))
  const log = logOf({ ...fair, ...world }, seededRandom(7), { stage: 0, during: now })
  return assess(replayed(rollout, log).evidence, rollout, now, { ...watched(rollout, now), ...course })
}
type Course = Partial<StageProgress> & { now?: number }

const missingOf = ({ figures }: Assessment) =>
  figures.missing.map(({ what, has, needed }) => `${has} of ${needed} ${what}`)

/** Worlds in each of which one thing is lacking whose time no rate tells. */
const lacking: [string, Partial<World>, object, Course, RegExp, RegExp][] = [
  [
    'requests that are left out',
    { confused: 0.2 },
    {},
    {},
    /^3\d\d\d of 3600 requests of tokens whose arms match$/,
    /of the requests are left out/,
  ],
  [
    'an arm that is judged less',
    { judged: { canary: 0.9, incumbent: 1 } },
    {},
    {},
    /^1\d\d\d of 1\d\d\d judged requests of the canary$/,
    /fewer requests of the canary than of the other/,
  ],
  [
    'latencies of one arm',
    { timed: { canary: 1, incumbent: 0.5 } },
    { signals: { score: 0, errors: 0.5, slow: 0.5, safety: 0 } },
    {},
    /^1\d\d\d of 1900 requests of the incumbent with a known latency$/,
    /the latency is known of 100 % of the canary's requests/,
  ],
  [
    'scores that have stopped coming',
    { judgedUntil: 0.04, users: 40_000 },
    {},
    { now: 20 * hour },
    /^0 of 1 judged scores since they stopped$/,
    /judged scores have stopped coming/,
  ],
  [
    'a judge that fails',
    {},
    {},
    { judge: { failingSince: 0, failures: 5, code: 'timeout' } },
    /^0 of 1 judged scores since the judge failed$/,
    /The judge has failed 5 times in a row/,
  ],
]

for (const [name, world, given, course, listed, told] of lacking)
  test(`what keeps a rollout in its stage is listed, and no time is said: ${name}`, () => {
    const one = assessed(world, given, course)
    assert.deepEqual(one.decision, { do: 'hold', why: 'insufficientData' })
    assert.match(one.words, told)
    assert.ok(
      missingOf(one).some((text) => listed.test(text)),
      missingOf(one).join(', '),
    )
    assert.equal(one.figures.nextStepAt, null)
  })

test('users of both arms are counted, and expected by the rate so far', () => {
  const few = assessed({ users: 30 })
  assert.deepEqual(missingOf(few).slice(0, 4), [
    '15 of 100 users of the canary',
    '15 of 20 users of the incumbent',
    '15 of 20 judged users of the canary',
    '15 of 20 judged users of the incumbent',
  ])
  assert.match(few.words, /15 of 20 users of the incumbent, 15 of 20 judged users of the canary/)
  const hours = few.figures.missing.map(({ expectedAt }) => Number(expectedAt) / hour)
  assert.deepEqual(
    hours.slice(0, 4).map((at) => at.toFixed(2)),
    ['13.33', '2.67', '2.67', '2.67'],
  )
  const slow = assessed({ users: 30 }, { signals: { score: 0, errors: 0.5, slow: 0.5, safety: 0 } })
  assert.ok(missingOf(slow).some((text) => /^\d+ of 20 requests of the canary with a comparable latency$/.test(text)))
})

test('no time is said where it takes more than data: a person, a pause, arms that do not match, outcomes that stay away', () => {
  const known = assessed({}).figures
  assert.deepEqual([known.missing, known.nextStepAt], [[], 2 * hour])
  const rollout = rolloutOf(settingsOf({}))
  const { evidence } = replayed(rollout, logOf(fair, seededRandom(7), { stage: 0, during: 2 * hour }))
  const paused: Rollout = { ...rollout, status: 'paused', pausedAt: hour }
  const frozen = assessed({ confused: 0.7 })
  assert.deepEqual(frozen.decision, { do: 'hold', why: 'sampleRatioMismatch' })
  const silent = { stage: 0, soakedMs: hour / 2, counting: false, heardAt: hour }
  const found = [
    assess(evidence, paused, 2 * hour, watched(paused, 2 * hour)),
    assessed({}, { advance: 'manual' }),
    frozen,
    assessed({}, {}, { soak: silent }),
  ]
  assert.deepEqual(
    found.map(({ figures }) => figures.nextStepAt),
    [null, null, null, null],
  )
  assert.deepEqual(missingOf(found[3] as Assessment), ['1800000 of 3600000 watched time'])
  const { figures } = assessed({}, { advance: 'manual' }, { soak: { ...silent, counting: true } })
  const lines = waitingLines(figures, { onUndecided: 'weakPromote', judges: true, now: 2 * hour })
  assert.deepEqual(lines, ['still missing: watched time 30 min of 1 h; when it goes on is not known'])
})

test('where everybody has the canary, no rate tells when data to compare with come', () => {
  const rollout = rolloutOf(
    settingsOf({
      stages: [
        { percent: 50, soak: '1h' },
        { percent: 100, soak: '1h' },
      ],
    }),
  )
  const all = { ...rollout, stage: 1, enteredAt: [0, hour] }
  const { evidence } = replayed(rollout, logOf({ ...fair, users: 30 }, seededRandom(7), { stage: 0, during: hour }))
  const { missing } = assess(evidence, all, 2 * hour, watched(all, 2 * hour)).figures
  const known = missing.filter(({ expectedAt }) => expectedAt !== null).map(({ what }) => what)
  assert.deepEqual([missing.length > 3, known], [true, ['users of the canary']])
})

test('the next step waits for the end of the quiet hours', () => {
  const { decision, figures } = assessed({}, { quietHours: ['01:00-06:30'] })
  assert.deepEqual([decision.do, figures.nextStepAt], ['continue', 6.5 * hour])
  assert.equal(afterQuietHours(['22:00-06:00'], 23.5 * hour), 30 * hour)
  assert.equal(afterQuietHours(['22:00-06:00'], 7.123 * hour), 7.123 * hour)
  assert.equal(afterQuietHours(['00:00-12:00', '12:00-00:00'], hour), null)
})

test('patience is told where evidence is asked, and where not nothing ends with it', () => {
  assert.equal(assessed({}).figures.patienceEndsAt, 96 * hour)
  for (const advance of ['soak', 'manual'])
    assert.equal(assessed({}, { advance }).figures.patienceEndsAt, null, advance)
})

/** A rollout in any stage and mode, with data of any kind that is too little or uneven now and then. */
function randomAssessment(random: Random) {
  const pick = <T>(...from: T[]): T => from[Math.floor(random.uniform() * from.length)] as T
  const now = pick(0.5, 2, 20, 100) * hour
  const stage = pick(0, 1)
  const rollout: Rollout = {
    ...rolloutOf(
      settingsOf({
        stages: [
          { percent: 50, soak: '1h' },
          { percent: pick(55, 100), soak: '1h' },
        ],
        signals: { score: pick(0, 0.5), errors: 0.3, slow: pick(0, 0.2), safety: 0 },
        ...{ advance: pick('evidence', 'evidence', 'soak', 'manual'), minUsers: pick(1, 10, 100, 1000) },
        ...{ margin: pick(0.05, 0.3), flagMargin: pick(0.01, 0.2), onUndecided: pick('weakPromote', 'hold') },
      }),
    ),
    ...{ stage, enteredAt: stage === 0 ? [0] : [0, 0], hold: pick(null, 'insufficientData') },
    ...(pick(true, true, true, false) ? {} : { status: 'paused', pausedAt: now }),
  }
  const part = () => pick(1, 1, 1, 0.5, 0)
  const world: World = {
    ...{ users: pick(0, 10, 60, 400, 2000), confused: pick(0, 0, 0, 0.05, 0.2, 0.6) },
    ...{ timed: { canary: part(), incumbent: part() }, judged: { canary: part(), incumbent: part() } },
    judgedUntil: pick(1, 1, 0.1),
  }
  const soakedMs = pick(1, 1, 0.3, 0) * now
  const course: StageProgress = {
    soak: { stage, soakedMs, counting: pick(true, true, false), heardAt: now },
    heldSince: null,
    ...(pick(true, true, true, false) ? {} : { judge: { failingSince: 0, failures: 5, code: 'timeout' } }),
  }
  const log = logOf(world, random, { stage: pick(0, stage), during: now })
  return { assessment: assess(replayed(rollout, log).evidence, rollout, now, course), rollout, now }
}

test('what is missing is empty exactly where the decision goes on, and a time is said only where all of it has one', () => {
  const seen = { goesOn: 0, held: 0, timed: 0 }
  for (let seed = 1; seed <= 200; seed += 1) {
    const { assessment, rollout, now } = randomAssessment(seededRandom(seed))
    const { decision, figures, mismatch, accuser } = assessment
    const { missing, nextStepAt } = figures
    const about = `seed ${seed}: ${JSON.stringify({ decision, missing, nextStepAt, words: assessment.words })}`
    for (const { has, needed } of missing) assert.ok(has < needed, about)
    const goesOn = decision.do === 'advance' || (decision.do === 'promote' && decision.strength !== 'weak')
    const isFree = rollout.status === 'running' && rollout.settings.advance !== 'manual'
    const isClear = isFree && !mismatch.blocked && accuser === null && decision.do !== 'rollBack'
    if (isClear) assert.equal(missing.length === 0, goesOn, about)
    if (decision.do === 'hold' && decision.why === 'insufficientData') assert.ok(missing.length > 0, about)
    if (missing.some(({ expectedAt }) => expectedAt === null) || !isFree) assert.equal(nextStepAt, null, about)
    assert.equal(nextStepAt === now, goesOn, about)
    seen.goesOn += Number(goesOn)
    seen.held += Number(decision.do === 'hold' && decision.why === 'insufficientData')
    seen.timed += Number(nextStepAt !== null && nextStepAt > now)
  }
  for (const [what, times] of Object.entries(seen)) assert.ok(times >= 5, `${what}: ${times} of 200`)
})
