import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inQuietHours } from '../../../../src/control/release/quiet-hours.ts'
import { decideRollout, type Findings } from '../../../../src/control/rollout/assessment/decision.ts'
import { isOverdue } from '../../../../src/control/rollout/assessment/soak.ts'
import type { Rollout } from '../../../../src/records/rollout/rollout.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { rolloutOf } from '../../../support/rollout/rollout-entries.ts'

const hour = 3_600_000
const noWeakness = { barred: [], lacking: [], against: [] }
const clear: Findings = {
  ...{ mismatched: false, unevenlyJudged: false, worse: false, frozenTooLong: false, soaked: false, unwatched: false },
  ...{ overdue: false, silent: false },
  ...{ judgeFails: false, disputed: false, lacking: [], unproven: [], refused: null },
  weak: noWeakness,
}
const worst: Findings = {
  ...{ mismatched: true, unevenlyJudged: true, worse: true, frozenTooLong: true, soaked: false, unwatched: true },
  ...{ overdue: true, silent: true },
  ...{ judgeFails: true, disputed: true, lacking: ['users'], unproven: ['score'], refused: null },
  weak: noWeakness,
}

const settings = (more: Record<string, unknown> = {}) =>
  rolloutSettingsSchema.parse({
    stages: [
      { percent: 5, soak: '4h' },
      { percent: 50, soak: '8h' },
    ],
    patience: '20h',
    ...more,
  })
/** Settings that were stored before. */
const { onUndecided: _, ...stored } = settings()
const beforeOneCouldChoose = stored as ReturnType<typeof settings>
const rollout = (more: Partial<Rollout> = {}): Rollout => ({ ...rolloutOf(settings()), ...more })
/** After so many hours, all of which were watched. */
const at = (hours: number, findings: Partial<Findings>, more: Partial<Rollout> = {}) => {
  const present = rollout(more)
  return decideRollout(present, hours * hour, { ...clear, soaked: isOverdue(present, hours * hour), ...findings })
}

test('proof and soak time together lead to the next stage, in the last one to the promotion', () => {
  assert.deepEqual(at(3.9, {}), { do: 'continue' })
  assert.deepEqual(at(4, {}), { do: 'advance' })
  assert.deepEqual(at(5, { unproven: ['score'] }), { do: 'continue' })
  const last = { stage: 1, enteredAt: [0, 4 * hour] }
  assert.deepEqual(at(11, {}, last), { do: 'continue' })
  assert.deepEqual(at(12, {}, last), { do: 'promote', strength: 'strong' })
  assert.deepEqual(at(12, { unproven: ['errors'] }, last), { do: 'continue' })
})

test('where no signal has a weight nothing is proven: time alone promotes', () => {
  const only = (signals: object) => settings({ signals: { score: 0, errors: 0, slow: 0, safety: 0, ...signals } })
  const last = { stage: 1, enteredAt: [0, 4 * hour] }
  assert.deepEqual(at(12, {}, { ...last, settings: only({}) }), { do: 'promote', strength: 'time' })
  assert.deepEqual(at(12, {}, { ...last, settings: only({ feedback: 1 }) }), { do: 'promote', strength: 'time' })
  assert.deepEqual(at(12, {}, { ...last, settings: only({ safety: 1 }) }), { do: 'promote', strength: 'strong' })
})

test('evidence against the canary rolls back at any time, also paused, in quiet hours and without patience', () => {
  const quiet = { settings: settings({ quietHours: ['00:00-23:59'] }) }
  for (const hours of [0, 3, 100]) {
    for (const more of [{}, quiet, { status: 'paused' as const, pausedAt: 0 }]) {
      assert.deepEqual(at(hours, { worse: true, lacking: ['users'] }, more), { do: 'rollBack', why: 'evidence' })
    }
  }
})

test('arms that do not match, or are judged unevenly, freeze everything but a rollback; only the former end at the incumbent if it lasts', () => {
  const mismatch = { do: 'hold', why: 'sampleRatioMismatch' }
  for (const freeze of [{ mismatched: true }, { unevenlyJudged: true }]) {
    assert.deepEqual(at(50, freeze), mismatch)
    assert.deepEqual(at(50, { ...freeze, worse: true }), { do: 'rollBack', why: 'evidence' })
    const end = freeze.mismatched ? { do: 'rollBack', why: 'mismatch' } : mismatch
    assert.deepEqual(at(50, { ...freeze, frozenTooLong: true }), end)
    const paused = { status: 'paused' as const, pausedAt: 0 }
    assert.deepEqual(at(50, { ...freeze, frozenTooLong: true }, paused), mismatch)
  }
  assert.deepEqual(at(5, { frozenTooLong: true }), { do: 'advance' }, 'what is over is over')
})

