import { newFeature } from '../../../src/control/release/feature-state.ts'
import type { StoreChange, TokenChange } from '../../../src/control/store/release-store.ts'
import type { AuditDraft } from '../../../src/records/audit-row.ts'
import type { StoredContent } from '../../../src/records/content.ts'
import type { FeatureState } from '../../../src/records/feature.ts'
import type { InstanceRecord } from '../../../src/records/instance.ts'
import type { JudgeTask } from '../../../src/records/judge-task.ts'
import type { FeedbackEntry, OutcomeKey, RequestEntry, ScoreEntry } from '../../../src/records/outcome.ts'
import type { Proposal } from '../../../src/records/proposal.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { defaultLiveSettings, defaultRolloutSettings } from '../../../src/records/rollout/rollout-settings.ts'
import type { TokenRecord } from '../../../src/records/token.ts'
import type { VersionRecord } from '../../../src/records/version.ts'

/** 2026-01-01. */
export const start = 1_767_225_600_000

/** Names an outcome of the feature that the samples are of. */
export const key = (id: string, feature = 'summary'): OutcomeKey => ({ feature, id })

export const feature = (name: string, more: Partial<FeatureState> = {}): FeatureState => ({
  ...newFeature(name),
  active: 'aaaaaaaaaaaa',
  history: [{ version: 'aaaaaaaaaaaa', since: start, until: null, ended: null, promoted: false }],
  capture: { incumbent: 100_000, canary: 100_000 },
  live: defaultLiveSettings,
  ...more,
})

export const rollout = (id: string, name: string, status: Rollout['status'] = 'running'): Rollout => ({
  id,
  feature: name,
  incumbent: 'aaaaaaaaaaaa',
  canary: 'bbbbbbbbbbbb',
  algorithm: 'murmur3-x86-32/ppm',
  salt: 'salt',
  settings: defaultRolloutSettings,
  stage: 0,
  enteredAt: [start],
  pausedMs: 0,
  pausedAt: null,
  status,
  hold: null,
  startedAt: start,
  startedBy: 'ann',
  override: null,
  endedAt: null,
  ending: null,
})

export const version = (name: string, id: string, more: Partial<VersionRecord> = {}): VersionRecord => ({
  feature: name,
  id,
  content: {
    id,
    model: 'anthropic:claude-haiku-4-5-20251001',
    parameters: { maxTokens: 512 },
    messages: [{ role: 'user', content: 'Sum up {{email}} — ünïcode 😀 \u0000' }],
    format: { type: 'text' },
    strict: true,
  },
  rubric: [{ id: 'actions', ask: 'Are all there?', weight: 3, must: true }],
  judge: { model: 'anthropic:claude-haiku-4-5-20251001', parameters: {} },
  rollout: defaultRolloutSettings,
  live: defaultLiveSettings,
  report: null,
  publishedAt: start,
  publishedBy: 'ci',
  source: null,
  ...more,
})

export const draft = (chain: string, more: Partial<AuditDraft> = {}): AuditDraft => ({
  chain,
  at: start,
  actor: 'ann',
  tokenId: 't1',
  action: 'active.set',
  reason: 'because',
  before: null,
  after: { active: 'aaaaaaaaaaaa' },
  evidence: null,
  ...more,
})

export const change = (name: string, more: Partial<StoreChange> = {}): StoreChange => ({ audit: draft(name), ...more })

export const token = (id: string, more: Partial<TokenRecord> = {}): TokenRecord => ({
  id,
  name: `token ${id}`,
  hash: `hash of ${id}`,
  scopes: ['client'],
  features: ['summary'],
  createdAt: start,
  expiresAt: null,
  revokedAt: null,
  ...more,
})

/** The first commit of a token. */
export const newToken = (id: string, more: Partial<TokenRecord> = {}): TokenChange => ({
  before: null,
  after: token(id, more),
})

