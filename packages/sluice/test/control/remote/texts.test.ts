import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureAnswer } from '../../../src/control/remote/answers.ts'
import { appliedText } from '../../../src/control/remote/applied-text.ts'
import { rolloutText } from '../../../src/control/remote/rollout-text.ts'
import { statusText } from '../../../src/control/remote/status.ts'
import { auditText } from '../../../src/control/words/audit-text.ts'
import { figuresLines } from '../../../src/control/words/figures-text.ts'
import { stateText } from '../../../src/control/words/rollout-state-text.ts'
import { runningRollout as rollout } from './running-rollout.ts'

const minute = 60_000
const ended = { ...rollout, state: 'rolledBack', endedAt: 90 * minute, ending: { by: 'sluice', reason: 'worse' } }
const feature: FeatureAnswer = {
  feature: 'summary',
  revision: 7,
  active: 'aa',
  history: [],
  versions: [{ id: 'bb', label: '1.1', model: 'm', publishedAt: 0, report: null }],
  rollout: null,
}
const instance = {
  instance: 'host-1',
  client: null,
  revision: 7,
  stale: false,
  silent: false,
  seenAt: 0,
  upToDate: true,
}

test('how far a change has come', () => {
  const whole = { incumbentsOnly: 0, silent: [], uncounted: false }
  const missing = ['host-7', 'host-9']
  assert.equal(
    appliedText({ ...whole, total: 1000, applied: 998, missing, elapsedMs: 84 }),
    'applied by 998 of 1000 instances in 84 ms; not yet: host-7, host-9',
  )
  assert.equal(
    appliedText({ ...whole, total: 1, applied: 1, missing: [], elapsedMs: 2100 }),
    'applied by 1 of 1 instance in 2.1 s',
  )
  assert.match(appliedText({ ...whole, total: 0, applied: 0, missing: [], elapsedMs: 0 }), /^no instance is connected/)
  const many = Array.from({ length: 23 }, (_, index) => `h${index}`)
  assert.match(appliedText({ ...whole, total: 23, applied: 0, missing: many, elapsedMs: 1 }), /h19 and 3 more$/)
  const silent = [
    { instance: 'host-9', silentMs: 40_000, mayServeUntil: Date.UTC(2026, 10, 24, 2, 11, 30) },
    { instance: 'host-7', silentMs: 50_000, mayServeUntil: null },
  ]
  assert.equal(
    appliedText({
      ...{ total: 5, applied: 1, incumbentsOnly: 1, missing: ['host-7', 'host-9', 'host-7'], silent },
      ...{ uncounted: true, elapsedMs: 3000 },
    }),
    'applied by 1 of 5 instances in 3.0 s; 1 serves the incumbent only, never a canary; not yet: host-7; ' +
      'silent: host-9 (for 40 s, may serve the canary until 02:11:30Z), host-7 (for 50 s, serves the earlier version until it connects again); ' +
      'there may be more: only a limited number of instances is counted for each token',
  )
})

test('a rollout tells its stage, or how it ended, and what is known', () => {
  assert.equal(
    rolloutText(rollout, feature.versions, 3 * minute),
    `summary: rollout r-1, holds: too little data
  1.1 (bb) against aa
  stage 2 of 2, 5 % of the users, for 2 min
  Only 7 of the 100 users that it takes.
`,
  )
  const soakedOf = (stage: number, status = 'running') => {
    const soak = { stage, soakedMs: 6000, counting: false, heardAt: 1000 }
    return rolloutText({ ...rollout, status, assessment: { words: 'w', soak } }, [], 3 * minute).split('\n')[2]
  }
  const place = '  stage 2 of 2, 5 % of the users, soaked'
  assert.equal(soakedOf(1), `${place} 6.0 s of 1 min; no data since 1 Jan 00:00Z`)
  assert.equal(soakedOf(1, 'paused'), `${place} 6.0 s of 1 min; last data 1 Jan 00:00Z`)
  assert.equal(soakedOf(0), `${place} 0 ms of 1 min; no data of both arms yet`)
  assert.equal(rolloutText({ ...rollout, assessment: null }, [], 0).split('\n')[2], soakedOf(0))
  assert.match(
    rolloutText(ended, feature.versions, 0),
    /rollout r-1, rolled back\n.*\n {2}ended 1970-01-01 01:30:00Z by sluice: worse\n/,
  )
  const reason = 'The canary is worse by the judged score (down 0.273): it is rolled back. '.repeat(3)
  const long = { ...ended, ending: { by: 'sluice', reason } }
  for (const line of rolloutText(long, feature.versions, 0).split('\n')) assert.ok(line.length <= 80, line)
  const judge = { model: 'local:judge', words: 'never calibrated', startedAt: '2026-11-24T08:00:00.000Z' }
  const judged = rolloutText({ ...rollout, judge }, feature.versions, 0)
  assert.match(judged, /^ {2}judge: local:judge, never calibrated \(gate of 2026-11-24\)$/m)
  assert.doesNotMatch(rolloutText({ ...rollout, judge: null }, feature.versions, 0), /judge:/)
})

