import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import type { Assessment } from '../../../../src/control/rollout/assessment/assessment.ts'
import { canarySigns, quietTone, runningTone, type Watch } from '../../../../src/control/server/pages/canary-sign.ts'
import { waitingLines } from '../../../../src/control/words/figures-text.ts'
import type { LogEntry } from '../../../../src/records/outcome.ts'
import type { Rollout } from '../../../../src/records/rollout/rollout.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, rolloutOf, watched } from '../../../support/rollout/rollout-entries.ts'

const hour = 3_600_000
const none = { score: 0, errors: 0, slow: 0, safety: 0, feedback: 0 }
const half = { percent: 50, soak: '1h' }

const canaryWith = (signals: object, { stages = [half], ...more }: { stages?: object[]; advance?: string } = {}) =>
  rolloutOf(rolloutSettingsSchema.parse({ stages, signals: { ...none, ...signals }, ...more }))

const placeOf = (i: number, tokenId = 'app', from = 0) => {
  const canary = i % 2 === 0
  return { user: { id: `${tokenId} ${i}`, position: canary ? 100 : 900_000 }, canary, stage: 0, at: from + i * 100 }
}

/** Users of a token, every second of whom gets the canary, one request each. */
function requests(
  count: number,
  { tokenId = 'app', from = 0, fails = (_canary: boolean, _i: number): boolean => false } = {},
): LogEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const place = placeOf(i, tokenId, from)
    return entryOf(place, { kind: 'request', tokenId, error: fails(place.canary, i) ? 'failed' : null })
  })
}

const assessed = (rollout: Rollout, log: LogEntry[], now = hour): Assessment =>
  assess(replayed(rollout, log).evidence, rollout, now, watched(rollout, now))

const at = (now: number): Watch => ({ leader: 'web-1', recorded: { at: now, series: {} as never }, now })

/** All that pages say of it but for what has no weight: the marks of the state and the evidence, and each sign. */
function shown(rollout: Rollout, assessment: Assessment | null, watch = at(hour)) {
  const signs = canarySigns(rollout, assessment, watch).map(
    ({ tone, text }) => `${tone}: ${text.replace(/; not watched: .*$/, '')}`,
  )
  return { tone: runningTone(rollout, assessment, watch), quiet: quietTone(rollout, assessment, watch), signs }
}

const errorsAlone = canaryWith({ errors: 1 })
const proven = assessed(errorsAlone, requests(6000))
const good = { tone: 'good', quiet: 'good', signs: ['good: no evidence against it yet: 3,000 requests'] }

test('a canary is well once each signal that has a say is proven', () => {
  assert.equal(proven.decision.do, 'promote')
  assert.deepEqual(shown(errorsAlone, proven), good)
})

test('a canary of which proof is missing is open, with how far it has come', () => {
  const { tone, quiet, signs } = shown(errorsAlone, assessed(errorsAlone, requests(300)))
  assert.deepEqual([tone, quiet, signs.length], ['open', 'open', 1])
  assert.match(signs[0] ?? '', /^open: no evidence against it yet: 150 of about \d[\d,]* requests$/)
})

test('where one signal is proven and another was never seen, it is unknown, and both pages and status say so', () => {
  const rollout = canaryWith({ errors: 0.5, slow: 0.5 })
  const assessment = assessed(rollout, requests(8000), hour / 2)
  const slow = 'slow requests not looked at: no comparable latencies of both arms are known yet'
  assert.deepEqual(shown(rollout, assessment), { tone: 'unknown', quiet: 'unknown', signs: [`unknown: ${slow}`] })
  assert.match(assessment.words, /Not known yet: the rate of slow requests\./)
  const lines = waitingLines(assessment.figures, { onUndecided: 'hold', judges: false, now: hour })
  assert.match(lines[0] ?? '', /^still missing: watched time .*, anything about the rate of slow requests; /)
})

/** Users who come again and again. Of the requests of an arm this part tells its latency, or is judged. */
function returning(part: { canary: number; incumbent: number }, isJudged: boolean): LogEntry[] {
  return Array.from({ length: 12_000 }, (_, i) => {
    const { user, ...place } = placeOf(i)
    const isKnown = (i >> 1) % 10 < 10 * part[place.canary ? 'canary' : 'incumbent']
    const of = { ...place, user: { ...user, id: `u${i % 3000}` }, at: i * 1000 }
    const request = entryOf(of, { kind: 'request', latencyMs: isKnown ? 9 : null, captured: isJudged })
    return isKnown && isJudged ? [request, entryOf(of, { kind: 'score', score: 0.2 })] : [request]
  }).flat()
}

