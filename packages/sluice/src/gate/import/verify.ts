import { CheckError, compileCheck } from '../../core/scorers/checks/check.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import { checkSchema } from '../../core/suite/checks/check-entry.ts'
import { resolveModule } from '../../core/suite/checks/check-faults.ts'
import { textOf } from '../../core/suite/values/written.ts'
import type { CheckEntry, ImportedPart } from './imported.ts'
import type { OldAnswer, OldPart } from './old-answer.ts'
import type { PlannedFeature } from './plan-project.ts'
import type { SettledCase } from './settle-feature.ts'

/** Whether an imported check or case says of a kept answer what the other tool said. */
type Agreement = 'same' | 'differs' | 'notComparable'

export interface Compared {
  /** The case's id; of an assertion, with what it is. */
  name: string
  place: string
  agreement: Agreement
  /** What the other tool said; null where it said nothing. */
  before: boolean | null
  /** What the imported checks say; null where they need the judge, or cannot say. */
  now: boolean | null
  /** Why they differ, or cannot be compared. */
  reason: string
}

/** What comes of re-scoring kept answers; the three agreements together are all of them. */
export interface Verification {
  cases: Tally
  assertions: Tally
  /** Everything that is not the same. */
  findings: Compared[]
}

export type Tally = Record<Agreement, number> & { all: number }

/** Re-scores each kept answer with the imported checks. `root` is the folder of the new project. */
export async function verifyAnswers(
  features: readonly PlannedFeature[],
  answers: readonly OldAnswer[],
  { root, isWritten }: { root: string; isWritten: boolean },
): Promise<Verification> {
  const known = casesByOrigin(features)
  const cases: Compared[] = []
  const assertions: Compared[] = []
  for (const answer of answers) {
    const found = answer.origins.flatMap((origin) => known.get(origin) ?? [])
    const item = found.find((each) => isAlike(each, answer.parts))
    const compared =
      item === undefined ? incomparable(answer, found[0]) : await compareAnswer(item, answer, { root, isWritten })
    cases.push(compared.whole)
    assertions.push(...compared.parts)
  }
  return {
    cases: tally(cases),
    assertions: tally(assertions),
    findings: [...cases, ...assertions].filter(({ agreement }) => agreement !== 'same'),
  }
}

function tally(compared: readonly Compared[]): Tally {
  const count = (agreement: Agreement) => compared.filter((each) => each.agreement === agreement).length
  return {
    all: compared.length,
    same: count('same'),
    differs: count('differs'),
    notComparable: count('notComparable'),
  }
}

function casesByOrigin(features: readonly PlannedFeature[]): Map<string, SettledCase[]> {
  const known = new Map<string, SettledCase[]>()
  for (const { cases, unscored } of features)
    for (const item of [...cases, ...unscored])
      for (const origin of item.origins?.() ?? []) {
        const items = known.get(origin)
        if (items === undefined) known.set(origin, [item])
        else items.push(item)
      }
  return known
}

/** Whether two lists of assertions ask for the same, in the same order. */
function isAlike({ parts = [] }: SettledCase, old: readonly OldPart[]): boolean {
  return (
    parts.length === old.length &&
    parts.every(({ name, asked }, index) => name === old[index]?.name && asked === old[index]?.asked)
  )
}

interface ComparedAnswer {
  whole: Compared
  parts: Compared[]
}

/** An answer for which there is no case, or whose case has other assertions by now. */
function incomparable({ place, pass, parts }: OldAnswer, other: SettledCase | undefined): ComparedAnswer {
  const reason =
    other === undefined
      ? 'no imported case has these variables'
      : 'the results are of other assertions than the file that was imported'
  const row = { place, agreement: 'notComparable', now: null, reason } as const
  return {
    whole: { ...row, name: other?.id ?? place, before: pass },
    parts: parts.map((part) => ({ ...row, name: part.name, before: part.pass })),
  }
}

/** Imported code only looks at values: what takes longer would not come to an end. */
const ownCodeLimitMs = 2_000

interface Place {
  root: string
  isWritten: boolean
}

async function compareAnswer(item: SettledCase, answer: OldAnswer, place: Place): Promise<ComparedAnswer> {
  const { output, error, parts: old } = answer
  const imported = item.parts ?? []
  const where = `${answer.place}, ${answer.model}`
  const failed = error ?? (output === undefined ? 'there is no output' : undefined)
  if (failed !== undefined || output === undefined) {
    const row = {
      place: where,
      agreement: 'notComparable',
      before: null,
      now: null,
      reason: `an error: ${failed}`,
    } as const
    return {
      whole: { ...row, name: item.id },
      parts: imported.map(({ name }) => ({ ...row, name: `${item.id}: ${name}` })),
    }
  }
  const scores = await Promise.all(imported.map((part) => scoreOf(part, item, { ...answer, output }, place)))
  const parts = imported.map((part, index): Compared => {
    const row = { name: `${item.id}: ${part.name}`, place: where }
    return { ...row, ...compareParts(part, scores[index] as Rescored, old[index] as OldPart) }
  })
  return { whole: { name: item.id, place: where, ...compareWholes(item, scores, answer) }, parts }
}

/** The score of the checks of one assertion, in [0,1], or why there is none. */
type Rescored = { score: number; reason: string } | { unknown: string; isAbsent?: boolean }

