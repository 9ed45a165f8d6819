import { type AuditRow, readAuditDocument } from '../../records/audit-row.ts'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { rolloutRows } from '../release/rollout-rows.ts'
import type { KnownWeights } from '../rollout/assessment/unwatched-signals.ts'
import type { LabelledVersion } from '../words/version-text.ts'
import { type DecidingEvidence, decidingEvidence } from './deciding-evidence.ts'
import { type Failure, failureOf } from './failure.ts'
import type { Production } from './gather-failures.ts'
import type { IncidentCase } from './incident-cases.ts'

/** A rollout as a control plane stores it or answers it, as far as the page reads it. */
export interface EndedRollout
  extends Pick<
    Rollout,
    'id' | 'feature' | 'incumbent' | 'canary' | 'stage' | 'startedAt' | 'startedBy' | 'override' | 'endedAt'
  > {
  /** Absent or null where the control plane has none. */
  environment?: string | null | undefined
  state: string
  /** The canary's share at its end. */
  ppm: number
  settings: { stages: readonly unknown[]; signals?: KnownWeights | undefined }
  strength?: string | null | undefined
  ending: { by: string; reason: string; why?: string | undefined; evidence?: unknown } | null
  /** The last one; null without data. */
  assessment: unknown
}

interface GatedVersion extends LabelledVersion {
  /** A strength that is absent is not known. */
  report: { verdict: string; strength?: string | null | undefined; runId: string } | null
}

/** Everything that the page about a rollout which has ended shows. */
export interface PostMortem {
  rollout: EndedRollout
  /** Its page; null where that is not known. */
  link: string | null
  versions: readonly GatedVersion[]
  evidence: DecidingEvidence | null
  /** What happened to the rollout, and the publication of its canary; oldest first. */
  rows: AuditRow[]
  /**
   * The worst judged answers of the canary that are kept, below the score from which an answer is good; null: not to be
   * shown.
   */
  worst: Failure[] | null
  /** Null where the project of the feature is not at hand. */
  cases: IncidentCase[] | null
}

/** The part of a control plane that a post-mortem is made of. */
export interface Records extends Pick<Production, 'contents'> {
  feature(name: string): Promise<{ versions: readonly GatedVersion[] }>
  auditRows(feature: string): Promise<AuditRow[]>
}

const worstShown = 10

/** Reads what is on record of a rollout. Rejects as the records do. */
export async function postMortemOf(
  rollout: EndedRollout,
  records: Records,
  { cases, goodFrom, link = null }: { cases: IncidentCase[] | null; goodFrom: number; link?: string | null },
): Promise<PostMortem> {
  const { id, feature, canary, ending, assessment } = rollout
  const [{ versions }, rows, contents] = await Promise.all([
    records.feature(feature),
    records.auditRows(feature),
    records.contents(feature, { rollout: id, version: canary, limit: worstShown }),
  ])
  return {
    rollout,
    link,
    versions,
    evidence: decidingEvidence(ending?.evidence, assessment),
    rows: rowsOf(rows, rollout),
    worst: contents.filter(({ score }) => score !== null && score < goodFrom).map(failureOf),
    cases,
  }
}

/** The steps of the rollout itself up to its end, and the publication of its canary. */
function rowsOf(rows: readonly AuditRow[], rollout: EndedRollout): AuditRow[] {
  const { id, canary } = rollout
  const during = rolloutRows(rows, rollout)
  const end = during.at(-1)?.seq ?? 0
  return rows.filter(({ seq, action, before, after }) => {
    if (seq > end) return false
    if (action === 'version.publish') return readAuditDocument(after).id === canary
    return [before, after].some((document) => readAuditDocument(document).rollout?.id === id)
  })
}