/** In the middle of a long stage. */
function ofReturning(signals: { score?: number; slow?: number }, part: { canary: number; incumbent: number }) {
  const now = 12_000_000
  const rollout = canaryWith({ errors: 0.5, ...signals }, { stages: [{ percent: 50, soak: '6h' }] })
  const assessment = assessed(rollout, returning(part, 'score' in signals), now)
  return { ...shown(rollout, assessment, at(now)), words: assessment.words.split(' Quality')[0] }
}

test('latencies that only one arm reports are none to compare', () => {
  const signals = { slow: 0.5 }
  assert.equal(ofReturning(signals, { canary: 1, incumbent: 1 }).tone, 'good')
  const { tone, signs, words } = ofReturning(signals, { canary: 0, incumbent: 1 })
  assert.equal(tone, 'unknown')
  assert.deepEqual(signs, ['unknown: slow requests not looked at: no comparable latencies of both arms are known yet'])
  assert.equal(words, 'Nothing speaks against the canary so far. Not known yet: the rate of slow requests.')
})

test('latencies or scores of which one arm lacks many prove nothing', () => {
  for (const signals of [{ slow: 0.5 }, { score: 0.5 }]) {
    const quietOf = (canary: number, incumbent: number) => ofReturning(signals, { canary, incumbent }).quiet
    const found = [quietOf(1, 1), quietOf(0.9, 0.9), quietOf(0.9, 1), quietOf(1, 0.9)]
    assert.deepEqual(found, ['good', 'good', 'open', 'open'], Object.keys(signals)[0])
  }
  const { quiet } = ofReturning({}, { canary: 0.9, incumbent: 1 })
  assert.equal(quiet, 'good', 'latencies that have no say are not asked for')
})

test('where a signal looks worse while another was never seen, both are said', () => {
  const rollout = canaryWith({ errors: 0.5, slow: 0.5 })
  const log = requests(8000, { fails: (canary, i) => i % 400 < (canary ? 4 : 2) })
  const { tone, signs } = shown(rollout, assessed(rollout, log))
  assert.equal(tone, 'unknown')
  assert.match(signs[0] ?? '', /^unknown: no verdict yet, more errors so far; slow requests not looked at/)
})

test('answers that nobody has judged are quality that was not looked at', () => {
  const rollout = canaryWith({ score: 0.5, errors: 0.5 })
  const { tone, quiet, signs } = shown(rollout, { ...assessed(rollout, requests(6000)), alerts: [] })
  assert.deepEqual([tone, quiet], ['unknown', 'unknown'])
  assert.deepEqual(signs, ['unknown: quality not looked at: no answers of both arms are judged yet'])
})

test('what users say has to be known where it has a say, and proves nothing', () => {
  const rollout = canaryWith({ errors: 0.5, feedback: 0.5 })
  const log = requests(6000)
  assert.deepEqual(shown(rollout, assessed(rollout, log)).signs, ['unknown: what users say: not known yet'])
  const liked = log.slice(0, 40).map((_, i) => entryOf(placeOf(i), { kind: 'feedback', score: 1 }))
  assert.deepEqual(shown(rollout, assessed(rollout, [...log, ...liked])), good)
  const alone = canaryWith({ feedback: 1 })
  const { tone, quiet } = shown(alone, assessed(alone, [...log, ...liked]))
  assert.deepEqual([tone, quiet], ['open', 'open'])
})

const flood = [...requests(6000), ...requests(100, { tokenId: 'small', from: 700_000 })]

test('the flood of one token does not make a canary well, in whatever stage and whatever leads on', () => {
  const last = shown(errorsAlone, assessed(errorsAlone, flood))
  const missing = 'proof of the rate of errors that does not rest on one token, process or address'
  assert.deepEqual([last.tone, last.quiet], ['open', 'open'])
  assert.deepEqual(last.signs, [`open: no evidence against it yet: 3,050 requests; still missing: ${missing}`])
  for (const rollout of [
    canaryWith({ errors: 1 }, { stages: [half, { percent: 60, soak: '1h' }] }),
    canaryWith({ errors: 1 }, { advance: 'soak' }),
    canaryWith({ errors: 1 }, { advance: 'manual' }),
  ]) {
    const assessment = assessed(rollout, flood)
    assert.deepEqual(
      assessment.figures.missing.filter(({ unit }) => unit === 'eValue'),
      [],
    )
    const { tone, quiet, signs } = shown(rollout, assessment)
    assert.deepEqual([tone, quiet], ['open', 'open'])
    assert.deepEqual(signs, ['open: no evidence against it yet: 3,050 requests'], 'more of the same proves nothing')
    assert.equal(shown(rollout, assessed(rollout, requests(6000))).tone, 'good')
  }
})

