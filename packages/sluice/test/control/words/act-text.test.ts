import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decideRollout, type Findings } from '../../../src/control/rollout/assessment/decision.ts'
import { rolloutConsequence, startConsequence } from '../../../src/control/words/act-text.ts'
import { rolloutSentence } from '../../../src/control/words/rollout-sentence.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { defaultRolloutSettings, rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'
import { rolloutOf } from '../../support/rollout/rollout-entries.ts'

const rollout: Rollout = {
  ...{ id: 'r-1', feature: 'f', incumbent: 'a', canary: 'b', algorithm: 'murmur3-x86-32/ppm', salt: '00' },
  ...{ settings: defaultRolloutSettings, stage: 1, enteredAt: [0, 1], pausedMs: 0, pausedAt: null, status: 'running' },
  ...{
    hold: null,
    startedAt: Date.UTC(2026, 10, 24, 9),
    startedBy: 'ann',
    override: null,
    endedAt: null,
    ending: null,
  },
} as Rollout
const names = { canary: '1.1', incumbent: '1.0' }
const users = { canary: 1840, incumbent: 34_960 }
const first = (...[act, facts]: Parameters<typeof rolloutConsequence>) => rolloutConsequence(act, facts).first

test('the consequence of an act is in figures, and an estimate says that it is one', () => {
  const facts = { rollout, names, users }
  assert.equal(
    first('rollback', { ...facts, rollout: { ...rollout, stage: 0 } }),
    '1,840 of 36,800 users get 1.0 again.',
  )
  // With a stage users move, and are counted in both arms.
  assert.equal(first('rollback', facts), '1,840 of at most 36,800 users get 1.0 again.')
  assert.equal(
    first('advance', facts),
    '25 % of the users get 1.1, 5 % before: about 7,360 users more (estimated: 20 % of the 36,800 seen).',
  )
  assert.equal(
    first('promote', facts),
    'Everybody gets 1.1: about 34,960 users more (estimated: 95 % of the 36,800 seen).',
  )
  assert.match(rolloutConsequence('pause', facts).more.join(' '), /still rolled back by itself/)
})

test('where no user was counted, no number is given', () => {
  const facts = { rollout, names, users: null }
  assert.equal(first('abort', facts), '5 % of the users get 1.0 again; how many that is, is not known.')
  const everybody = 'Everybody gets 1.1; how many users that is, is not known.'
  assert.equal(first('promote', facts), everybody)
  const nobody = { ...facts, users: { canary: 0, incumbent: 0 } }
  assert.equal(first('promote', nobody), everybody)
  assert.match(rolloutConsequence('rollback', nobody).first, /^5 % of the users get 1\.0 again; how many/)
  assert.match(rolloutConsequence('rollback', nobody).more.join(' '), /No outcome has been counted since it began/)
})

test('a start says how many users begin, and what happens by itself', () => {
  const { first, more } = startConsequence({
    ...{ active: '1.0', version: '1.1', traffic: { users: 36_800, hours: 168 }, settings: defaultRolloutSettings },
    ...{ judging: 'Judged: 10 %.', judges: true },
  })
  assert.equal(
    first,
    '1 % of the users get 1.1: about 368 users (estimated: 1 % of the 36,800 seen in the last 7 days); all others keep 1.0.',
  )
  assert.match(more.join(' '), /1 % for 4 h, 5 % for 8 h, .*then everybody.* Judged: 10 %\.$/)
})

test('a canary whose quality nobody watches is not said to be promoted weakly when its patience ends', () => {
  const rule = (judges: boolean | null) =>
    startConsequence({
      ...{ active: '1.0', version: '1.1', traffic: null, settings: defaultRolloutSettings, judging: '', judges },
    }).more.join(' ')
  assert.match(rule(true), /If nothing is decided within .*, it is promoted weakly if it qualifies/)
  assert.match(rule(false), /If nothing is decided within .*, it is held for a person/)
})

test('a start names each setting that is not as usual, whichever it is, and promises no rollback that nothing makes', () => {
  const moreOf = (settings: Partial<typeof defaultRolloutSettings>) =>
    startConsequence({
      ...{ active: '1.0', version: '1.1', traffic: null, judging: 'Judged: 10 %.', judges: true },
      settings: { ...defaultRolloutSettings, ...settings },
    }).more.join(' ')
  assert.doesNotMatch(moreOf({}), /as usual|time alone/)
  const others = { alpha: 1e-9, tolerance: 1, margin: 0.5, quietHours: ['22:00-06:00'], slowMs: 3000, minUsers: 1 }
  assert.match(
    moreOf({ ...others, mismatchPatience: 864_000_000 }),
    /not as usual: alpha 1e-9 \(0\.05\), tolerance 1 \(0\), margin 0\.5 \(0\.05\), minUsers 1 \(100\), quietHours 22:00-06:00 \(none\), slowMs 3000 \(not set\), mismatchPatience 10 days \(not set\)\.$/,
  )
  assert.match(moreOf({ advance: 'soak' }), /then everybody; each step by time alone, whatever is known by then\./)
  const none = { score: 0, errors: 0, slow: 0, safety: 0, feedback: 0 }
  const silent = moreOf({ signals: none })
  assert.match(
    silent,
    /each step by time alone, whatever is known by then\..* within 4 days, it is held for a person\./,
  )
  assert.match(silent, /No signal has a weight, so nothing rolls it back but a person\..*signals\.score 0 \(0\.4\)/)
  assert.doesNotMatch(silent, /rolled back by itself/)
})

