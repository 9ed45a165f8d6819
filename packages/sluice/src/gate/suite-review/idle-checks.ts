import { type Check, type CheckDeps, CheckError, compileCheck } from '../../core/scorers/checks/check.ts'
import { renderValue } from '../../core/scorers/checks/value-template.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { CheckSpec } from '../../core/suite/checks/check-spec.ts'
import type { Source } from '../../core/suite/diagnostics/source.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { ReviewArea, ReviewFinding } from '../../records/report/suite-review.ts'
import { type Random, seededRandom } from '../../stats/index.ts'
import { formatAmount } from '../../text/format.ts'
import { failingOutputs } from './failing-outputs.ts'
import { findingAt, named, type ReviewedSuite } from './reviewed-suite.ts'

/** A check of the prompt is tried on so many cases at most before it is said to pass everything. */
const mostCases = 50

/** Whether a check refuses any wrong output; `unknown` comes with the reason why it was not found out. */
export type CheckTrial =
  | { kind: 'fails' }
  | { kind: 'fails-on-empty-only' | 'never-fails'; tried: number }
  | { kind: 'unknown'; why: string }

/** Checks of the kinds that would run foreign code, call a model, or do not look at the output. */
const notTried: Partial<Record<CheckSpec['type'], string>> = {
  module: 'runs own code',
  command: 'runs a program',
  latencyMs: 'is about time, not about the output',
  costUsd: 'is about cost, not about the output',
  toolCalled: 'is about calls of tools, not about the output',
  noToolCalled: 'is about calls of tools, not about the output',
  toolOrder: 'is about calls of tools, not about the output',
  onlyTools: 'is about calls of tools, not about the output',
  maxSteps: 'is about steps, not about the output',
  noToolErrors: 'is about calls of tools, not about the output',
  state: 'is about the end state, not about the output',
  oneOf: 'has alternatives',
}

/** Tries a check on outputs that it should refuse, for one case after the other until one is refused. */
export async function tryCheck(
  spec: CheckSpec,
  cases: readonly Case[],
  { deps, random }: { deps: CheckDeps; random: Random },
): Promise<CheckTrial> {
  const reason = notTried[spec.type]
  if (reason !== undefined) return { kind: 'unknown', why: reason }
  if (spec.type === 'similarity' && spec.value.metric === 'embedding') return { kind: 'unknown', why: 'asks a model' }
  const check = compileCheck(spec, deps)
  let tried = 0
  let errors = 0
  let onEmpty = false
  for (const testCase of cases.slice(0, mostCases)) {
    for (const { what, text } of failingOutputs(rendered(spec, testCase), testCase, random)) {
      const passed = await passes(check, testCase, text)
      if (passed === undefined) errors += 1
      else tried += 1
      if (passed === false && what !== 'empty') return { kind: 'fails' }
      if (passed === false) onEmpty = true
    }
  }
  if (tried === 0) return { kind: 'unknown', why: 'could not be evaluated' }
  if (spec.negate && !isFound(spec)) return { kind: 'unknown', why: 'no output was found that it forbids' }
  if (errors > tried) return { kind: 'unknown', why: 'could not be evaluated on most outputs' }
  return { kind: onEmpty ? 'fails-on-empty-only' : 'never-fails', tried }
}

/** Whether the outputs hold what a negated check of this kind forbids, so that passing all of them means something. */
function isFound({ type }: CheckSpec): boolean {
  return ['equals', 'contains', 'startsWith', 'endsWith', 'containsAll', 'containsAny', 'equalsAny'].includes(type)
}

/** The check with the variables of the case in its texts, so that what it forbids can be written down. */
function rendered(spec: CheckSpec, testCase: Case): CheckSpec {
  const fill = (text: string) => {
    try {
      return renderValue(text, testCase, { strict: false, isPattern: spec.type === 'matches' })
    } catch {
      return text
    }
  }
  if (spec.type === 'containsAll' || spec.type === 'containsAny' || spec.type === 'equalsAny')
    return { ...spec, value: spec.value.map(fill) }
  const isText = ['equals', 'contains', 'startsWith', 'endsWith', 'matches'].includes(spec.type)
  return isText ? ({ ...spec, value: fill(String(spec.value)) } as CheckSpec) : spec
}

async function passes(check: Check, testCase: Case, output: string): Promise<boolean | undefined> {
  try {
    return (await check.run({ case: testCase, output })).score === 1
  } catch (error) {
    if (error instanceof CheckError) return undefined
    throw error
  }
}

interface FoundCheck {
  spec: CheckSpec
  trial: CheckTrial
  place: { file: string; line: number }
  cases: string[]
}

/** Checks that pass whatever the answer is, of the prompt and of single cases. */
export async function reviewChecks(
  suites: readonly ReviewedSuite[],
  prompt: Prompt,
  { source, deps }: { source: Source | undefined; deps: CheckDeps },
): Promise<ReviewArea> {
  const how = { deps: { ...deps, strict: prompt.strict }, random: seededRandom(1) }
  const all = suites.flatMap(({ cases }) => cases)
  const found: FoundCheck[] = []
  for (const [index, spec] of prompt.checks.entries()) {
    const line = source?.at(['checks', index]).line ?? 1
    found.push({ spec, trial: await tryCheck(spec, all, how), place: { file: prompt.file, line }, cases: [] })
  }
  for (const { file, cases } of suites) {
    for (const one of cases) {
      for (const spec of one.checks) {
        const trial = await tryCheck(spec, [one], how)
        found.push({ spec, trial, place: { file, line: one.line }, cases: [one.id] })
      }
    }
  }
  const unknown = found.filter(({ trial }) => trial.kind === 'unknown')
  const says = `${formatAmount(found.length, 'check')} tried on empty, random, long and mutated outputs.${whyUnknown(unknown)}`
  const state = unknown.length === 0 ? 'looked' : unknown.length < found.length ? 'partly' : 'unknown'
  return { area: 'checks', state, says, findings: found.flatMap(checkFinding) }
}

function whyUnknown(unknown: readonly FoundCheck[]): string {
  const reasons = Map.groupBy(unknown, ({ trial }) => (trial.kind === 'unknown' ? trial.why : ''))
  const texts = [...reasons].map(([why, own]) => `${named([...new Set(own.map(({ spec }) => spec.name))])} (${why})`)
  return texts.length === 0 ? '' : ` Not known of: ${texts.join('; ')}.`
}

function checkFinding({ spec: { name }, trial, place, cases }: FoundCheck): ReviewFinding[] {
  if (trial.kind === 'fails' || trial.kind === 'unknown') return []
  const onEmpty = trial.kind === 'fails-on-empty-only'
  const of = cases.length === 0 ? '' : ` of "${cases[0]}"`
  const message = onEmpty
    ? `the check ${name}${of} refuses an empty answer alone, and passed ${trial.tried - 1} other wrong outputs; an empty answer is never scored anyway`
    : `the check ${name}${of} passed all ${trial.tried} wrong outputs that it was tried on: it cannot fail`
  const action = 'ask for something that only a right answer has, or remove it: it only raises the score'
  return [findingAt(place, place, { code: 'check-cannot-fail', message, action, cases })]
}
