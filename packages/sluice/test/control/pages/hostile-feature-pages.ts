import { auditPage, verificationPage } from '../../../src/control/pages/audit.ts'
import { costsPage } from '../../../src/control/pages/costs.ts'
import { comparePage } from '../../../src/control/pages/feature/compare.ts'
import { type FeaturePage, featurePage } from '../../../src/control/pages/feature/feature.ts'
import { gateRecordOf } from '../../../src/control/pages/feature/gate-record.ts'
import { runPage } from '../../../src/control/pages/feature/run.ts'
import { judgePage } from '../../../src/control/pages/judge.ts'
import type { PageContent } from '../../../src/control/pages/layout.ts'
import type { FeatureRow } from '../../../src/control/pages/overview-row.ts'
import { type ListedProposal, proposalPage } from '../../../src/control/pages/proposal.ts'
import { reportOf } from '../../support/control-plane/described-feature.ts'

interface Odd {
  /** Stands in every field. */
  hostile: string
  now: number
  /** A time that no calendar has. */
  never: number
}

/** The pages about a feature and its versions, with a hostile text in every field. */
export function featurePages(row: FeatureRow, odd: Odd): Record<string, PageContent> {
  const pages = { feature: featurePage(hostileFeature(row, odd)), proposal: hostileProposalPage(odd) }
  return { ...pages, ...versionPages(odd), ...otherPages(odd) }
}

export function hostileProposal({ hostile, never }: Pick<Odd, 'hostile' | 'never'>): ListedProposal {
  const state = { tone: 'bad' as const, text: hostile }
  return { id: hostile, feature: hostile, act: hostile, by: hostile, at: never, state }
}

function hostileProposalPage(odd: Odd): PageContent {
  const { hostile, never } = odd
  const note = { name: hostile, at: never, reason: hostile }
  return proposalPage({
    ...hostileProposal(odd),
    ...{ version: { id: hostile, label: hostile }, reason: hostile, override: hostile, approvers: hostile },
    ...{ consequence: { first: hostile, more: [hostile] }, isUnderWay: true },
    ...{ approvals: [note], expiresAt: never, ended: note, rolloutId: hostile, mayNot: hostile },
    notes: [{ tone: 'watch', text: hostile }],
    links: [{ address: '/features/f', text: hostile }],
    acts: [{ act: hostile, text: hostile, isDanger: true }],
  })
}

function hostileGate({ hostile }: Odd) {
  const gateEvidence = {
    ...{ verdict: 'fail' as const, strength: 'weak' as const, exitCode: 1, runId: hostile, startedAt: hostile },
    sluiceVersion: hostile,
  }
  const report = reportOf({ feature: hostile, id: hostile, label: hostile, verdict: 'fail', mean: 9e99 })
  const summary = { ...report, fallen: [{ case: hostile, baselineScore: 1, score: 0 }] }
  return gateRecordOf({ ...gateEvidence, summary })
}

function hostileFeature(row: FeatureRow, odd: Odd): FeaturePage {
  const { hostile, now, never } = odd
  const name = { id: hostile, label: hostile }
  return {
    row,
    failing: { faults: [{ loop: hostile, feature: null, code: hostile, since: never, failures: 9e99 }], leader: null },
    running: { id: hostile, status: 'running', stage: 0, settings: { stages: [1, 2] } },
    mayAct: true,
    canGoBack: true,
    waiting: [hostileProposal(odd)],
    activeSince: { at: never, promoted: true },
    takenBack: { version: name, at: never, by: hostile, reason: hostile },
    environments: [
      {
        ...{ name: hostile, feature: hostile, isHere: false, active: name },
        rollout: { id: hostile, state: hostile, tone: 'watch' },
        release: { to: hostile, feature: hostile, act: 'start' },
      },
    ],
    timeline: {
      feature: hostile,
      points: (['gate', 'canary', 'incumbent'] as const).flatMap((by) =>
        [now, never, Number.NaN].map((at) => ({
          ...{ at, by, version: hostile, verdict: 'fail' as const, score: { value: 9e99, low: -9e99, high: null } },
          ...{ usd: 9e99, meanMs: -9e99, errors: 9e99 },
        })),
      ),
      events: [now, never].map((at) => ({ at, label: hostile, says: hostile, tone: 'bad' as const })),
      until: never,
      unknown: [hostile],
    },
    list: {
      versions: [
        {
          ...{ ...name, state: { tone: 'bad', text: hostile, at: never }, model: hostile, publishedAt: never },
          ...{ publishedBy: hostile, source: hostile, gate: hostileGate(odd), against: name },
        },
      ],
      ...{ page: 2, pages: 3, total: 41, unreadable: 1 },
    },
    rollouts: [
      {
        ...{ id: hostile, canary: name, incumbent: name, state: hostile, tone: 'bad', startedAt: never },
        ...{ startedBy: hostile, stage: { number: 1, of: 4, percent: 1 }, override: hostile },
        ended: { at: never, by: hostile, reason: hostile },
      },
    ],
    activations: [{ version: name, since: never, until: never, tone: 'bad', text: hostile }],
    moreActivations: 3,
  }
}

