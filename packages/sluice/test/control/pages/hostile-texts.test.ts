import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actPage } from '../../../src/control/pages/act.ts'
import { appliedPage } from '../../../src/control/pages/applied.ts'
import { faultPage } from '../../../src/control/pages/fault.ts'
import { instancesPage } from '../../../src/control/pages/instances.ts'
import { type PageContent, pageDocument } from '../../../src/control/pages/layout.ts'
import { overviewPage } from '../../../src/control/pages/overview.ts'
import type { FeatureRow } from '../../../src/control/pages/overview-row.ts'
import { rolloutPage } from '../../../src/control/pages/rollout/rollout-page.ts'
import { settingsPage } from '../../../src/control/pages/settings.ts'
import { signedInPage, signInPage } from '../../../src/control/pages/sign-in.ts'
import { unsentPage } from '../../../src/control/pages/unsent.ts'
import { featurePages, hostileProposal } from './hostile-feature-pages.ts'

const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>\u202Egnp.exe\u0000`
const now = Date.UTC(2026, 10, 24, 9)
/** No calendar has such a time. */
const never = 9e99

const version = { id: hostile, label: hostile, gate: { verdict: 'fail' as const, strength: null, at: never } }
const row: FeatureRow = {
  feature: hostile,
  active: version,
  rollout: {
    id: hostile,
    canary: version,
    state: hostile,
    tone: 'bad',
    stage: hostile,
    evidence: hostile,
    waitsFor: [hostile, hostile],
  },
  ended: null,
  health: [{ tone: 'bad', text: hostile }],
  instances: { total: 2, behind: 1, silent: 1 },
  night: { tone: 'good', text: hostile, at: never },
  now,
  drift: { tone: 'bad', text: hostile },
  judging: { usd: 1, budgetUsd: 5 },
}
const fault = { loop: hostile, feature: null, code: hostile, since: never, failures: 2 }
const token = {
  ...{ id: hostile, name: hostile, scopes: [hostile], features: [hostile] },
  ...{ createdAt: now, expiresAt: never, revokedAt: never },
}
const instance = {
  ...{
    instance: hostile,
    client: hostile,
    environment: hostile,
    revision: 1,
    upToDate: false,
    lag: 'content' as const,
    silent: true,
    stale: true,
  },
  ...{ seenAt: now, mayServeUntil: never },
}

const mean = { value: 0.5, low: 0.4, high: 0.6, count: 3 }
const height = { eValue: 1e300, at: never }
const line = { name: hostile, short: hostile, eValue: 3, highest: height, points: [{ at: now, eValue: 3 }] }
const answer = {
  ...{ outcome: hostile, score: 0.1, storedAt: never, input: hostile, output: hostile },
  failed: [{ item: hostile, quote: hostile, reasoning: hostile }],
}
const grid: Parameters<typeof appliedPage>[0]['grid'] = {
  ...{ revision: 3, changedAt: never, takesBack: true, isLate: true, isCut: true },
  instances: [
    { instance: hostile, revision: -1, standing: 'silent', seenAt: never, mayServeUntil: never },
    { instance: hostile, revision: 2, standing: 'missing', seenAt: never, mayServeUntil: never },
  ],
  counts: { applied: 1, incumbentsOnly: 1, missing: 1, silent: 1 },
}
const byArm = { canary: 1, incumbent: 2 }
const armSummary = {
  ...{ requests: 1, users: 1, judged: 1, meanScore: 0.5, errorRate: 0, refusalRate: 0, invalidRate: 0, slowRate: 0 },
  ...{ meanCostUsd: 0.1, meanLatencyMs: 9, meanFeedback: null },
}
const rollout: Parameters<typeof rolloutPage>[0] = {
  ...{ id: hostile, feature: hostile, canary: version, incumbent: version, override: hostile },
  state: { tone: 'bad', sentence: hostile, short: hostile },
  ...{ stage: hostile, waitsFor: [hostile], words: hostile, startedAt: never, startedBy: hostile },
  outlook: { sentences: [hostile], isUnderWay: true },
  ended: null,
  now,
  ...{ status: 'running', stageIndex: 0, stages: [1, 2], mayAct: true },
  health: [{ name: hostile, tone: 'bad', text: hostile }],
  evidence: {
    now,
    ...{
      isHeld: false,
      quietTone: 'open',
      worse: hostile,
      needed: 20,
      all: line,
      signals: [line],
      gapMs: 1,
      recordedSince: never,
    },
    ...{ startedAt: now, endedAt: null, assessedAt: now, events: [{ x: now, label: hostile, says: hostile }] },
  },
  arms: {
    figures: {
      signals: [
        {
          ...{ signal: hostile, incumbent: mean, canary: mean, difference: mean, margin: 0.05 },
          ...{ against: 3, highest: height, proof: null },
        },
      ],
      users: byArm,
      judged: { canary: { users: 1, answers: 1 }, incumbent: { users: 1, answers: 1 } },
      against: { eValue: 3, highest: height, needed: 20 },
      ...{ missing: [], nextStepAt: null, patienceEndsAt: null },
    },
    canary: armSummary,
    incumbent: armSummary,
    unasked: [{ name: hostile, canary: hostile, incumbent: hostile }],
  },
  answers: { canary: [answer], incumbent: [], why: hostile },
  serving: {
    feature: hostile,
    revision: 3,
    instances: [{ revision: 3, lacksChange: 1, current: 1, silent: 1, names: [hostile] }],
    grid,
    tokens: [{ name: hostile, share: 1, users: byArm, requests: byArm, errors: byArm, leftOut: true }],
  },
  log: {
    now,
    rows: [{ seq: 1, at: never, actor: hostile, action: hostile, reason: hostile, before: null, after: null }],
    isCut: true,
    feature: hostile,
  },
}

const pages: Record<string, PageContent> = {
  ...featurePages(row, { hostile, now, never }),
  rollout: rolloutPage(rollout),
  'rollout that has ended': rolloutPage({
    ...rollout,
    ended: { reason: hostile, highest: { text: hostile, at: never } },
    answers: { canary: [], incumbent: [], why: hostile },
  }),
  overview: overviewPage({
    rows: [
      row,
      { ...row, rollout: null, ended: { id: hostile, state: hostile, at: never, tone: 'bad', why: hostile } },
    ],
    filter: { search: hostile, show: 'all', page: 2 },
    pages: 3,
    counts: { all: 3, attention: 1, rollouts: 1, unknown: 1 },
    instances: { total: 2, behind: 1, silent: 1 },
    faults: [fault],
    leader: hostile,
    waiting: [hostileProposal({ hostile, never })],
    isLimited: false,
  }),
  instances: instancesPage({
    revision: 3,
    environments: [{ environment: hostile, revision: 3 }],
    instances: [instance, { ...instance, silent: false }],
    counts: { total: 3, behind: 1, silent: 1 },
    leaders: [{ work: hostile, replica: hostile }],
    now,
  }),
  settings: settingsPage({
    ...{ othersAsk: true, followsGithub: true },
    approvals: [{ features: hostile, text: hostile }],
    channels: [{ id: hostile, isFollowed: true, fault: { code: hostile, since: never, failures: 9e99 } }],
    githubFaults: [{ feature: hostile, code: hostile, since: never, failures: 9e99 }],
    github: { repository: hostile, link: { state: 'refused', words: hostile, checkWay: null, since: now } },
    own: { ...token, person: { issuer: hostile, subject: hostile } },
    sessionEndsAt: never,
    formKey: hostile,
    tokens: [token, { ...token, revokedAt: null }, { ...token, person: { issuer: hostile, subject: hostile } }],
    issuer: hostile,
    publicUrl: hostile,
    now,
  }),
  act: actPage({
    ...{ title: hostile, feature: hostile, versions: [{ role: hostile, version }], refusal: null },
    fault: { text: hostile, mayBeDone: true },
    state: { tone: 'bad', text: hostile },
    consequence: { first: hostile, more: [hostile] },
    reach: { tone: 'watch', text: hostile },
    known: [hostile],
    notes: [hostile],
    isUnderWay: true,
    choicesPage: { page: 1, pages: 2, to: () => '/features/f/start?page=2' },
    choices: [
      {
        address: '/features/f/start',
        version,
        gate: { tone: 'bad', text: hostile },
        publishedAt: never,
        wasRolledBack: true,
      },
    ],
    others: [{ address: '/', text: hostile }],
    form: {
      ...{ formKey: hostile, sendKey: hostile, revision: 1, button: hostile, isDanger: true, reason: hostile },
      ...{ hidden: { [hostile]: hostile }, override: { why: hostile, text: hostile } },
      undecidable: hostile,
    },
    back: { address: '/', text: hostile },
  }),
  applied: appliedPage({
    ...{ feature: hostile, active: version, mayAct: true },
    rollout: { id: hostile, status: 'running', stage: 0, settings: { stages: [1, 2] } },
    change: { by: hostile, text: hostile, version, reason: hostile, at: never },
    grid,
  }),
  'sign-in': signInPage({
    ...{ next: hostile, fault: hostile, hasEnded: true, isOpen: true },
    provider: { name: hostile, base: '' },
  }),
  'signed-in': signedInPage({ name: hostile, next: hostile }),
  unsent: unsentPage({
    ...{ form: hostile, to: '/', why: { text: hostile, mayBeDone: false } },
    written: [{ name: hostile, label: hostile, text: hostile }],
  }),
  fault: faultPage({ status: 500, detail: hostile, requestId: hostile }),
}

for (const [name, content] of Object.entries(pages)) {
  test(`no text of the page ${name} becomes an element, leaves an attribute or turns what is read`, () => {
    const text = pageDocument(content, {
      signedIn: { name: hostile, scopes: [hostile], features: [hostile], formKey: hostile },
      path: '/',
      at: now,
      tag: hostile,
      isSimulated: true,
      assets: { style: '/assets/a.css', script: '/assets/a.js' },
    })
    assert.ok(text.includes('&lt;script&gt;alert(1)'), 'the text is shown')
    assert.deepEqual(text.match(/<script(?! src="\/assets\/a\.js" defer>)/g), null)
    const withoutValues = text.replaceAll(/"[^"]*"/g, '""')
    assert.deepEqual(text.match(/<img|\u202E|\0|<style|style="/g), null)
    assert.deepEqual(withoutValues.match(/<[a-z]+[^>]* on\w+=/g), null)
    for (const [, href = ''] of text.matchAll(/ (?:href|action|src)="([^"]*)"/g))
      assert.match(href, /^(\/|#|data:image)/)
  })
}

test('what is not known is said to be so, and is never 0', () => {
  const unknown: FeatureRow = {
    ...{ feature: 'f', active: { id: 'a', label: null, gate: null }, rollout: null, ended: null },
    ...{
      health: [{ tone: 'unknown' as const, text: 'not assessed yet' }],
      night: null,
      drift: null,
      judging: null,
      now,
    },
    instances: { total: 0, behind: 0, silent: 0 },
  }
  const { main } = overviewPage({
    rows: [unknown],
    filter: { search: '', show: 'all', page: 1 },
    pages: 1,
    counts: { all: 1, attention: 0, rollouts: 0, unknown: 0 },
    instances: { total: 0, behind: 0, silent: 0 },
    faults: [],
    leader: null,
    waiting: [],
    isLimited: false,
  })
  const cells = [...main.markup.matchAll(/<td data-column="([^"]+)"[^>]*>(.*?)<\/td>/gs)].map(([, column, content]) => [
    column,
    content?.replaceAll(/<[^>]+>/g, '').trim(),
  ])
  assert.deepEqual(Object.fromEntries(cells), {
    'Active version': 'agate: not known',
    Rollout: 'never had one',
    Health: '? not assessed yet',
    Instances: '? none connected',
    'Last night': 'not known',
    Drift: 'not known',
    'Judging today': 'not judged',
  })
})
