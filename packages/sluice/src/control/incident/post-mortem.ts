import type { AuditRow } from '../../records/audit-row.ts'
import type { FeatureAnswer, RolloutAnswer } from '../remote/answers.ts'
import { parseAuditExport } from '../remote/audit-export.ts'
import { type DecidingEvidence, decidingEvidence } from './deciding-evidence.ts'
import { type Failure, failureOf } from './failure.ts'
import type { Production } from './gather-failures.ts'
import type { IncidentCase } from './incident-cases.ts'

/** Everything that the page about a rollout which has ended shows. */
export interface PostMortem {
  rollout: RolloutAnswer
  /** Its page; null where that is not known. */
  link: string | null
  versions: FeatureAnswer['versions']
  evidence: DecidingEvidence | null
  /** What happened to the rollout, and the publication of its canary; oldest first. */
  rows: AuditRow[]
  /** The worst judged answers of the canary that are kept, below the score from which an answer is good. */
  worst: Failure[]
  /** Null where the project of the feature is not at hand. */
  cases: IncidentCase[] | null
}

/** The part of a control plane that a post-mortem is made of. */
export interface Records extends Production {
  feature(name: string): Promise<Pick<FeatureAnswer, 'versions'>>
  auditExport(feature: string): Promise<string>
}

const worstShown = 10

/** Reads what is on record of a rollout. Rejects as the records do. */
export async function postMortemOf(
  rollout: RolloutAnswer,
  records: Records,
  { cases, goodFrom, link = null }: { cases: IncidentCase[] | null; goodFrom: number; link?: string | null },
): Promise<PostMortem> {
  const { id, feature, canary, ending, assessment } = rollout
  const [{ versions }, log, contents] = await Promise.all([
    records.feature(feature),
    records.auditExport(feature),
    records.contents(feature, { rollout: id, version: canary, limit: worstShown }),
  ])
  const { rows } = parseAuditExport(log, `the log of ${feature}`)
  return {
    rollout,
    link,
    versions,
    evidence: decidingEvidence(ending?.evidence, assessment),
    rows: rows.filter((row) => concerns(row, rollout)),
    worst: contents.filter(({ score }) => score !== null && score < goodFrom).map(failureOf),
    cases,
  }
}

/** A step of the rollout itself up to its end, or the publication of its canary. */
function concerns({ action, at, before, after }: AuditRow, { id, canary, endedAt }: RolloutAnswer): boolean {
  if (endedAt !== null && at > endedAt) return false
  if (action === 'version.publish') return fieldOf(after, 'id') === canary
  return [before, after].some((document) => fieldOf(fieldOf(document, 'rollout'), 'id') === id)
}

function fieldOf(document: unknown, key: string): unknown {
  return typeof document === 'object' && document !== null ? Reflect.get(document, key) : undefined
}
