import type { FeedbackEntry, RequestEntry, ScoreEntry } from '../../../src/records/outcome.ts'

const fields = {
  id: 'o-1',
  feature: 'email-summary',
  version: 'c84f5641b4d1',
  rolloutId: 'r-1',
  arm: 'canary' as const,
  stage: 1,
  unit: '00112233aabbccdd',
  position: 1234,
  observedAt: 1_764_000_000_000,
  receivedAt: 1_764_000_000_250,
}

export function requestEntry(changes: Partial<RequestEntry> = {}): RequestEntry {
  return {
    ...fields,
    kind: 'request',
    latencyMs: 1250,
    costUsd: 0.002,
    inputTokens: 100,
    outputTokens: 20,
    error: null,
    refusal: false,
    invalid: false,
    outputChars: 80,
    servedModel: 'model-a-2026-01-01',
    fingerprint: null,
    ...changes,
  }
}

export function scoreEntry(changes: Partial<ScoreEntry> = {}): ScoreEntry {
  const judged = { of: 'o-1', score: 0.75, judgeId: 'aabbccddeeff', sampled: 0.1, sampledOther: 0.1, judgeUsd: 0.001 }
  return { ...fields, id: 'o-1:score', kind: 'score', ...judged, ...changes }
}

export function feedbackEntry(changes: Partial<FeedbackEntry> = {}): FeedbackEntry {
  return { ...fields, id: 'f-1', kind: 'feedback', of: 'o-1', score: 1, comment: null, ...changes }
}