function versionPages(odd: Odd): Record<string, PageContent> {
  const { hostile, never } = odd
  const name = { id: hostile, label: hostile }
  const gate = hostileGate(odd)
  const message = (content: string) => ({ role: 'user' as const, content })
  const content = (text: string) => ({
    ...{ id: hostile, label: hostile, model: text, parameters: { [hostile]: text }, strict: true },
    messages: [message('same'), message(`before ${text}`), message(text)],
    format: { type: 'json_schema' as const, name: text, schema: { [hostile]: text } },
    tools: [{ name: hostile, description: text, parameters: {} }],
  })
  const compared = { ...name, publishedAt: never, gate }
  return {
    compare: comparePage({
      feature: hostile,
      from: { ...compared, content: content(hostile) },
      to: { ...compared, id: 'b', content: content(`${hostile} and ${hostile}`) },
    }),
    run: runPage({
      ...{ feature: hostile, version: name, model: hostile, publishedAt: never, publishedBy: hostile, source: hostile },
      gate,
    }),
  }
}

function otherPages({ hostile, now, never }: Odd): Record<string, PageContent> {
  const name = { id: hostile, label: hostile }
  const auditRow = {
    ...{ chain: hostile, seq: 2, revision: 1, at: never, actor: hostile, tokenId: hostile, action: hostile },
    ...{ reason: hostile, previous: hostile, hash: hostile },
    ...{ before: { label: hostile }, after: { label: hostile, id: hostile }, evidence: [hostile] },
  }
  const activation = { ...auditRow, seq: 3, before: null, after: { active: hostile } }
  const labels = new Map([[hostile, hostile]])
  const filter = { act: hostile, actor: hostile, from: hostile, until: hostile, before: 9 }
  const head = { seq: 40, hash: hostile }
  return {
    audit: auditPage({
      chain: hostile,
      filter,
      rows: [auditRow, activation],
      labels,
      now,
      head,
      searchedTo: 2,
      unreadable: 1,
    }),
    verification: verificationPage({
      ...{ chain: hostile, head, at: never },
      verdict: { ok: false, fault: 'edited', seq: 1, message: hostile },
    }),
    judge: judgePage({
      judges: [
        {
          ...{ feature: hostile, version: name, judge: { model: hostile, words: hostile, isInReport: true } },
          judging: { share: hostile, budgetUsd: 1 },
          spentUsd: 9e99,
          ...{ health: { tone: 'bad', text: hostile }, drift: { tone: 'bad', text: hostile } },
        },
      ],
      ...{ page: 1, pages: 2, counts: { all: 1, judged: 1 }, spentUsd: 1 },
    }),
    costs: costsPage({
      features: [
        {
          feature: hostile,
          judging: { todayUsd: 1, lastDaysUsd: 2, budgetUsd: 1 },
          ...{
            gate: { usd: 1, runs: 2, withoutCost: 1, unpricedCalls: 3 },
            nights: { usd: 1, runs: 2, unpricedCalls: 3 },
            request: null,
            share: { lacks: [hostile] },
          },
        },
      ],
      ...{ page: 1, pages: 2, all: 1, versionsRead: 3, days: [{ at: now, usd: 1 }] },
    }),
  }
}