test('a stage that was not watched is not left, whatever the clock says', () => {
  const unwatched = { soaked: false, unwatched: true }
  assert.deepEqual(at(5, unwatched), { do: 'hold', why: 'insufficientData' })
  assert.deepEqual(at(5, { soaked: false }), { do: 'continue' })
})

test('a hold for outcomes that stayed away lasts until the stage was watched, however they come and go', () => {
  const advances = [settings(), settings({ advance: 'soak' })]
  for (const settings of advances) {
    const came: string[] = []
    let hold: Rollout['hold'] = null
    for (let hours = 5; hours < 19; hours += 1) {
      const isSilent = hours % 2 === 1
      const findings = { soaked: hours >= 18, overdue: hours < 18, unwatched: isSilent && hours < 18 }
      const decision = at(hours, findings, { hold, settings })
      const next = decision.do === 'hold' ? decision.why : null
      if (next !== hold) came.push(`${decision.do} at ${hours}`)
      hold = next
    }
    assert.deepEqual(came, ['hold at 5', 'advance at 18'])
  }
  const silent = { hold: 'insufficientData' as const }
  assert.deepEqual(
    at(3, { soaked: false, overdue: false }, silent),
    { do: 'continue' },
    'what the judge had failed for',
  )
  assert.deepEqual(at(6, { soaked: false, overdue: true }), { do: 'continue' }, 'never silent when it was looked at')
  assert.deepEqual(at(6, { soaked: false, overdue: true, worse: true }, silent), { do: 'rollBack', why: 'evidence' })
})

test('without data nothing is decided, at any time', () => {
  const lacking = { lacking: ['0 of 20 users of the canary'] }
  for (const hours of [4, 30, 1000]) assert.deepEqual(at(hours, lacking), { do: 'hold', why: 'insufficientData' })
  assert.deepEqual(at(1, lacking), { do: 'continue' })
})

test('after its patience a rollout without proof is held where it is to be, and with late proof goes on', () => {
  for (const held of [{ settings: settings({ onUndecided: 'hold' }) }, { settings: beforeOneCouldChoose }]) {
    assert.deepEqual(at(19.9, { unproven: ['score'] }, held), { do: 'continue' })
    assert.deepEqual(at(20, { unproven: ['score'] }, held), { do: 'hold', why: 'inconclusive' })
    assert.deepEqual(at(20, {}, held), { do: 'advance' })
  }
})

const undecided = { unproven: ['score'] }

test('an undecided canary is promoted weakly, once and for all', () => {
  assert.deepEqual(at(19.9, undecided), { do: 'continue' })
  assert.deepEqual(at(20, undecided), { do: 'promote', strength: 'weak' })
  const refused = { do: 'hold', why: 'inconclusive', refused: ['errors'] }
  assert.deepEqual(at(20, { ...undecided, weak: { ...noWeakness, against: ['errors'] } }), refused)
  assert.deepEqual(at(30, { ...undecided, refused: ['errors'] }), refused, 'it is not asked again')
  assert.deepEqual(at(30, { refused: ['errors'] }), { do: 'advance' }, 'proof may still come')
  assert.deepEqual(at(30, { ...undecided, worse: true, refused: ['errors'] }), { do: 'rollBack', why: 'evidence' })
})

test('the rule for the undecided waits for what it needs, and is not used up by that', () => {
  const quiet = { settings: settings({ quietHours: ['19:00-21:00'] }) }
  assert.deepEqual(at(20, undecided, quiet), { do: 'continue' })
  assert.deepEqual(at(20, { ...undecided, soaked: false }), { do: 'continue' })
  const inconclusive = { do: 'hold', why: 'inconclusive' }
  assert.deepEqual(at(20, { ...undecided, weak: { ...noWeakness, barred: ['5 % are too few'] } }), inconclusive)
  const insufficient = { do: 'hold', why: 'insufficientData' }
  assert.deepEqual(at(20, { ...undecided, weak: { ...noWeakness, lacking: ['users'] } }), insufficient)
  assert.deepEqual(at(20, { ...undecided, lacking: ['users'] }), insufficient)
  assert.deepEqual(at(20, { ...undecided, judgeFails: true }), insufficient)
  assert.deepEqual(at(20, { ...undecided, soaked: false, unwatched: true }), insufficient)
  const mismatch = { do: 'hold', why: 'sampleRatioMismatch' }
  assert.deepEqual(at(20, { ...undecided, mismatched: true }), mismatch)
  assert.deepEqual(at(20, undecided, { status: 'paused', pausedAt: 0 }), { do: 'continue' })
})

test('what only a person can decide stays so between outcomes that come in bursts, so that nobody is called again', () => {
  const inconclusive = { do: 'hold', why: 'inconclusive' }
  const silent = { ...undecided, soaked: false, unwatched: true }
  assert.deepEqual(at(20, silent, { settings: settings({ onUndecided: 'hold' }) }), inconclusive)
  assert.deepEqual(at(20, { ...silent, refused: ['errors'] }), { ...inconclusive, refused: ['errors'] })
  assert.deepEqual(at(20, { ...silent, weak: { ...noWeakness, barred: ['tokens disagree'] } }), inconclusive)
})

