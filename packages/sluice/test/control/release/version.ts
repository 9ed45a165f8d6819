import { defaultLiveSettings, defaultRolloutSettings } from '../../../src/records/rollout/rollout-settings.ts'
import type { VersionRecord } from '../../../src/records/version.ts'

/** A published version of the feature `summary` that has passed its gate. */
export function versionOf(id: string, more: Partial<VersionRecord> = {}): VersionRecord {
  return {
    feature: 'summary',
    id,
    content: {
      id,
      model: 'recorded:small',
      parameters: {},
      messages: [{ role: 'user', content: 'Summarise {{email}}' }],
      format: { type: 'text' },
      strict: true,
    },
    rubric: [],
    judge: null,
    rollout: defaultRolloutSettings,
    live: defaultLiveSettings,
    report: {
      verdict: 'pass',
      strength: 'strong',
      exitCode: 0,
      runId: 'run-1',
      startedAt: '2026-11-24T08:00:00.000Z',
      sluiceVersion: '0.1.0',
      summary: null,
    },
    publishedAt: 0,
    publishedBy: 'ci',
    source: null,
    ...more,
  }
}