test('what an earlier stage has proven makes no canary well in the present one', () => {
  const first = canaryWith({ errors: 1 }, { stages: [50, 60, 70].map((percent) => ({ percent, soak: '1h' })) })
  const next = { ...first, stage: 1, enteredAt: [0, hour] }
  const { evidence } = replayed(first, requests(6000))
  const assessment = assess(evidence, next, hour + 1000, watched(next, hour + 1000))
  assert.deepEqual(assessment.figures.signals[0]?.proof, { eValue: 1, needed: 20 })
  assert.equal(shown(next, assessment, at(hour + 1000)).tone, 'open')
})

test('a signal that leaving the stage still takes is not proven, whatever its e-value, and what it takes is said', () => {
  const signs = (why: 'proof' | 'lately' | 'harm') => {
    const open = { what: 'errors', why, has: 30, needed: 20, unit: 'eValue', expectedAt: null } as const
    const assessment = { ...proven, figures: { ...proven.figures, missing: [open] } }
    const { tone, quiet, signs } = shown(errorsAlone, assessment)
    assert.deepEqual([tone, quiet], ['open', 'open'], why)
    return signs
  }
  const said = 'open: no evidence against it yet: 3,000 requests'
  assert.deepEqual(signs('proof'), [said])
  assert.deepEqual(signs('lately'), [
    `${said}; still missing: newest hours in which the rate of errors is not worse by its margin`,
  ])
  assert.deepEqual(signs('harm'), [`${said}; still missing: the rate of errors without a sign of harm`])
})

test('a canary that looks worse is not well though it is proven, and without figures nothing is proven', () => {
  const signals = proven.signals.map((one) => ({ ...one, difference: one.signal === 'errors' ? 0.004 : 0 }))
  const worse = shown(errorsAlone, { ...proven, signals })
  assert.deepEqual([worse.tone, worse.quiet], ['open', 'open'])
  assert.deepEqual(worse.signs, ['open: no verdict yet, more errors so far: 3,000 requests'])
  const { figures, ...old } = proven
  assert.equal(shown(errorsAlone, old as Assessment).tone, 'open')
})

test('what was not assessed, or not in this stage, is unknown', () => {
  assert.deepEqual(shown(errorsAlone, null), {
    tone: 'unknown',
    quiet: 'unknown',
    signs: ['unknown: not assessed yet'],
  })
  const silent = { ...proven, soak: { ...proven.soak, heardAt: null } }
  const { tone, signs } = shown(errorsAlone, silent)
  assert.deepEqual([tone, signs], ['unknown', ['unknown: no outcomes of both arms in this stage yet']])
})

test('evidence against it is told before all else, from a quarter of what rolls back on', () => {
  const { threshold } = proven
  const of = (logE: number) => {
    const { tone, signs } = shown(errorsAlone, { ...proven, logE }, { ...at(hour), leader: null })
    return [tone, signs.at(-1)]
  }
  assert.deepEqual(of(threshold), ['bad', 'bad: enough evidence to roll it back'])
  assert.deepEqual(of(threshold - Math.log(4)), ['watch', 'watch: some evidence against it'])
  assert.deepEqual(of(threshold - Math.log(4.1)), ['unknown', 'bad: no replica leads the canaries'])
})

test('what nobody watches is unknown, and why is said once', () => {
  const nobody = { ...at(hour), leader: null }
  assert.deepEqual(shown(errorsAlone, proven, nobody), {
    ...{ tone: 'unknown', quiet: 'unknown', signs: ['bad: no replica leads the canaries'] },
  })
  const { tone, signs } = shown(errorsAlone, proven, { ...at(hour), recorded: null })
  assert.deepEqual([tone, signs], ['unknown', ['unknown: when it was assessed last is not known']])
})

