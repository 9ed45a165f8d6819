import type { PromptVersion } from '@sluice/client'
import type { LiveSettings, RolloutSettings } from '../../records/rollout-settings.ts'
import type { RubricItem } from '../../records/rubric.ts'

/** What the gate said about a version, from its report. */
export interface GateEvidence {
  verdict: 'pass' | 'fail' | 'inconclusive'
  strength: 'strong' | 'weak' | null
  exitCode: number
  runId: string
  startedAt: string
  sluiceVersion: string
  /** The feature's part of the report, without its cases. */
  summary: unknown
}

/**
 * A published prompt version. Its content never changes; its settings may, each time under a new number, and a later report
 * may replace the one before.
 */
export interface VersionRecord {
  feature: string
  /** 12 hex. */
  id: string
  content: PromptVersion
  /** For judging live traffic with the gate's own questions. */
  rubric: RubricItem[]
  /** `provider:model` and parameters of the judge; null without a rubric. */
  judge: { model: string; parameters: Record<string, unknown> } | null
  rollout: RolloutSettings
  live: LiveSettings
  /** Those of the two that the prompt file holds itself, e.g. `rollout.stages`. Absent where the publisher did not say. */
  written?: string[]
  /** How often the settings were published, 1-based. Absent in records of before: 1. */
  settings?: number
  report: GateEvidence | null
  /** ms since the epoch. */
  publishedAt: number
  publishedBy: string
  /** Where it comes from, e.g. a commit. */
  source: string | null
}

/** Exit code 0: a pass, weak ones included. */
export function hasPassed({ report }: Pick<VersionRecord, 'report'>): boolean {
  return report?.verdict === 'pass' && report.exitCode === 0
}
