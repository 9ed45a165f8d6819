import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { canDecide, type Effort, endForecast, harmOf } from '../../../src/control/plan/end-forecast.ts'
import { expectedTraffic } from '../../../src/control/plan/expected-traffic.ts'
import { type AskedRollout, remedies } from '../../../src/control/plan/remedies.ts'
import { isJudgedLive } from '../../../src/control/release/capture.ts'
import { undecidableText } from '../../../src/control/words/end-forecast-text.ts'
import { liveSettingsSchema, rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'
import { rubricItemSchema } from '../../../src/records/rubric.ts'
import { judge, rubric } from '../../support/control-plane/calibrated-judge.ts'

const start = Date.UTC(2026, 10, 24, 9)
const effort: Effort = { runs: 20, pause: () => Promise.resolve(), isOver: () => false }
const questions = rubric.map((item) => rubricItemSchema.parse(item))
const given = { perDay: undefined, users: undefined }

interface Asked {
  live: z.input<typeof liveSettingsSchema>
  settings: z.input<typeof rolloutSettingsSchema>
  judgePercent?: number
  isWithJudge?: boolean
  perDay?: number
  judgeUsd?: number | null
  users?: number | null
}

/** A rollout as it is asked for, read as a prompt file and a request are read. */
function askedOf(asked: Asked): AskedRollout {
  const { isWithJudge = true, perDay = 500, judgeUsd = null, users = null } = asked
  const live = liveSettingsSchema.parse(asked.live)
  const version = { live, judge: isWithJudge ? judge : null, rubric: isWithJudge ? questions : [] }
  const traffic = {
    ...{ requestsPerDay: perDay, users, usersPerDay: null, byHour: null, lastDay: null, until: null, hourly: [] },
    ...{ hours: 168, errorRate: 0.01, deviation: 0.2, judgeUsd },
  }
  return {
    feature: { traffic, live, isJudged: isJudgedLive(version) },
    ...{ hasJudge: isWithJudge, given, judgePercent: asked.judgePercent ?? null },
    settings: rolloutSettingsSchema.parse(asked.settings),
  }
}

async function ends(asked: AskedRollout, harm = harmOf(expectedOf(asked), asked.settings)) {
  const forecast = await endForecast(expectedOf(asked), asked.settings, { start, harm }, effort)
  assert.ok(forecast)
  return forecast
}

function expectedOf({ feature, judgePercent }: AskedRollout) {
  const known = expectedTraffic(feature, given, judgePercent)
  assert.ok(known)
  return known.expected
}

/** What somebody asks for who does what the line says, word by word; null: that is no matter of what is asked for. */
function obeyed(asked: Asked, change: string): Asked | null {
  let rest = change
  const next: Asked = structuredClone(asked)
  const take = (pattern: RegExp, write: (value: string) => void) => {
    rest = rest.replace(pattern, (_, value: string) => {
      write(value)
      return ''
    })
  }
  const judging = { ...next.live.judge }
  take(/^the session as the unit instead of the user/, () => undefined)
  if (rest === '') return null
  take(/\bmargin: ([\d.]+)/, (value) => Object.assign(next.settings, { margin: Number(value) }))
  take(/\bflagMargin: ([\d.]+)/, (value) => Object.assign(next.settings, { flagMargin: Number(value) }))
  take(/(50) % of the users at once/, (percent) => {
    const soak = next.settings.stages?.at(-1)?.soak ?? '24h'
    Object.assign(next.settings, { stages: [{ percent: Number(percent), soak }] })
  })
  take(/live\.store: (true)/, () => Object.assign(next.live, { store: true }))
  take(/live\.judge\.percent: ([\d.]+)/, (value) => Object.assign(judging, { percent: Number(value) }))
  take(/live\.judge\.budgetUsdPerDay: ([\d.]+)/, (value) => Object.assign(judging, { budgetUsdPerDay: Number(value) }))
  take(/all is judged \(judgePercent: (100)\)/, (value) => Object.assign(next, { judgePercent: Number(value) }))
  take(/fewer signals \(signals.slow: (0), signals.safety: 0\)/, () =>
    Object.assign(next.settings, { signals: { ...next.settings.signals, slow: 0, safety: 0 } }),
  )
  take(/signals: (\{.*\})/, (value) =>
    Object.assign(next.settings, { signals: JSON.parse(value.replaceAll(/(\w+):/g, '"$1":')) }),
  )
  take(/patience: (\d+h)/, (value) => Object.assign(next.settings, { patience: value }))
  assert.equal(rest.replaceAll(/,| and |\s/g, ''), '', `of ${change}`)
  return { ...next, live: { ...next.live, judge: judging } }
}

async function told(asked: Asked) {
  const before = await ends(askedOf(asked))
  assert.equal(canDecide(before, askedOf(asked).settings), false, 'what is not refused needs no help')
  return { before, found: await remedies(askedOf(asked), { start, without: before }, effort) }
}

/** Few hours, so that little is simulated. */
const short = { stages: [{ percent: 50, soak: '2h' }], patience: '12h' }
const errorsAlone = { score: 0, errors: 1, slow: 0, safety: 0 }
const judged = { store: true, judge: { percent: 40, budgetUsdPerDay: 5 } }
const unjudged = { live: { store: true }, isWithJudge: false }

test('whoever does what a line says gets what it promises, and is not refused by the same line', async () => {
  const all: { [name: string]: Asked & { helps: RegExp } } = {
    budget: {
      ...{ live: judged, settings: short, perDay: 2000, judgeUsd: 0.5 },
      helps: /^live\.judge\.budgetUsdPerDay: 1000, and all is judged/,
    },
    'a share of the request': {
      ...{ live: judged, settings: short, judgePercent: 5, perDay: 2000 },
      helps: /^all is judged/,
    },
    'nothing stored': {
      ...{ live: { store: false }, settings: short, perDay: 2000 },
      helps: /live\.store: true, and all is judged/,
    },
    'no share': {
      ...{ live: { store: true, judge: { percent: 0 } }, settings: short, perDay: 2000 },
      helps: /live\.judge\.percent: 100, and all is judged/,
    },
    'a signal without weight': {
      ...{ ...unjudged, perDay: 5000, helps: /^signals: \{score: 0, errors: 1, slow: 0, safety: 0\}/ },
      settings: { ...short, signals: { score: 0.4, errors: 0.6, slow: 0, safety: 0 } },
    },
    'half after little': {
      ...{ ...unjudged, perDay: 5000, helps: /^50 % of the users at once$/ },
      settings: {
        ...{ stages: [{ percent: 1, soak: '10h' }, ...short.stages], patience: '12h', flagMargin: 0.05 },
        signals: errorsAlone,
      },
    },
    'odd hours': {
      ...{ ...unjudged, perDay: 700, helps: /^patience: 10h$/ },
      settings: { ...short, patience: '290m', flagMargin: 0.05, signals: errorsAlone },
    },
  }
  for (const [name, { helps, ...asked }] of Object.entries(all)) {
    const { before, found } = await told(asked)
    const harm = harmOf(expectedOf(askedOf(asked)), askedOf(asked).settings)
    for (const { change, asGood, worse } of found) {
      const next = obeyed(asked, change)
      if (next === null) continue
      const after = await ends(askedOf(next), harm)
      assert.deepEqual([after.asGood, after.worse], [asGood, worse], `${name}: ${change}`)
      assert.notEqual(undecidableText(after, false), undecidableText(before, false), `${name}: ${change}`)
    }
    const lines = found.map(({ change }) => change)
    assert.ok(
      lines.some((line) => helps.test(line)),
      `${name}: ${lines.join('; ')}`,
    )
  }
})

test('no line needs a judge where there is none', async () => {
  const { found } = await told({ ...unjudged, settings: short, perDay: 5000 })
  assert.ok(found.length > 0)
  for (const { change } of found) assert.doesNotMatch(change, /judge/)
})