async function scoreOf(
  { checks, rubric, outcome, note }: ImportedPart,
  item: SettledCase,
  answer: OldAnswer & { output: string },
  { root, isWritten }: Place,
): Promise<Rescored> {
  if (outcome === 'dropped') return { unknown: `it was dropped: ${note}`, isAbsent: true }
  if (rubric.length > 0) return { unknown: 'it needs the judge' }
  if (checks.length === 0) return { unknown: `it is no check here: ${note}`, isAbsent: true }
  if (checks.some(isByModel)) return { unknown: 'it needs an embedding model' }
  if (!isWritten && checks.some((check) => 'module' in check))
    return { unknown: 'its module is not written by --dry-run' }
  const subject = {
    case: caseOf(item),
    output: answer.output,
    ...(answer.latencyMs !== undefined && { latencyMs: answer.latencyMs }),
    ...(answer.costUsd !== undefined && { costUsd: answer.costUsd }),
  }
  try {
    const results = await Promise.all(
      checks.map((check) => {
        const spec = resolveModule(checkSchema.parse(check), { root, folder: 'evals' })
        return compileCheck(spec, { strict: true, ownCodeLimitMs }).run(subject)
      }),
    )
    const worst = results.reduce((least, each) => (each.score < least.score ? each : least))
    const mean = results.reduce((sum, each) => sum + each.score, 0) / results.length
    const reason = answer.isData ? `${worst.reason} (the output was data there, and is its JSON here)` : worst.reason
    return { score: mean, reason }
  } catch (error) {
    if (error instanceof CheckError) return { unknown: `the check could not be evaluated: ${error.message}` }
    throw error
  }
}

function isByModel({ similarity, notSimilarity }: CheckEntry): boolean {
  const settings = similarity ?? notSimilarity
  return settings !== null && typeof settings === 'object' && 'metric' in settings && settings.metric === 'embedding'
}

function caseOf({ id, vars, expected, source }: SettledCase): Case {
  return {
    id,
    vars,
    ...(expected !== undefined && { expected: textOf(expected) }),
    checks: [],
    rubric: [],
    tags: [],
    weight: 1,
    critical: false,
    ...(source && { source }),
    line: 1,
  }
}

type Verdict = Omit<Compared, 'name' | 'place'>

function notComparable(before: boolean | null, reason: string): Verdict {
  return { agreement: 'notComparable', before, now: null, reason }
}

function compareParts({ weight }: ImportedPart, now: Rescored, old: OldPart): Verdict {
  if (old.error !== undefined) return notComparable(null, `an error: ${old.error}`)
  if (old.pass === null) return notComparable(null, 'the results hold no verdict on it')
  if ('unknown' in now) return notComparable(old.pass, now.unknown)
  if (weight === 0) return notComparable(old.pass, 'its weight is 0, so that it passed by itself')
  const passes = now.score >= 1
  const isAlike = passes === old.pass || (old.score !== null && Math.abs(now.score - old.score) < 1e-6)
  return isAlike
    ? { agreement: 'same', before: old.pass, now: passes, reason: '' }
    : { agreement: 'differs', before: old.pass, now: passes, reason: now.reason }
}

/**
 * The verdict on the whole case by the rule of the other tool: every part passes, or the weighted mean is high enough.
 */
function compareWholes(
  { parts = [], passesAt }: SettledCase,
  scores: readonly Rescored[],
  { pass, parts: old }: OldAnswer,
): Verdict {
  const failed = old.find(({ error }) => error !== undefined)
  if (failed !== undefined) return notComparable(null, `an error: ${failed.error}`)
  const counted = parts
    .map((part, index) => ({ part, score: scores[index] as Rescored }))
    .filter(({ part }) => part.weight > 0)
  const known = counted.flatMap(({ part, score }) => ('score' in score ? [{ part, ...score }] : []))
  const open = counted.flatMap(({ score }) => ('unknown' in score && !score.isAbsent ? [score.unknown] : []))
  const absent = counted.flatMap(({ part, score }) =>
    'unknown' in score && score.isAbsent ? [`${part.name}: ${score.unknown}`] : [],
  )
  const worst = known.find(({ score }) => score < 1)
  if (passesAt === undefined && worst !== undefined) return verdict(pass, false, `${worst.part.name}: ${worst.reason}`)
  if (open.length > 0) return notComparable(pass, open[0] ?? '')
  if (known.length === 0) return notComparable(pass, absent[0] ?? 'nothing scores it')
  const weight = known.reduce((sum, { part }) => sum + part.weight, 0)
  const mean = known.reduce((sum, { part, score }) => sum + part.weight * score, 0) / weight
  const passes = passesAt === undefined || mean >= passesAt - 1e-9
  const [first] = known
  const shown =
    passesAt === undefined ? `all checks pass: ${first?.reason}` : `the score is ${mean.toFixed(3)}, ${passesAt} wanted`
  return verdict(pass, passes, absent.length === 0 ? shown : `${shown}, but ${absent.join('; ')}`)
}

function verdict(before: boolean, now: boolean, reason: string): Verdict {
  return before === now ? { agreement: 'same', before, now, reason: '' } : { agreement: 'differs', before, now, reason }
}
