import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rolloutAnswer } from '../../../../src/control/remote/answers.ts'
import { rolloutLine, rolloutText } from '../../../../src/control/remote/rollout-text.ts'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import { highestOf } from '../../../../src/control/rollout/assessment/figures.ts'
import { endedTone } from '../../../../src/control/server/pages/overview-rows.ts'
import { rolloutView, rolloutViewOf } from '../../../../src/control/server/rollouts/rollout-view.ts'
import { figuresLines, judgingLine, waitingLines } from '../../../../src/control/words/figures-text.ts'
import { stateText } from '../../../../src/control/words/rollout-state-text.ts'
import type { LogEntry } from '../../../../src/records/outcome.ts'
import { defaultRolloutSettings, rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, rolloutOf, watched } from '../../../support/rollout/rollout-entries.ts'

const hour = 3_600_000
const rollout = rolloutOf(
  rolloutSettingsSchema.parse({
    stages: [{ percent: 50, soak: '4h' }],
    signals: { score: 0.6, errors: 0.3, slow: 0, safety: 0 },
  }),
)

/** Users who come once each; the canary's first ones score less. */
function visits(count: number): LogEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const canary = i % 2 === 0
    const place = { user: { id: `u${i}`, position: canary ? 100 : 900_000 }, canary, stage: 0, at: i * 1000 }
    const error = canary && i % 20 === 0 ? 'failed' : null
    const score = (i % 4 < 2 ? 0.7 : 0.9) - (canary ? 0.02 : 0)
    return [entryOf(place, { kind: 'request', error, latencyMs: 9 }), entryOf(place, { kind: 'score', score })]
  }).flat()
}

const seen = (count: number, now: number, highest = {}) =>
  assess(replayed(rollout, visits(count)).evidence, rollout, now, { ...watched(rollout, now), highest })

test('the numbers say what was measured, with one interval for each mean', () => {
  const { figures } = seen(80, 2 * hour)
  const [score, errors] = figures.signals
  assert.ok(score?.canary && score.incumbent && score.difference && errors?.difference)
  assert.deepEqual([score.canary.value.toFixed(3), score.canary.count, score.margin], ['0.780', 40, 0.05])
  assert.equal(score.difference.value.toFixed(3), '-0.020')
  // Two arms of 40 scores with a deviation of .1, and one more in each that is the worst of the canary's and the best of the incumbent's.
  const halfWidth = 1.96 * Math.hypot(0.1 / Math.sqrt(39), 0.1 / Math.sqrt(39), 0.78 / 40, 0.2 / 40)
  assert.ok(Math.abs((score.difference.high ?? 0) - score.difference.value - halfWidth) < 1e-3)
  assert.deepEqual([errors.canary?.value, errors.incumbent?.value], [0.1, 0])
  assert.deepEqual(figures.users, { incumbent: 40, canary: 40 })
  assert.deepEqual(figures.judged.canary, { users: 40, answers: 40 })
})

test('what is missing is counted, and expected by the rate so far', () => {
  const { figures } = seen(80, 2 * hour)
  const of = (what: string) => figures.missing.find((one) => one.what === what)
  assert.deepEqual(of('users of the canary'), {
    ...{ what: 'users of the canary', has: 40, needed: 100, unit: 'users' },
    expectedAt: 5 * hour,
  })
  assert.deepEqual(of('watched time')?.expectedAt, 4 * hour)
  assert.equal(of('score')?.needed, 20)
  assert.equal(figures.patienceEndsAt, 96 * hour)
  const { nextStepAt, missing } = figures
  const latest = missing.map(({ expectedAt }) => expectedAt)
  assert.equal(nextStepAt, latest.includes(null) ? null : Math.max(...latest.map(Number)))
})

test('nothing measured is null, nowhere 0, and gives no time', () => {
  const { figures } = assess(replayed(rollout, []).evidence, rollout, hour, watched(rollout, hour))
  assert.deepEqual(figures.signals[0], {
    ...{ signal: 'score', incumbent: null, canary: null, difference: null, margin: 0.05, against: null },
    ...{ highest: null, proof: null },
  })
  assert.equal(figures.nextStepAt, null)
})

test('of an arm with few requests what was counted is shown, without an interval or a difference', () => {
  const [score, errors] = seen(6, hour).figures.signals
  assert.deepEqual(errors?.canary, { value: 1 / 3, low: null, high: null, count: 3 })
  assert.deepEqual(errors.incumbent, { value: 0, low: null, high: null, count: 3 })
  assert.deepEqual([score?.canary?.count, score?.canary?.low], [3, null])
  assert.deepEqual([errors.difference, score?.difference], [null, null])
})

test('evidence is remembered at its highest, with the time of the look', () => {
  const before = seen(80, 2 * hour).figures
  const past = { ...highestOf(before), errors: { eValue: 900, at: hour } }
  const now = seen(82, 3 * hour, past).figures
  assert.deepEqual(now.signals[1]?.highest, { eValue: 900, at: hour })
  assert.ok((now.signals[0]?.highest?.eValue ?? 0) >= (before.signals[0]?.highest?.eValue ?? 0))
})