test('the status tells what everybody gets, what runs and who is behind', () => {
  const instances = {
    current: { epoch: 'b', revision: 7 },
    leaders: [{ work: 'controller', replica: 'web-3 pid 17 a41f09c2' }],
    instances: [
      instance,
      { ...instance, instance: 'host-2', revision: 5, stale: true, upToDate: false },
      { ...instance, instance: 'host-4', epoch: 'a', upToDate: false },
      { ...instance, instance: 'host-5', revision: 0, upToDate: false },
      { ...instance, instance: 'host-3', silent: true, mayServeUntil: 50_000 },
    ],
  }
  assert.equal(
    statusText(
      {
        features: [
          { ...feature, rollout: ended },
          { ...feature, feature: 'tone', active: null },
        ],
        instances,
      },
      40_000,
    ),
    `summary: aa is active
  last rollout, r-1: rolled back 1 Jan 01:30Z by sluice: worse

tone: nothing is active; 1 published

replica that decides on canaries: web-3, process 17 (a41f09c2)

instances: 1 of 5 are up to date, 1 silent, at revision 7
  host-2 has revision 5, incumbents only
  host-4 has revision 7 from before the store was restored
  host-5 is behind
  host-3 has revision 7, silent for 40 s, may serve a canary until 00:00:50Z
`,
  )
  assert.match(
    statusText({ features: [], instances: { ...instances, leaders: [] } }, 0),
    /canaries: no replica leads them, so none advances or is rolled back by itself/,
  )
  assert.match(
    statusText({ features: [{ ...feature, rollout }], instances: null }, 3 * minute),
    /is active\n {2}rollout r-1 of 1\.1 \(bb\): holds: too little data; stage 2 of 2, 5 % of the users, for 2 min; evidence against it: not known\n\n/,
  )
  assert.match(
    statusText({ features: [], instances: null }, 0),
    /^no features yet.*\n\ninstances: this token may not see them\n$/,
  )
})

test('the log tells of each row what it is about', () => {
  const rollout = { id: 'r-1', state: 'running', incumbent: 'aa', canary: 'bb', stage: 0, ppm: 10_000, override: null }
  const during = { active: 'aa', rollout }
  const without = { active: 'aa', rollout: { ...rollout, excluded: ['t-liar'] } }
  const rows: [string, unknown, unknown, string | null][] = [
    ['token.create', null, { id: 't-1', name: 'mail-app' }, null],
    ['version.publish', null, { id: 'aa', label: '1.0' }, null],
    ['version.publish', null, { id: 'bb', label: null }, null],
    ['active.set', { active: null, rollout: null }, { active: 'aa', rollout: null }, 'first'],
    ['rollout.start', { active: 'aa', rollout: null }, during, null],
    ['rollout.exclude', during, without, 'it lies'],
    ['rollout.exclude', without, { ...without, rollout: { ...rollout, excluded: [] } }, 'it does not'],
    ['rollout.promote', during, { active: 'bb', rollout }, 'good'],
    ['rollout.promote', during, { active: 'bb', rollout: { ...rollout, strength: 'weak' } }, 'time is up'],
    ['rollout.promote', during, { active: 'bb', rollout: { ...rollout, strength: 'time' } }, 'soaked'],
    ['rollout.rollBack', during, { active: 'aa', rollout: { ...rollout, why: 'undecided' } }, 'time is up'],
    ['unit.forget', null, { entries: [] }, 'a unit was forgotten'],
    ['of a newer server', null, { active: 7 }, null],
  ]
  const common = {
    chain: 'mail',
    revision: 1,
    at: 0,
    actor: 'ann',
    tokenId: null,
    evidence: null,
    previous: '',
    hash: '',
  }
  const text = auditText(
    rows.map(([action, before, after, reason], seq) => ({ ...common, seq, action, before, after, reason })),
  )
  const about = text.split('\n').map((line) => line.split('ann  ')[1]?.replaceAll(/ {2,}/g, ' | '))
  assert.deepEqual(about.slice(0, -1), [
    'token.create | mail-app (t-1)',
    'version.publish | 1.0 (aa)',
    'version.publish | bb',
    'active.set | nothing -> 1.0 (aa) | first',
    'rollout.start | bb against 1.0 (aa), 1 %',
    'rollout.exclude | without t-liar | it lies',
    'rollout.exclude | with t-liar again | it does not',
    'rollout.promote | 1.0 (aa) -> bb | good',
    'rollout.promote | 1.0 (aa) -> bb, weakly | time is up',
    'rollout.promote | 1.0 (aa) -> bb, by time alone | soaked',
    'rollout.rollBack | bb against 1.0 (aa), 1 %, undecided | time is up',
    'unit.forget | a unit was forgotten',
    'of a newer server',
  ])
})