test('what was assessed long ago is old, and so is what is stamped ahead of the clock', () => {
  const ofAge = (ms: number) => {
    const { tone, quiet, signs } = shown(errorsAlone, proven, { ...at(hour), now: hour + ms })
    return [tone, quiet, ...signs]
  }
  const now = [good.tone, good.quiet, ...good.signs]
  for (const fresh of [150_000, 0, -60_000]) assert.deepEqual(ofAge(fresh), now, `${fresh}`)
  assert.deepEqual(ofAge(150_001), ['unknown', 'unknown', 'bad: last assessed 1 Jan 01:00Z: what you see is that old'])
  for (const ahead of [-60_001, -hour])
    assert.deepEqual(ofAge(ahead), [
      ...['unknown', 'unknown'],
      'bad: last assessed 1 Jan 01:00Z, by a clock that is ahead of this one: nobody knows how old what you see is',
    ])
})

/** As it was proven, with outcomes that came until so many minutes before the last assessment. */
const heard = (minutes: number, counting: boolean): Assessment => {
  return { ...proven, soak: { ...proven.soak, counting, heardAt: hour - minutes * 60_000 } }
}
const silence = 'unknown: no outcomes of both arms since 1 Jan 00:54Z'

test('a canary of which no outcomes come any more is unknown, whatever was proven', () => {
  assert.deepEqual(shown(errorsAlone, heard(4, true)), good, 'a gap in which the soak time counts')
  assert.deepEqual(shown(errorsAlone, heard(6, false)), { tone: 'unknown', quiet: 'unknown', signs: [silence] })
  const manual = canaryWith({ errors: 1 }, { advance: 'manual' })
  assert.equal(shown(manual, heard(6, false)).tone, 'unknown', 'also once it is soaked')
  const { tone, signs } = shown(errorsAlone, { ...heard(6, false), logE: proven.threshold })
  assert.deepEqual([tone, signs], ['bad', [silence, 'bad: enough evidence to roll it back']])
  const cost = { ...heard(6, false), alerts: [{ code: 'cost', message: 'look' }] }
  assert.deepEqual(shown(errorsAlone, cost).signs, [silence, 'watch: look'])
  const held = { ...errorsAlone, hold: 'insufficientData' as const }
  assert.deepEqual(shown(held, heard(6, false)).signs, [silence, 'bad: holds: too little data'])
  const nobody = { ...at(hour), leader: null }
  assert.deepEqual(shown(errorsAlone, heard(6, false), nobody).signs, ['bad: no replica leads the canaries'])
})

test('of a canary that is paused it is said whether outcomes come, though no soak time counts', () => {
  const paused = { ...errorsAlone, status: 'paused' as const, pausedAt: hour / 2 }
  assert.deepEqual(shown(paused, heard(4, false)), { ...good, tone: 'watch' })
  assert.deepEqual(shown(paused, heard(6, false)), { tone: 'watch', quiet: 'unknown', signs: [silence] })
})

test('an alert is told in place of what else is known, and is bad where it is grave', () => {
  const signsOf = (code: string, logE = proven.logE) => {
    const alerted = { ...proven, logE, alerts: [{ code, message: 'look' }] }
    const { tone, signs } = shown(errorsAlone, alerted)
    return [tone, ...signs]
  }
  assert.deepEqual(signsOf('cost'), ['watch', 'watch: look'])
  for (const grave of ['judge-outage', 'no-outcomes', 'no-scores', 'tokens-disagree'])
    assert.deepEqual(signsOf(grave), ['watch', 'bad: look'], grave)
  assert.deepEqual(signsOf('evidence'), ['watch', 'watch: look'])
  assert.deepEqual(signsOf('evidence', proven.threshold), ['bad', 'bad: look'])
  const silent = { ...proven, soak: { ...proven.soak, heardAt: null }, alerts: [{ code: 'cost', message: 'look' }] }
  assert.deepEqual(shown(errorsAlone, silent).signs, [
    'unknown: no outcomes of both arms in this stage yet',
    'watch: look',
  ])
})

test('a canary that is held is bad, one that is paused is watched, whatever is proven', () => {
  const held = { ...errorsAlone, hold: 'insufficientData' as const }
  assert.deepEqual(shown(held, proven), { tone: 'bad', quiet: 'good', signs: ['bad: holds: too little data'] })
  const silent = { ...proven, soak: { ...proven.soak, heardAt: null } }
  assert.deepEqual(shown(held, silent).signs, ['unknown: no outcomes of both arms in this stage yet'])
  assert.equal(shown({ ...errorsAlone, status: 'paused' }, proven).tone, 'watch')
})