test('the status prints the numbers within 80 columns', () => {
  const now = 2 * hour
  const reporters = { areShown: true, areAllShown: true, names: new Map() }
  const view = rolloutViewOf(rollout, seen(80, now), { names: [], reporters })
  const judging = { spentTodayUsd: 1.2, budgetUsdPerDay: 5, judges: true, stoppedAt: null }
  const answer = rolloutAnswer.parse(
    JSON.parse(JSON.stringify(rolloutView.parse({ ...view, judging, assessedAt: now }))),
  )
  const text = rolloutText(answer, [], now, 'https://sluice.example.com/rollouts/r1')
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
  assert.match(text, / score +0\.780 +0\.80\d +-0\.020 ±0\.05\d +0\.050 +[\d.]+ +[\d.]+ of 20/)
  assert.match(
    text,
    /still missing: watched time .*40 of 100\s+users\s+of\s+the\s+canary, proof\s+of\s+the\s+judged\s+score/s,
  )
  assert.match(text, /evidence against it: [\d.]+ of the 20 that .*; highest\s+so\s+far\s+[\d.]+, 1 Jan 02:00Z/s)
  assert.match(text, /\n {2}page: https:\/\/sluice\.example\.com\/rollouts\/r1\n$/)
  assert.match(text, /patience ends 5 Jan 00:00Z, then it is promoted weakly if it qualifies/)
  assert.match(text, /judging: 1\.20 USD of 5\.00 USD today/)
  assert.match(
    rolloutLine(answer, [], now),
    /^rollout r1 of bbbbbbbbbbbb: running; stage 1 of 1, .*; evidence against it: [\d.]+ of the 20 that roll it back, highest so far [\d.]+, 1 Jan 02:00Z/,
  )
  const { assessment } = answer
  assert.ok(assessment?.figures)
  const expected = {
    ...answer,
    assessment: { ...assessment, figures: { ...assessment.figures, nextStepAt: 3 * hour } },
  }
  assert.match(
    rolloutLine(expected, [], now),
    /; promotion expected 1 Jan 03:00Z(; not watched: .*)?$/,
    'after the last stage',
  )
  const stages = [{ ppm: 10_000, soakMs: hour }, ...answer.settings.stages]
  const early = { ...expected, settings: { ...answer.settings, stages } }
  assert.match(rolloutLine(early, [], now), /; next stage expected 1 Jan 03:00Z(; not watched: .*)?$/)
  const overdue = { ...expected.assessment.figures, patienceEndsAt: now }
  const stale = [
    { ...expected, status: 'paused' },
    { ...expected, assessedAt: now - hour },
    { ...expected, assessedAt: undefined },
    { ...early, stage: 1 },
    { ...expected, assessment: { ...assessment, figures: overdue } },
  ]
  for (const one of stale) assert.doesNotMatch(rolloutLine(one, [], now), /expected/)
})

/** Users of a token who come once each, in every second second; `fails` says which requests do. */
function requests(
  count: number,
  fails: (canary: boolean, i: number) => boolean,
  tokenId = 'app',
  from = 0,
): LogEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const canary = i % 2 === 0
    const place = {
      user: { id: `${tokenId} ${i}`, position: canary ? 100 : 900_000 },
      canary,
      stage: 0,
      at: from + i * 100,
    }
    return entryOf(place, { kind: 'request', error: fails(canary, i) ? 'failed' : null, latencyMs: 9, tokenId })
  })
}

const onErrors = (stages: object[]) =>
  rolloutOf(rolloutSettingsSchema.parse({ stages, signals: { score: 0, errors: 1, slow: 0, safety: 0 } }))

test('what keeps a rollout in its stage is said as it is: proof, what rests on one source, what points to harm', () => {
  const last = onErrors([{ percent: 50, soak: '1h' }])
  const missing = (log: LogEntry[], of = last) => {
    const { figures } = assess(replayed(of, log).evidence, of, hour, watched(of, hour))
    const lines = waitingLines(figures, { onUndecided: 'hold', judges: undefined, now: hour })
    const proofs = figures.missing.filter(({ why }) => why === 'proof' || why === 'oneSource')
    for (const { has, needed } of proofs) assert.ok(has < needed, `${has} of ${needed} is not missing`)
    return { whys: figures.missing.map(({ what, why }) => [what, why]), text: lines.join(' ') }
  }
  const few = missing(requests(300, () => false))
  assert.deepEqual(few.whys, [['errors', 'proof']])
  assert.match(few.text, /^still missing: proof of the rate of errors [\d.]+ of 20; expected/)
  assert.deepEqual(missing(requests(6000, () => false)).whys, [])
  const lone = missing([...requests(6000, () => false), ...requests(100, () => false, 'small', 200_000)])
  assert.deepEqual(lone.whys, [['errors', 'oneSource']])
  assert.match(
    lone.text,
    /proof of the rate of errors that does not rest on one token, process or address; the rate so far/,
  )
  assert.doesNotMatch(lone.text, / of 20/, 'as much as is needed is not missing')
  const first = onErrors([
    { percent: 50, soak: '1h' },
    { percent: 60, soak: '1h' },
  ])
  const past = replayed(
    first,
    requests(6000, () => false),
  ).evidence
  const next = { ...first, stage: 1, enteredAt: [0, hour] }
  const { figures } = assess(past, next, hour + 1000, watched(next, hour + 1000))
  const [proof] = figures.missing.filter(({ why }) => why === 'proof')
  assert.deepEqual([proof?.has, proof?.needed], [1, 20], 'what an earlier stage has proven counts nothing in this one')
  const harmed = missing(
    requests(300, (canary, i) => canary && i % 20 === 0),
    first,
  )
  assert.deepEqual(harmed.whys, [['errors', 'harm']])
  assert.match(harmed.text, /^still missing: the rate of errors without a sign of harm; the rate so far/)
})