test('a promotion without proof and a rollback without evidence are told apart from others', () => {
  const promoted = (strength: string | null) => stateText({ state: 'promoted', strength, ending: null })
  assert.deepEqual(['strong', 'weak', 'time', 'manual', null].map(promoted), [
    'promoted, proven',
    'promoted weakly, nothing is proven',
    'promoted by time alone',
    'promoted by hand',
    'promoted',
  ])
  const ending = { by: 'sluice', reason: 'time is up', why: 'undecided' }
  assert.equal(stateText({ state: 'rolledBack', ending }), 'rolled back, undecided')
})

test('the status tells of a running rollout what alarms, what is left out and what is not watched', () => {
  const token = { tokenId: 't-1', share: 1, impossible: 0, leftOut: true }
  const signal = { signal: 'errors', weight: 0, logE: 9, difference: 0.6 }
  const assessment = {
    ...{ words: 'w', threshold: 3, tokens: [token], signals: [signal] },
    alerts: [{ message: 'The judge has failed 40 times in a row.' }],
    canary: { requests: 9, users: 9, errorRate: 0.6 },
    incumbent: { requests: 9, users: 9, errorRate: 0 },
  }
  const running = { ...rollout, status: 'running', state: 'running', assessment, excluded: ['t-2'] }
  const line = statusText({ features: [{ ...feature, rollout: running }], instances: null }, 3 * minute).split('\n')[1]
  for (const part of [
    'alert: The judge has failed 40 times in a row.',
    'look: more errors, which decides nothing (weight 0): errors 60 % of the canary, 0 % of the incumbent',
    'outcomes of 1 token are left out: the arms do not match',
    'outcomes of 1 token are left out by an operator',
    'not watched: errors',
  ])
    assert.ok(line?.includes(`; ${part}`), `${part} in ${line}`)
})

test('what keeps failing is named by loop, feature and kind', () => {
  const failing = [
    { loop: 'drift watch', feature: 'a-toy', code: 'damaged', failures: 3 },
    { loop: 'retention', feature: null, code: 'unreachable', failures: 1 },
  ]
  const text = statusText({ features: [], instances: null, failing }, 0)
  assert.match(
    text,
    /failing, see the log.*:\n {2}drift watch of a-toy \(damaged, 3 times in a row\)\n {2}retention \(unreachable\)\n/,
  )
  assert.match(statusText({ features: [], instances: null, failing: null }, 0), /whether anything fails is not known/)
  assert.match(
    statusText({ features: [], instances: null, failing: [], unnamed: 2 }, 0),
    /failing, see the log.*:\n {2}2 things of features that this token may not see\n/,
  )
})

test('the numbers of a rollout tell users from answers, and what is still missing', () => {
  const at = Date.UTC(2026, 0, 1, 2)
  const errors = {
    signal: 'errors',
    incumbent: { value: 0, low: 0, high: 0.01, count: 1267 },
    canary: { value: 0.1, low: 0.08, high: 0.12, count: 537 },
    difference: { value: 0.1, low: 0.08, high: 0.12 },
    margin: 0.01,
    against: 4.5,
    highest: { eValue: 4.5, at },
    proof: { eValue: 0.76, needed: 20 },
  }
  const figures = {
    signals: [errors],
    users: { incumbent: 1218, canary: 521 },
    judged: { incumbent: { users: 604, answers: 614 }, canary: { users: 265, answers: 269 } },
    against: { eValue: 2.1, highest: { eValue: 2.1, at }, needed: 20 },
    missing: [{ what: 'users of the canary', has: 40, needed: 100, unit: 'users', expectedAt: null }],
    nextStepAt: null,
    patienceEndsAt: null,
  }
  const lines = figuresLines(figures, { isRunning: true, onUndecided: 'weakPromote', judges: true, now: at })
  const text = lines.join('\n')
  assert.match(text, /^users: 521 by the canary \(269 answers of 265 users judged\)$/m)
  assert.match(text, /^ {7}1,218 by the incumbent \(614 answers of 604 users judged\)$/m)
  assert.match(text, /errors +10 % +0 % +\+10\.00 ±2\.00 points +1 point +4\.5 +0\.76 of 20/)
  assert.match(text, /40 of 100 users of the\s+canary/)
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  )
})

test('steps and calls of the arms are shown with the requests and users that they are of', () => {
  const canary = { requests: 64, users: 31, steps: { mean: 4.1999, requests: 60 }, calls: { mean: 3, requests: 60 } }
  const incumbent = { requests: 1200, users: 600, steps: { mean: 2, requests: 1200 } }
  const text = rolloutText({ ...rollout, assessment: { words: 'w', canary, incumbent } }, [], 0).replace(/\n +/g, ' ')
  assert.ok(
    text.includes(
      'steps per request: 4.2 of the canary (60 of its 64 requests, 31 users), 2 of the incumbent (1,200 of its 1,200 requests, 600 users)',
    ),
    text,
  )
  assert.match(text, /tool calls per request: 3 of the canary \(.*\), not reported by the incumbent/)
  const silent = { requests: 1, users: 1 }
  const without = rolloutText({ ...rollout, assessment: { words: 'w', canary: silent, incumbent: silent } }, [], 0)
  assert.doesNotMatch(without, /per request/)
})