test('an undecided canary is rolled back where it is to be, whatever is lacking, and says so', () => {
  const more = { settings: settings({ onUndecided: 'rollBack' }) }
  assert.deepEqual(at(19.9, undecided, more), { do: 'continue' })
  for (const findings of [undecided, { lacking: ['users'] }, { judgeFails: true }, { soaked: false, unwatched: true }])
    assert.deepEqual(at(20, findings, more), { do: 'rollBack', why: 'undecided' })
  assert.deepEqual(at(20, {}, more), { do: 'advance' })
})

test('patience is time that it ran: pauses of any stage are left out', () => {
  assert.deepEqual(at(21, undecided, { pausedMs: 1 * hour, pausedBeforeMs: 2 * hour }), { do: 'continue' })
  assert.deepEqual(at(23, undecided, { pausedMs: 1 * hour, pausedBeforeMs: 2 * hour }), {
    do: 'promote',
    strength: 'weak',
  })
})

test('a pause is no soak time', () => {
  assert.deepEqual(at(6, {}, { pausedMs: 3 * hour }), { do: 'continue' })
  assert.deepEqual(at(7, {}, { pausedMs: 3 * hour }), { do: 'advance' })
})

test('in quiet hours nothing advances', () => {
  const quiet = { settings: settings({ quietHours: ['03:00-06:00'] }) }
  assert.deepEqual(at(5, {}, quiet), { do: 'continue' })
  assert.deepEqual(at(6, {}, quiet), { do: 'advance' })
})

test('time alone leads on where it is to, without proof, and by hand nothing does', () => {
  const bySoak = { settings: settings({ advance: 'soak' }) }
  const byHand = { settings: settings({ advance: 'manual' }) }
  const last = { stage: 1, enteredAt: [0, 4 * hour] }
  const unproven = { unproven: ['score'], judgeFails: true }
  assert.deepEqual(at(3, unproven, bySoak), { do: 'continue' })
  assert.deepEqual(at(4, unproven, bySoak), { do: 'advance' })
  assert.deepEqual(at(12, unproven, { ...bySoak, ...last }), { do: 'promote', strength: 'time' })
  assert.deepEqual(at(12, unproven, { ...byHand, ...last }), { do: 'continue' })
  const tooFew = { lacking: ['3 of 100 users of the canary'] }
  assert.deepEqual(at(11, tooFew, { ...bySoak, ...last }), { do: 'continue' })
  assert.deepEqual(at(12, tooFew, { ...bySoak, ...last }), { do: 'hold', why: 'insufficientData' })
  const unwatched = { soaked: false, unwatched: true }
  assert.deepEqual(at(12, unwatched, bySoak), { do: 'hold', why: 'insufficientData' })
  assert.deepEqual(at(12, unwatched, byHand), { do: 'continue' })
  const quiet = { settings: settings({ advance: 'soak', quietHours: ['03:00-06:00'] }) }
  assert.deepEqual(at(5, {}, quiet), { do: 'continue' })
})

test('time settles no dispute between tokens', () => {
  for (const advance of ['soak', 'manual']) {
    const byOther = { settings: settings({ advance }) }
    const disputed = { disputed: true, lacking: ['0 of 100 users of the canary'] }
    assert.deepEqual(at(1, disputed, byOther), { do: 'continue' })
    assert.deepEqual(at(30, disputed, byOther), { do: 'hold', why: 'inconclusive' })
  }
})

test('while the judge fails, proof leads nowhere, and evidence still rolls back', () => {
  assert.deepEqual(at(1, { judgeFails: true }), { do: 'hold', why: 'insufficientData' })
  assert.deepEqual(at(5, { judgeFails: true }), { do: 'hold', why: 'insufficientData' })
  assert.deepEqual(at(5, { judgeFails: true, worse: true }), { do: 'rollBack', why: 'evidence' })
  const mismatch = { do: 'hold', why: 'sampleRatioMismatch' }
  assert.deepEqual(at(5, { judgeFails: true, mismatched: true }), mismatch, 'a freeze goes on')
})

test('quiet hours may span midnight, and end before their last minute', () => {
  const quiet = (hours: number) => inQuietHours(['22:00-06:00', '12:00-12:30'], hours * hour)
  assert.deepEqual([22, 23.99, 0, 5.99, 12, 12.49].map(quiet), Array(6).fill(true))
  assert.deepEqual([6, 11.99, 12.5, 21.99].map(quiet), Array(4).fill(false))
  assert.equal(inQuietHours([], 0), false)
})

test('what has ended stays', () => {
  for (const status of ['promoted', 'rolledBack', 'aborted', 'superseded'] as const) {
    assert.deepEqual(at(30, worst, { status }), { do: 'continue' })
  }
})