test('one token does not disagree with itself: that all of it is too early is said so', () => {
  const of = onErrors([{ percent: 50, soak: '1h' }])
  const early = assess(
    replayed(
      of,
      requests(60, (canary) => canary),
    ).evidence,
    of,
    7000,
    watched(of, 7000),
  )
  assert.equal(early.decision.do, 'continue')
  assert.match(
    early.words,
    /^There is enough evidence to roll the canary back\. But it comes from the very first requests/,
  )
  assert.doesNotMatch(early.words, /token/)
  assert.deepEqual(
    early.alerts.map(({ code }) => code),
    ['evidence'],
  )
})

test('where signals have no say, it is said what is not watched, before and after a proof', () => {
  const of = onErrors([{ percent: 50, soak: '1h' }])
  const { words, decision } = assess(
    replayed(
      of,
      requests(6000, () => false),
    ).evidence,
    of,
    hour,
    watched(of, hour),
  )
  assert.equal(decision.do, 'promote')
  assert.match(
    words,
    /it is promoted\. Quality, slowness, refusals and invalid answers are not watched\. Seen: 3,000 requests of 3,000 users by the canary, 3,000 of/,
  )
  const ended = { state: 'promoted', strength: 'strong', ending: null }
  assert.equal(
    stateText({ ...ended, settings: of.settings }),
    'promoted, proven but for quality, slowness, refusals and invalid answers, which were not watched',
  )
  const { signals: usual } = defaultRolloutSettings
  assert.equal(stateText({ ...ended, settings: { signals: usual } }), 'promoted, proven')
  assert.equal(
    stateText({ ...ended, settings: { signals: { ...usual, score: 0 } } }),
    'promoted, proven but for quality, which was not watched',
  )
})

test('a promotion for which nothing was compared is by time alone, in words, in its state and in its tone', () => {
  const signals = { score: 0, errors: 0, slow: 0, safety: 0 }
  const of = rolloutOf(rolloutSettingsSchema.parse({ stages: [{ percent: 50, soak: '1h' }], signals }))
  const failing = replayed(
    of,
    requests(6000, (canary) => canary),
  ).evidence
  const early = assess(failing, of, hour / 2, watched(of, hour / 2))
  const noneCompared =
    /^Nothing is compared, since no signal has a weight\. Quality, errors, slowness, refusals and invalid answers are/
  assert.match(early.words, noneCompared)
  const { decision, words } = assess(failing, of, hour, watched(of, hour))
  assert.deepEqual(decision, { do: 'promote', strength: 'time' })
  assert.match(
    words,
    /^The stage was watched for its soak time\. Since no signal has a weight nothing is compared: it is promoted by time alone\. Quality, errors, slowness, refusals and invalid answers are not watched\./,
  )
  const byTime = 'promoted by time alone (quality, errors, slowness, refusals and invalid answers were not watched)'
  // An earlier release stored a proof.
  for (const strength of ['time', 'strong'] as const) {
    const ended = { ...of, status: 'promoted', strength } as const
    assert.equal(stateText({ ...ended, state: 'promoted' }), byTime)
    assert.equal(endedTone(ended), 'watch')
  }
  assert.equal(endedTone({ ...rollout, status: 'promoted', strength: 'strong' }), 'good')
})

test('where nothing is judged, what only scores can end is said to end never, and no patience promotes it', () => {
  const { figures } = seen(80, 2 * hour)
  const text = (judges: boolean) =>
    waitingLines(figures, { onUndecided: 'weakPromote', judges, now: 2 * hour }).join('; ')
  assert.match(
    text(false),
    /; never by itself, since nothing is judged; patience ends .*, then it is held for a person$/,
  )
  assert.doesNotMatch(text(true), /never/)
  assert.equal(
    judgingLine({ spentTodayUsd: 0, budgetUsdPerDay: 5, judges: false }),
    'judging: nothing is judged now, so quality is not watched',
  )
})

test('without data of both arms the evidence is not known, though its number is 1', () => {
  const { figures } = assess(replayed(rollout, []).evidence, rollout, hour, watched(rollout, hour))
  const lines = figuresLines(figures, { isRunning: true, onUndecided: 'hold', judges: true, now: hour }).join(' ')
  assert.match(lines, /evidence against it: not known, no data of both arms yet/)
})
