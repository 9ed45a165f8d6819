import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rolloutOutlook } from '../../../src/control/words/rollout-outlook.ts'
import { defaultRolloutSettings, rolloutSettingsSchema } from '../../../src/records/rollout-settings.ts'

const traffic = {
  ...{ requestsPerDay: 5000, usersPerDay: 3000, users: 7500, hours: 168 },
  ...{ errorRate: 0.01, deviation: 0.25, judgeUsd: 0.001 },
}
const live = { store: true, judge: { percent: 10, budgetUsdPerDay: 5 } }
const known = { traffic, rollout: {}, written: null, live }
const wish = { settings: defaultRolloutSettings, areGiven: false, perDay: undefined, users: undefined }
/** Of one simulated rollout: enough where what is forecast is not the subject. */
const briefly = { start: 0, runs: 1 }
const percents = ({ settings }: ReturnType<typeof rolloutOutlook>) => settings.stages.map(({ ppm }) => ppm / 10_000)

test('general defaults give way to what suits the traffic, and it is said', () => {
  const found = rolloutOutlook(known, wish, { start: 0 })
  assert.deepEqual([percents(found), found.judgePercent], [[5, 50], 40])
  const text = found.lines.join('\n')
  for (const line of found.lines) assert.ok(line.length <= 80, line)
  assert.match(text, /5,000 requests a day from 7,500 users, measured over 168 h 0 min/)
  assert.match(
    text,
    /Stages, adapted to this traffic: 5 % for 2 h 0 min, 50 % for 24 h 0 min\. Judged,\s+adapted to this traffic: 40 %/,
  )
  assert.match(text, /as good +\d+\/\d+\/\d+/)
})

test('how often users come counts where the log tells it', () => {
  const soon = (hours: number, usersPerDay: number | null) =>
    rolloutOutlook({ ...known, traffic: { ...traffic, hours, usersPerDay } }, wish, { start: 0, runs: 20 }).forecast
  assert.deepEqual(soon(168, null), soon(24, 3000), 'a day tells nothing of who comes again')
  assert.notDeepEqual(soon(168, 1000), soon(168, null))
})

test('what somebody has set stays', () => {
  const stages = rolloutSettingsSchema.parse({ stages: [{ percent: 20, soak: '1h' }] })
  assert.deepEqual(percents(rolloutOutlook(known, { ...wish, settings: stages }, briefly)), [20])
  const judged = { ...known, live: { store: true, judge: { percent: 25, budgetUsdPerDay: 5 } } }
  assert.equal(rolloutOutlook(judged, wish, briefly).judgePercent, null)
  const given = rolloutOutlook(known, { ...wish, areGiven: true }, briefly)
  assert.deepEqual([given.settings, given.judgePercent], [defaultRolloutSettings, 40], 'they say nothing of judging')
})

test('a default that the prompt file holds itself is meant', () => {
  const writing = (...written: string[]) => rolloutOutlook({ ...known, written }, { ...wish, perDay: 500 }, briefly)
  const of = ({ settings, judgePercent }: ReturnType<typeof rolloutOutlook>) => [
    settings.stages.length,
    settings.flagMargin,
    judgePercent,
  ]
  assert.deepEqual(of(writing()), [2, 0.015, 100])
  assert.deepEqual(of(writing('rollout.margin', 'live.store', 'live.judge.budgetUsdPerDay')), [2, 0.015, 100])
  assert.deepEqual(of(writing('rollout.stages')), [4, 0.01, 100])
  assert.deepEqual(of(writing('rollout.flagMargin')), [2, 0.01, 100])
  assert.deepEqual(of(writing('live.judge.percent')), [2, 0.015, null])
})

test('unknown traffic is said, and changes nothing', () => {
  const found = rolloutOutlook({ ...known, traffic: null }, wish, briefly)
  assert.deepEqual([found.settings, found.judgePercent, found.forecast], [defaultRolloutSettings, null, null])
  assert.match(found.lines.join(' '), /The log does not show/)
  assert.deepEqual(percents(rolloutOutlook({ ...known, traffic: null }, { ...wish, perDay: 500 }, briefly)), [25, 50])
})

test('a budget that does not allow it, and storing that is off, are said', () => {
  const dear = rolloutOutlook({ ...known, traffic: { ...traffic, judgeUsd: 0.01 } }, wish, briefly)
  assert.match(dear.lines.join(' '), /Judging that much may cost 20\.00 USD a day, and the budget is 5\.00 USD/)
  const off = rolloutOutlook({ ...known, live: { ...live, store: false } }, wish, briefly)
  assert.match(off.lines.join(' '), /quality is not watched/)
  assert.equal(off.judgePercent, null)
})
