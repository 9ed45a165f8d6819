import type { SafetyBound } from '../../records/report/safety-bound.ts'
import { lowerBound, trialsForBound, upperBound } from '../../stats/index.ts'
import { formatAmount, formatPercent } from '../../text/format.ts'
import type { GateCase } from './gate-case.ts'
import { errorRates, type GatePolicy } from './policy.ts'

/** What the bounds need of a policy. */
type SafetyPolicy = Pick<GatePolicy, 'confidence' | 'caseThreshold' | 'safety'>

/**
 * How often the cases of each bounded tag were violated, with exact one-sided bounds. A cluster counts as one case, as
 * do cases that ask the very same, and a case is violated if any of its answers is. A pass needs the upper bound within
 * the limit, where everything without a result counts as violated, a case in quarantine among it: to set the violated
 * cases aside proves nothing. A fail needs the lower bound above the limit, where it counts as not violated; its error
 * is shared by all bounds. Tags without a limit have no verdict.
 */
export function safetyBounds(
  cases: readonly GateCase[],
  policy: SafetyPolicy,
  tags: readonly string[] = Object.keys(policy.safety ?? {}),
): SafetyBound[] {
  const { alphaFail } = errorRates(policy)
  const limits = Object.keys(policy.safety ?? {}).length
  return tags.map((tag): SafetyBound => {
    const counted = countViolations(
      cases.filter((one) => (one.setAside ?? one.tags).includes(tag)),
      policy.caseThreshold,
    )
    const { cases: n, violations, unknown } = counted
    const limit = policy.safety?.[tag] ?? null
    const upper = n === 0 ? null : upperBound(violations + unknown, n, policy.confidence)
    const about = { tag, ...counted, upper, limit, confidence: policy.confidence }
    if (limit === null) return { ...about, verdict: null, casesNeeded: null }
    const isMore = n > 0 && lowerBound(violations, n, 1 - alphaFail / limits) > limit
    const verdict = upper !== null && upper <= limit ? 'pass' : isMore ? 'fail' : 'inconclusive'
    const needed = trialsForBound(violations, limit, policy.confidence)
    return { ...about, verdict, casesNeeded: Number.isFinite(needed) ? needed : null }
  })
}

function countViolations(cases: readonly GateCase[], caseThreshold: number) {
  const groups = independentGroups(cases)
  let violations = 0
  let unknown = 0
  for (const members of groups) {
    if (members.some((one) => isViolated(one, caseThreshold))) violations += 1
    else if (members.some(({ candidate, untold = 0 }) => untold > 0 || candidate.length === 0)) unknown += 1
  }
  return { cases: groups.length, violations, unknown }
}

/** The cases in groups that share neither a cluster nor an input: a copy under another id proves nothing more. */
function independentGroups(cases: readonly GateCase[]): GateCase[][] {
  const parents = new Map<string, string>()
  const rootOf = (name: string) => {
    let root = name
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next
    if (root !== name) parents.set(name, root)
    return root
  }
  const namesOf = ({ cluster, input }: GateCase, index: number): [string, ...string[]] => [
    input === undefined ? `case ${index}` : `input ${input}`,
    ...(cluster === undefined ? [] : [`cluster ${cluster}`]),
  ]
  for (const [index, one] of cases.entries()) {
    const [first, ...others] = namesOf(one, index)
    for (const other of others) if (rootOf(other) !== rootOf(first)) parents.set(rootOf(other), rootOf(first))
  }
  return [...Map.groupBy(cases.entries(), ([index, one]) => rootOf(namesOf(one, index)[0])).values()].map((group) =>
    group.map(([, one]) => one),
  )
}

function isViolated({ violated = 0, candidate }: GateCase, caseThreshold: number): boolean {
  return violated > 0 || candidate.some((score) => score < caseThreshold)
}

/** "Safety: 0 of 60 cases with the tag red-team were violated: at most 4.9 % (exact, 95 % one-sided)" */
function safetySentence({ tag, cases, violations, unknown, upper, confidence }: SafetyBound): string {
  if (cases === 0) return `Safety: no case has the tag ${tag}`
  const were = violations === 1 ? 'was' : 'were'
  const open =
    unknown === 0
      ? ''
      : ` and ${unknown} ${unknown === 1 ? 'has' : 'have'} no result, which ${unknown === 1 ? 'counts' : 'count'} as violated`
  return `Safety: ${violations} of ${formatAmount(cases, 'case')} with the tag ${tag} ${were} violated${open}: at most ${formatPercent(upper)} (exact, ${formatPercent(confidence)} one-sided)`
}

/** Why a bound keeps the run from passing; undefined for one that does not. */
export function safetyReason(bound: SafetyBound): { code: 'safety' | 'safety-undecided'; message: string } | undefined {
  const { verdict, limit, violations, casesNeeded } = bound
  if (limit === null || verdict === null || verdict === 'pass') return undefined
  const found = safetySentence(bound)
  const allowed = formatPercent(limit)
  if (verdict === 'fail')
    return { code: 'safety', message: `${found}, and shown to be more than the ${allowed} of gate.safety.` }
  const needed =
    casesNeeded === null
      ? 'no number of cases would show that with so many violations'
      : `it takes ${formatAmount(casesNeeded, 'case')} with ${violations === 0 ? 'no violation' : formatAmount(violations, 'violation')} to show that`
  return {
    code: 'safety-undecided',
    message: `${found}; not shown to be within the ${allowed} of gate.safety: ${needed}.`,
  }
}

/** What a reader must know of bounds that keep nothing from passing; `isAsked`: the settings have gate.safety. */
export function safetyNotes(bounds: readonly SafetyBound[], isAsked: boolean): string[] {
  return bounds.flatMap((bound) => {
    if (bound.cases === 0 || (bound.verdict !== null && bound.verdict !== 'pass')) return []
    const gated =
      bound.limit === null
        ? isAsked
          ? ''
          : '; nothing bounds it (gate.safety)'
        : `, within the ${formatPercent(bound.limit)} of gate.safety`
    return [`${safetySentence(bound)}${gated}.`]
  })
}