export const proposal = (id: string, more: Partial<Proposal> = {}): Proposal => ({
  id,
  feature: 'summary',
  revision: 0,
  state: 'open',
  wish: { act: 'activate', version: 'bbbbbbbbbbbb', override: null },
  label: '1.1',
  reason: 'better',
  does: ['Everybody gets 1.1 at once.'],
  proposedBy: { tokenId: 't1', name: 'ann' },
  proposedAt: start,
  expiresAt: start + 86_400_000,
  seen: 1,
  epoch: 'e1',
  basis: '0123456789abcdef',
  approvals: [],
  ended: null,
  rolloutId: null,
  ...more,
})

export const request = (id: string, more: Partial<RequestEntry> = {}): RequestEntry => ({
  kind: 'request',
  id,
  feature: 'summary',
  version: 'aaaaaaaaaaaa',
  rolloutId: null,
  arm: null,
  stage: null,
  unit: '0123456789abcdef',
  position: null,
  observedAt: start,
  receivedAt: start,
  latencyMs: 812.5,
  costUsd: 0.0012,
  inputTokens: 900,
  outputTokens: 120,
  error: null,
  refusal: false,
  invalid: false,
  outputChars: 480,
  servedModel: 'claude-haiku-4-5-20251001',
  fingerprint: null,
  ...more,
})

export const score = (id: string, of: string, more: Partial<ScoreEntry> = {}): ScoreEntry => ({
  kind: 'score',
  id,
  of,
  feature: 'summary',
  version: 'bbbbbbbbbbbb',
  rolloutId: 'r1',
  arm: 'canary',
  stage: 1,
  unit: '0123456789abcdef',
  position: 1234,
  observedAt: start,
  receivedAt: start,
  score: 0.75,
  judgeId: 'j1',
  sampled: 0.1,
  sampledOther: 0.05,
  judgeUsd: 0.002,
  ...more,
})

export const feedback = (id: string, of: string): FeedbackEntry => ({
  kind: 'feedback',
  id,
  of,
  feature: 'summary',
  version: 'aaaaaaaaaaaa',
  rolloutId: null,
  arm: null,
  stage: null,
  unit: null,
  position: null,
  observedAt: start,
  receivedAt: start,
  score: 1,
  comment: 'fine "quotes" \\ \u0000 😀',
})

export const task = (id: string, more: Partial<JudgeTask> = {}): JudgeTask => ({
  id,
  feature: 'summary',
  version: 'aaaaaaaaaaaa',
  rolloutId: null,
  arm: null,
  priority: 0,
  sampled: 0.1,
  sampledOther: 0.1,
  attempts: 0,
  notBefore: start,
  enqueuedAt: start,
  ...more,
})

export const content = (id: string, more: Partial<StoredContent> = {}): StoredContent => ({
  id,
  feature: 'summary',
  version: 'aaaaaaaaaaaa',
  rolloutId: null,
  unit: '0123456789abcdef',
  input: { email: 'Please pay invoice 1182 by Friday. \u0000 😀' },
  output: 'Pay invoice 1182.',
  trajectory: {
    messages: [
      {
        role: 'assistant',
        text: null,
        calls: [
          { id: null, name: 'look_up', arguments: { invoice: '\u0000' }, result: 'due', error: null, durationMs: 3 },
        ],
      },
    ],
  },
  trajectoryRef: 'trace-1182',
  steps: 2,
  toolCalls: { look_up: 1 },
  judgement: null,
  score: null,
  storedAt: start,
  expiresAt: start + 1000,
  ...more,
})

export const instance = (name: string, more: Partial<InstanceRecord> = {}): InstanceRecord => ({
  instance: name,
  process: '',
  epoch: 'e',
  revision: 1,
  hash: 'h',
  known: true,
  client: '@sluice/client 0.1.0',
  stale: false,
  tokenId: null,
  firstSeenAt: start,
  seenAt: start,
  mayServeUntil: start + 1000,
  ...more,
})
