import assert from 'node:assert/strict'
import { test } from 'node:test'
import { undecidableText } from '../../../src/control/words/end-forecast-text.ts'
import { rolloutOutlook } from '../../../src/control/words/rollout-outlook.ts'
import { defaultRolloutSettings, rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'

const traffic = {
  ...{ requestsPerDay: 5000, usersPerDay: 3000, users: 7500, hours: 168 },
  ...{ byHour: null, lastDay: null, until: null, hourly: [] as number[] },
  ...{ errorRate: 0.01, deviation: 0.25, judgeUsd: 0.001 },
}
const live = { store: true, judge: { percent: 10, budgetUsdPerDay: 5 } }
const known = { traffic, rollout: {}, written: null, live, isJudged: true }
const asUsual = { settings: defaultRolloutSettings, areGiven: false, perDay: undefined, users: undefined }
/** Of one simulated rollout: enough where what is forecast is not the subject. */
const briefly = { start: 0, runs: 1 }
const percents = ({ settings }: Awaited<ReturnType<typeof rolloutOutlook>>) =>
  settings.stages.map(({ ppm }) => ppm / 10_000)

test('general defaults give way to what suits the traffic, and it is said', async () => {
  const found = await rolloutOutlook(known, asUsual, { start: 0 })
  assert.deepEqual([percents(found), found.judgePercent], [[5, 50], 40])
  const text = found.lines.join('\n')
  for (const line of found.lines) assert.ok(line.length <= 80, line)
  assert.match(text, /5,000 requests a day from 7,500 users, measured over 168 h/)
  assert.match(
    text,
    /Stages, adapted to this traffic: 5 % for 2 h, 50 % for 24 h\. Judged, adapted to\s+this traffic: 40 %/,
  )
  assert.match(text, /as good +\d+\/\d+\/\d+/)
})

test('how often users come counts where the log tells it', async () => {
  const soon = async (hours: number, usersPerDay: number | null) => {
    const told = { ...known, traffic: { ...traffic, hours, usersPerDay } }
    return (await rolloutOutlook(told, asUsual, { start: 0, runs: 20 })).forecast
  }
  assert.deepEqual(await soon(168, null), await soon(24, 3000), 'a day tells nothing of who comes again')
  assert.notDeepEqual(await soon(168, 1000), await soon(168, null))
})

test('what somebody has set stays', async () => {
  const stages = rolloutSettingsSchema.parse({ stages: [{ percent: 20, soak: '1h' }] })
  assert.deepEqual(percents(await rolloutOutlook(known, { ...asUsual, settings: stages }, briefly)), [20])
  const judged = { ...known, live: { store: true, judge: { percent: 25, budgetUsdPerDay: 5 } } }
  assert.equal((await rolloutOutlook(judged, asUsual, briefly)).judgePercent, null)
  const given = await rolloutOutlook(known, { ...asUsual, areGiven: true }, briefly)
  assert.deepEqual([given.settings, given.judgePercent], [defaultRolloutSettings, 40], 'they say nothing of judging')
})

test('a default that the prompt file holds itself is meant', async () => {
  const writing = (...written: string[]) => rolloutOutlook({ ...known, written }, { ...asUsual, perDay: 500 }, briefly)
  const of = ({ settings, judgePercent }: Awaited<ReturnType<typeof rolloutOutlook>>) => [
    settings.stages.length,
    settings.flagMargin,
    judgePercent,
  ]
  assert.deepEqual(of(await writing()), [2, 0.015, 100])
  assert.deepEqual(of(await writing('rollout.margin', 'live.store', 'live.judge.budgetUsdPerDay')), [2, 0.015, 100])
  assert.deepEqual(of(await writing('rollout.stages')), [4, 0.01, 100])
  assert.deepEqual(of(await writing('rollout.flagMargin')), [2, 0.01, 100])
  assert.deepEqual(of(await writing('live.judge.percent')), [2, 0.015, null])
})

test('unknown traffic is said, and changes nothing', async () => {
  const found = await rolloutOutlook({ ...known, traffic: null }, asUsual, briefly)
  assert.deepEqual([found.settings, found.judgePercent, found.forecast], [defaultRolloutSettings, null, null])
  assert.match(found.lines.join(' '), /The log does not show/)
  assert.deepEqual(
    percents(await rolloutOutlook({ ...known, traffic: null }, { ...asUsual, perDay: 500 }, briefly)),
    [25, 50],
  )
})

test('the chance of each end is said, with its date and a range', async () => {
  const found = await rolloutOutlook(known, asUsual, { start: Date.UTC(2026, 0, 1), runs: 30 })
  const text = found.lines.join(' ')
  assert.match(text, /If the canary is as good: \d+ of 100 promoted by proof/)
  assert.match(text, /If it has a score lower by 0\.050: (.*)\d+ (of 100 )?rolled back/)
  assert.match(text, /it ends \d Jan \d\d:00Z, in \d+ of 100 cases from \d Jan \d\d:00Z to \d Jan \d\d:00Z/)
  assert.ok(found.ends && found.ends.asGood.promoted > 0.8 && found.ends.worse.rolledBack > 0.8)
})

test('where time alone promotes no proof is foretold, on the page and in the table', async () => {
  const none = { score: 0, errors: 0, slow: 0, safety: 0 }
  for (const rules of [{ advance: 'soak' }, { signals: none }]) {
    const settings = rolloutSettingsSchema.parse({ ...rules, stages: [{ percent: 50, soak: '1h' }], patience: '4h' })
    const { lines } = await rolloutOutlook(known, { ...asUsual, settings, areGiven: true }, { start: 0, runs: 20 })
    const text = lines.join(' ')
    assert.match(text, /If the canary is as good: 100 of 100 promoted by time alone, nothing\s+proven/)
    assert.match(
      text,
      /Of 100 each: promoted by time alone \/ weakly \/ rolled back; .* By time alone nothing is proven\./,
    )
    assert.doesNotMatch(text, /by proof/)
  }
})

test('what the last day had is said where it is unlike the average, and a week without requests', async () => {
  const text = async (more: object) => {
    const told = { ...known, traffic: { ...traffic, ...more } }
    return (await rolloutOutlook(told, asUsual, briefly)).lines.join(' ').replaceAll(/\s+/g, ' ')
  }
  assert.match(
    await text({ lastDay: 0 }),
    /5,000 requests a day .*, measured over 168 h\. The last 24 hours had none\./,
  )
  assert.match(await text({ lastDay: 30_000 }), /The last 24 hours had 30,000\./)
  assert.doesNotMatch(await text({ lastDay: 4000 }), /The last 24 hours/)
  const silent = await text({ requestsPerDay: 0, users: null, usersPerDay: null, lastDay: 0 })
  assert.match(
    silent,
    /^There was no request in the last week, though there were earlier ones\. What to expect say --per-day/,
  )
  assert.doesNotMatch(silent, /NaN|Infinity|adapted|The last 24 hours/)
})

test('no end by patience is foretold that does not happen', async () => {
  const outlook = async (rules: object, requestsPerDay = 300) => {
    const stages = [{ percent: 50, soak: '1h' }]
    const settings = rolloutSettingsSchema.parse({ stages, patience: '4h', ...rules })
    const few = { ...known, traffic: { ...traffic, requestsPerDay, users: null, usersPerDay: null } }
    const { lines } = await rolloutOutlook(few, { ...asUsual, settings, areGiven: true }, { start: 0, runs: 20 })
    return lines.join(' ').replaceAll(/\s+/g, ' ')
  }
  const byHand = await outlook({ advance: 'manual' })
  assert.match(byHand, /If the canary is as good: 100 of 100 still run after 4 h, and go on until a person decides\./)
  assert.doesNotMatch(byHand, /patience/)
  const byTime = await outlook({ advance: 'soak', stages: [{ percent: 50, soak: '8h' }] }, 5000)
  assert.match(
    byTime,
    /100 of 100 promoted by time alone, nothing proven; it ends 1 Jan 0[89]:00Z/,
    'after its patience',
  )
  assert.doesNotMatch(byTime, /patience/)
  const byEvidence = await outlook({ onUndecided: 'hold' })
  assert.match(
    byEvidence,
    /100 of 100 undecided when patience ends; it is undecided until its patience is over, 1 Jan 04:00Z/,
  )
  assert.doesNotMatch(byEvidence, /it ends/)
})

test('of a patience beyond what is followed it is told what is known until then, and that the rest is not', async () => {
  const settings = rolloutSettingsSchema.parse({ stages: [{ percent: 50, soak: '4h' }], patience: '90d' })
  const few = { ...known, traffic: { ...traffic, requestsPerDay: 10, users: null, usersPerDay: null } }
  const { ends, lines } = await rolloutOutlook(few, { ...asUsual, settings, areGiven: true }, { start: 0, runs: 20 })
  assert.ok(ends)
  assert.deepEqual([ends.patienceHours, ends.followedHours], [90 * 24, 60 * 24])
  const text = lines.join(' ').replaceAll(/\s+/g, ' ')
  const open = 'undecided until 2 Mar 00:00Z; what comes until its patience is over, 1 Apr 00:00Z, is not foretold'
  assert.ok(text.includes(`100 of 100 undecided after 60 days; it is ${open}.`), text)
  assert.match(
    undecidableText(ends, false),
    /^This rollout cannot decide within 60 days: 100 .* What comes after them, until its patience of 90 days ends, is not foretold\.$/,
  )
})

test('what decides where nothing is judged is named by its weights', async () => {
  const off = { ...known, isJudged: false, live: { ...live, store: false }, traffic: null }
  const text = async (signals: object) => {
    const settings = rolloutSettingsSchema.parse({ signals: { score: 0, errors: 0, slow: 0, safety: 0, ...signals } })
    return (await rolloutOutlook(off, { ...asUsual, settings, areGiven: true }, briefly)).lines.join(' ')
  }
  assert.match(await text({ safety: 1 }), /quality is not\s+watched\. Refusals and invalid\s+answers decide alone\./)
  assert.match(await text({ errors: 0.5, slow: 0.5 }), /Errors and slowness decide alone\./)
  assert.match(await text({}), /No other signal has a weight, so nothing is\s+compared\./)
})

test('how much traffic is expected is said, and rests on its newest hours; given traffic is taken as it is', async () => {
  const until = Date.UTC(2026, 0, 1)
  const expecting = async (hourly: number[], given = {}) => {
    const told = { ...known, traffic: { ...traffic, until, hourly } }
    const { ends, lines } = await rolloutOutlook(told, { ...asUsual, ...given }, { start: until, runs: 20 })
    return { range: ends?.requestsPerDay, text: lines.join(' ') }
  }
  const usual = new Array<number>(14 * 24).fill(208)
  const steady = await expecting(usual)
  assert.match(
    steady.text,
    /In the next four days 4,\d\d0 to 5,\d\d0 requests a day are expected, in 80 of\s+100 cases\./,
  )
  assert.doesNotMatch(steady.text, /That rests/)
  const doubled = await expecting([...usual.slice(12), ...new Array<number>(12).fill(416)])
  assert.ok((doubled.range?.low ?? 0) > (steady.range?.high ?? 0), JSON.stringify([steady.range, doubled.range]))
  const young = await expecting(usual.slice(0, 22))
  assert.match(young.text, /rests on\s+the\s+last\s+22\s+hours\s+of\s+the\s+log\s+alone:\s+how\s+weekdays\s+differ/)
  const given = await expecting(usual, { perDay: 700 })
  assert.deepEqual([given.range, /are expected/.test(given.text)], [null, false])
})

test('a budget that does not allow it, and storing that is off, are said', async () => {
  const dear = await rolloutOutlook({ ...known, traffic: { ...traffic, judgeUsd: 0.01 } }, asUsual, briefly)
  assert.match(dear.lines.join(' '), /Judging that much may cost 20\.00 USD a day, and the budget is 5\.00 USD/)
})

test('where nothing is judged the score has no say, unless somebody wants it, and it is said what that means', async () => {
  const off = { ...known, isJudged: false, live: { ...live, store: false } }
  const of = async (more: object, wanted = asUsual) => {
    const { settings, judgePercent, lines } = await rolloutOutlook({ ...off, ...more }, wanted, briefly)
    return { signals: settings.signals, judgePercent, text: lines.join(' ') }
  }
  const adapted = { score: 0, errors: 0.5, slow: 0.25, safety: 0.25, feedback: 0 }
  const alone = await of({})
  assert.deepEqual([alone.signals, alone.judgePercent], [adapted, null])
  assert.match(
    alone.text,
    /Nothing is judged, since live\.store is off: quality is not watched\. Errors,\s+slowness,\s+refusals\s+and\s+invalid\s+answers\s+decide\s+alone\./,
  )
  assert.doesNotMatch(alone.text, /Judged/)
  const unknown = await of({ traffic: null })
  assert.deepEqual(unknown.signals, adapted, 'also where the traffic is not known')
  assert.match(unknown.text, /does not show.*decide\s+alone/s)
  const written = await of({ written: ['rollout.signals.score'] })
  assert.deepEqual(written.signals, defaultRolloutSettings.signals)
  assert.match(written.text, /Since the score has a weight\s+\(signals\.score\), it is never promoted by itself/)
  assert.deepEqual((await of({}, { ...asUsual, areGiven: true })).signals, defaultRolloutSettings.signals)
  const questionless = await of({ live })
  assert.match(questionless.text, /since the version has no judge, no questions or no share to judge/)
  assert.deepEqual((await rolloutOutlook(known, asUsual, briefly)).settings.signals, defaultRolloutSettings.signals)
})
