import { failedItems, type StoredContent } from '../../records/content.ts'
import type { StoredWay } from '../live/redact-trajectory.ts'

/** An answer of production that was not good enough. */
export interface Failure {
  /** What the prompt was filled with. */
  vars: Record<string, unknown>
  /** What was answered: the fault itself, hence never the expected answer. Null where it was not kept. */
  output: string | null
  /** What should have been answered, where somebody has said so. */
  expected?: string
  /** The judge's, in [0,1]; null where it was not judged. */
  score: number | null
  /** Ids of the rubric's items that the judge answered with no. */
  failed: string[]
  /** One of them must hold. */
  mustFailed: boolean
  /** Where it comes from, as the case will say it. */
  source: Record<string, unknown>
  /** What was done on the way to the answer: the fault too, so a case keeps only counts and where to look. */
  way: StoredWay
}

/** What failed by the judge's answer; nothing where there is none. */
export function failedByJudge(judgement: unknown): Pick<Failure, 'failed' | 'mustFailed'> {
  const failed = failedItems(judgement)
  return { failed: failed.map(({ id }) => id), mustFailed: failed.some(({ must }) => must === true) }
}

type StoredFields = { [Field in keyof StoredWay]?: StoredWay[Field] | undefined }

/** The part of a stored request, or of a row of a file, about the way to its answer. */
export function wayOf({ steps, toolCalls, trajectory, trajectoryRef }: StoredFields): StoredWay {
  return {
    ...(steps !== undefined && { steps }),
    ...(toolCalls && { toolCalls }),
    ...(trajectory && { trajectory }),
    ...(trajectoryRef !== undefined && { trajectoryRef }),
  }
}

/** A stored request of production as a failure. */
export function failureOf(content: StoredContent): Failure {
  const { id, rolloutId, version, input, output, score, judgement } = content
  const source = { outcome: id, ...(rolloutId === null ? {} : { rollout: rolloutId }), version }
  return { vars: input, output, score, source, way: wayOf(content), ...failedByJudge(judgement) }
}