const started = (settings: object) =>
  startConsequence({
    ...{ active: '1.0', version: '1.1', traffic: null, judging: '', judges: true },
    settings: rolloutSettingsSchema.parse(settings),
  })

test('the end of patience promises what the engine does then, and nothing where time or a person leads on', () => {
  const hour = 3_600_000
  const findings: Findings = {
    ...{ mismatched: false, unevenlyJudged: false, worse: false, frozenTooLong: false, soaked: true, unwatched: false },
    ...{ overdue: false, silent: false, judgeFails: false, disputed: false, lacking: [], unproven: ['errors'] },
    ...{ weak: { barred: [], lacking: [], against: [] }, refused: null },
  }
  const ends = { weakPromote: 'promote', hold: 'hold', rollBack: 'rollBack' }
  const promises = { promote: /promoted weakly/, hold: /it is held for/, rollBack: /it is rolled back\./ }
  for (const advance of ['evidence', 'soak', 'manual'])
    for (const [onUndecided, end] of Object.entries(ends)) {
      const rules = { advance, onUndecided, stages: [{ percent: 50, soak: '1h' }], patience: '4h' }
      const unsoaked = { ...findings, soaked: false }
      const decision = decideRollout(rolloutOf(rolloutSettingsSchema.parse(rules)), 5 * hour, unsoaked)
      const text = started(rules).more.join(' ')
      const promised = Object.entries(promises).filter(([, promise]) =>
        promise.test(text.replace(/If it is worse.*?\./, '')),
      )
      if (advance === 'evidence') {
        assert.match(text, /If nothing is decided within 4 h/)
        const soaked = decideRollout(rolloutOf(rolloutSettingsSchema.parse(rules)), 5 * hour, findings)
        assert.deepEqual([promised.map(([name]) => name), soaked.do], [[end], end])
      } else {
        assert.deepEqual([promised, decision.do], [[], 'continue'], text)
        assert.doesNotMatch(text, /If nothing is decided|4 h/)
      }
    }
  assert.match(started({ advance: 'manual' }).more.join(' '), /goes on until a person decides: no time ends it\./)
  assert.match(started({ advance: 'soak' }).more.join(' '), /time leads on, .*: its patience ends nothing\./)
})

test('soak times that are longer than patience are said to be', () => {
  const short = { stages: [{ percent: 50, soak: '6h' }], patience: '2h' }
  assert.match(
    started(short).more.join(' '),
    /within 2 h, it is promoted weakly if it qualifies, else held, once its stage was watched for its soak time\. Its soak times are 6 h together: nothing promotes it before\./,
  )
  assert.doesNotMatch(started({ ...short, patience: '6h' }).more.join(' '), /soak time/)
})

test('a pause and its end promise only what happens by itself', () => {
  const texts = (settings: object) => {
    const own = { ...rollout, settings: rolloutSettingsSchema.parse(settings) }
    const facts = { rollout: own, names, users }
    const paused = { ...own, state: 'paused', ppm: 50_000, pausedAt: null, endedAt: null, ending: null }
    return {
      pause: rolloutConsequence('pause', facts).more.join(' '),
      resume: rolloutConsequence('resume', facts).more.join(' '),
      sentence: rolloutSentence(paused),
    }
  }
  assert.match(texts({}).resume, /advances and is promoted by itself again/)
  assert.match(texts({ advance: 'soak' }).resume, /promoted by time alone again/)
  assert.match(texts({ advance: 'manual' }).resume, /still advances and is promoted by a person alone\./)
  assert.match(texts({}).sentence, /only a rollback still happens by itself\.$/)
  const none = texts({ signals: { score: 0, errors: 0, slow: 0, safety: 0 } })
  assert.match(none.pause, /No signal has a weight, so nothing rolls it back but a person\.$/)
  assert.doesNotMatch(none.pause, /still rolled back/)
  assert.match(none.sentence, /and nothing happens by itself\.$/)
})

test('a first stage of everybody leaves nobody who keeps the incumbent, and nothing to compare with', () => {
  const settings = rolloutSettingsSchema.parse({ stages: [{ percent: 100, soak: '1h' }] })
  const traffic = { users: 900, hours: 168 }
  const { first, more } = startConsequence({
    ...{ active: 'a0', version: 'b', traffic, settings, judging: '', judges: true },
  })
  assert.equal(
    first,
    'Everybody gets b at once: about 900 users (as many were seen in the last 7 days); nobody keeps a0.',
  )
  assert.match(
    more.join(' '),
    /nobody to compare with, so nothing rolls it back but a person\. .* it is held for a person\./,
  )
})
