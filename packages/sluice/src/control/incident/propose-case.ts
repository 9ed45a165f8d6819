import type { NewCase } from '../../core/suite/cases/append-cases.ts'
import { withoutFiles } from '../../core/suite/cases/file-variables.ts'
import type { RubricItem } from '../../records/rubric.ts'
import type { Failure } from './failure.ts'
import type { Neighbour } from './survey.ts'

/** What somebody has decided; the rest is proposed. */
export interface CaseDecisions {
  tags?: readonly string[] | undefined
  weight?: number | undefined
  critical?: boolean | undefined
  expected?: string | undefined
  /** Questions whose answer is yes for a good answer to this input. */
  ask?: readonly string[] | undefined
  /** The number of an incident, for `source`. */
  incident?: string | undefined
}

export interface ProposeContext {
  feature: string
  /** Ids that are taken, those of the prompt's rubric among them. */
  ids: ReadonlySet<string>
  rubricIds: ReadonlySet<string>
  neighbours: readonly Neighbour[]
  decisions: CaseDecisions
}

/** Cases less similar than this say nothing about the kind of input. */
const relatedFrom = 0.15
const incidentTag = 'incident'

/**
 * The case that would have caught a failure. Tags are those that most of the similar cases have, and `incident`; the
 * weight is the largest of theirs. It is critical where the answer failed an item that must hold, or scored 0. What
 * production answered is in no field of it, and what production asked names no file of the project.
 */
export function proposeCase(
  failure: Failure,
  { feature, ids, rubricIds, neighbours, decisions }: ProposeContext,
): NewCase {
  const related = neighbours.filter((one) => one.similarity >= relatedFrom)
  const expected = decisions.expected ?? failure.expected
  const weight = decisions.weight ?? Math.max(1, ...related.map((one) => one.weight))
  const critical = decisions.critical ?? (failure.mustFailed || failure.score === 0)
  const rubric = questions(decisions.ask ?? [], rubricIds)
  return {
    id: newCaseId(feature, failure.vars, ids),
    vars: withoutFiles(failure.vars).vars,
    ...(expected === undefined ? {} : { expected }),
    ...(rubric.length === 0 ? {} : { rubric }),
    tags: [...(decisions.tags ?? proposedTags(related))],
    ...(weight === 1 ? {} : { weight }),
    ...(critical ? { critical } : {}),
    source: sourceOf(failure, decisions.incident),
  }
}

function proposedTags(related: readonly Neighbour[]): string[] {
  const counts = new Map<string, number>()
  for (const tag of related.flatMap(({ tags }) => [...new Set(tags)])) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  const common = [...counts].filter(([, count]) => count * 2 > related.length).map(([tag]) => tag)
  return [...new Set([...common, incidentTag])]
}

function questions(asked: readonly string[], taken: ReadonlySet<string>): Pick<RubricItem, 'id' | 'ask' | 'must'>[] {
  const free = Array.from({ length: asked.length + taken.size }, (_, index) => `incident-${index + 1}`)
  const ids = free.filter((id) => !taken.has(id))
  return asked.map((ask, index) => ({ id: ids[index] ?? '', ask, must: true }))
}

function sourceOf({ source, score, failed, way }: Failure, incident: string | undefined): Record<string, unknown> {
  return {
    ...(incident === undefined ? {} : { incident }),
    ...source,
    ...(score === null ? {} : { score }),
    ...(failed.length === 0 ? {} : { failed }),
    ...(way.steps === undefined ? {} : { steps: way.steps }),
    ...(way.toolCalls === undefined ? {} : { toolCalls: way.toolCalls }),
    ...(way.trajectoryRef === undefined ? {} : { trajectoryRef: way.trajectoryRef }),
  }
}

const wordsTaken = 3
const longestWord = 20

/**
 * An id such as `email-summary-registration-conference-refund-1`: the feature, the three longest words of the input in
 * their order, and the first number that is free. Digits are left out, since they are somebody's numbers.
 */
export function newCaseId(
  feature: string,
  vars: Readonly<Record<string, unknown>>,
  taken: ReadonlySet<string>,
): string {
  const stem = [feature, ...distinctiveWords(Object.values(vars))].join('-')
  for (let number = 1; ; number += 1) {
    const id = `${stem}-${number}`
    if (!taken.has(id)) return id
  }
}

function distinctiveWords(values: readonly unknown[]): string[] {
  const text = values.filter((value) => typeof value === 'string').join(' ')
  // Addresses of mail and web say who, not what.
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => !/@|:\/\//.test(word))
    .join(' ')
    .match(/[\p{L}\p{M}]{4,}/gu)
  const unique = [...new Set(words)].filter((one) => one.length <= longestWord)
  const longest = new Set(unique.toSorted((a, b) => b.length - a.length).slice(0, wordsTaken))
  return unique.filter((one) => longest.has(one))
}
