import { type RunFinding, runFinding } from '../../records/report/report.ts'
import { betaIncReg } from '../../stats/index.ts'
import { formatAmount } from '../../text/format.ts'
import type { VerdictReason } from '../verdict/reasons.ts'
import type { ReadSide } from './read-results.ts'
import { invalidResults, nameList, shortLine } from './tool-results.ts'

/**
 * How many cases two files have in common, and what a reader must know before their scores are held against each other:
 * that different models graded them, or other assertions, or that one file is not whole.
 * @throws SluiceError `invalid-input` where both are one file, name a different score, or have no case in common
 */
export function compareMeasures(candidate: ReadSide, baseline: ReadSide): { shared: number; findings: RunFinding[] } {
  if (candidate.digest === baseline.digest && candidate.version === baseline.version)
    throw invalidResults(
      `${candidate.name} and ${baseline.name} hold the same results, byte for byte: held against itself a file always passes. Name the results of the change and those of what it replaces`,
    )
  const isSameTool = candidate.tool === baseline.tool
  if (isSameTool && candidate.metric !== baseline.metric)
    throw invalidResults(
      `two different scores: ${candidate.metric} in ${candidate.name}, ${baseline.metric} in ${baseline.name}. Choose one with --metric`,
    )
  const shared = new Set(candidate.measures.keys()).intersection(new Set(baseline.measures.keys()))
  if (shared.size === 0) throw nothingShared(candidate, baseline)
  const findings = [
    ...(isSameTool
      ? []
      : [
          warning('tools-differ', 'The scores come from different tools, which may measure differently.', [
            `${baseline.tool}, ${baseline.metric}`,
            `${candidate.tool}, ${candidate.metric}`,
          ]),
        ]),
    ...graders(candidate, baseline),
    ...settings(candidate, baseline),
    ...measures(shared, candidate, baseline),
    ...[baseline, candidate].flatMap(missing),
    ...ownVerdicts(candidate, baseline).flatMap(({ message }) => warning('own-verdict', message)),
  ]
  return { shared: shared.size, findings }
}

function nothingShared(candidate: ReadSide, baseline: ReadSide) {
  const [one, other] = [candidate, baseline].map(
    ({ name, measures }) => `${name} has ${formatAmount(measures.size, 'case')}: ${nameList([...measures.keys()], 3)}`,
  )
  return invalidResults(
    `no case is in both files, so nothing can be compared. Cases are paired by their id, or by what was asked.\n  ${one}\n  ${other}`,
  )
}

function warning(code: string, message: string, change: [before: string, after: string] | [] = []): RunFinding {
  const [before = null, after = null] = change
  return runFinding(code, 'warning', message, { before, after })
}

function graders(candidate: ReadSide, baseline: ReadSide): RunFinding[] {
  const named = (side: ReadSide) => (side.graders === null ? undefined : nameList(side.graders, 5))
  const [before, after] = [named(baseline), named(candidate)]
  if (before === undefined || after === undefined || before === after) return []
  const message =
    'The two files were not graded by the same model, so a difference may be that of the graders and not of the answers.'
  return [warning('graders-differ', message, [before || 'no model', after || 'no model'])]
}

function settings(candidate: ReadSide, baseline: ReadSide): RunFinding[] {
  const names = new Set([...Object.keys(candidate.settings ?? {}), ...Object.keys(baseline.settings ?? {})])
  return [...names].flatMap((name) => {
    const [before, after] = [baseline, candidate].map(({ settings = {} }) =>
      Object.hasOwn(settings, name) ? shortLine(settings[name] ?? '', 200) : undefined,
    )
    if (before === undefined || after === undefined || baseline.settings?.[name] === candidate.settings?.[name])
      return []
    return [warning('settings-differ', `The ${name} of the two runs is not the same.`, [before, after])]
  })
}

function measures(shared: ReadonlySet<string>, candidate: ReadSide, baseline: ReadSide): RunFinding[] {
  const changed = [...shared].filter((id) => candidate.measures.get(id) !== baseline.measures.get(id))
  if (changed.length === 0) return []
  const message = `${changed.length} of ${formatAmount(shared.size, 'case')} ${changed.length === 1 ? 'was' : 'were'} held against something else (other assertions, another expected answer), so the scores do not mean the same: ${nameList(changed, 5)}.`
  return [warning('measures-differ', message)]
}

function missing({ name, missing: count }: ReadSide): RunFinding[] {
  if (count === 0) return []
  return [
    warning(
      'incomplete-results',
      `${name} says that there are ${formatAmount(count, 'result')} more than it holds; what is missing has no score, and lowers the coverage.`,
    ),
  ]
}

interface OwnVerdicts {
  message: string
  /** More of them fail than chance and the margin explain. */
  isDrop: (margin: number) => boolean
}

/** Results that passed by the tool's own rule before and fail now, which a score need not show. */
function ownVerdicts(candidate: ReadSide, baseline: ReadSide): OwnVerdicts[] {
  const { tool, metric } = candidate
  if (tool !== baseline.tool || metric === 'whether a test passed') return []
  const both = [...candidate.passed].flatMap(([key, now]) => {
    const before = baseline.passed.get(key)
    return before === undefined ? [] : [{ before, now }]
  })
  const worse = both.filter(({ before, now }) => before && !now).length
  const better = both.filter(({ before, now }) => !before && now).length
  if (worse === 0) return []
  const other = better === 0 ? '' : `, and ${better} passed that failed before`
  return [
    {
      message: `${formatAmount(worse, 'test')} failed by ${tool}'s own rule that passed before${other}, which is not compared here: --metric pass compares it.`,
      // The chance that as many or more of those that changed would change for the worse, were both ways alike.
      isDrop: (margin) => (worse - better) / both.length > margin && betaIncReg(worse, better + 1, 0.5) < 0.05,
    },
  ]
}

/** Why a pass cannot rest on these files, although their scores would give one. */
export function doubts(candidate: ReadSide, baseline: ReadSide, margin: number): VerdictReason[] {
  const reason = (code: string, message: string) => ({ code, message, tag: null, case: null })
  return [
    ...[candidate, baseline].flatMap((side) => (side.doubts ?? []).map((text) => reason('totals-differ', `${text}.`))),
    ...ownVerdicts(candidate, baseline).flatMap(({ message, isDrop }) =>
      isDrop(margin) ? [reason('own-verdict', message)] : [],
    ),
  ]
}

/** What was read of both files, in sentences. */
export function readingNotes(candidate: ReadSide, baseline: ReadSide): string[] {
  const sides = [candidate, baseline]
  const formats = [...new Set(sides.map(({ format }) => format))]
  const both =
    formats.length === 1
      ? `Both files are read as ${formats[0]}`
      : sides.map(({ name, format }) => `${name} is read as ${format}`).join('; ')
  const metrics = [...new Set(sides.map(({ metric }) => metric))].join(' and ')
  const others = [...new Set(sides.flatMap((side) => side.metrics))].filter(
    (name) => !candidate.metric.endsWith(` ${name}`),
  )
  const choice = others.length === 0 ? '' : ` (--metric takes ${nameList(others)})`
  return [
    `${both}; compared is ${metrics}${choice}.`,
    ...graderNote(candidate, baseline),
    ...repeatNotes(sides),
    ...new Set(sides.flatMap(({ clusterNote }) => clusterNote ?? [])),
    ...new Set(sides.flatMap(({ notes }) => notes)),
  ]
}

function graderNote(candidate: ReadSide, baseline: ReadSide): string[] {
  const unnamed = [candidate, baseline].filter(({ graders }) => graders === null)
  if (unnamed.length > 0) {
    const formats = [...new Set(unnamed.map(({ format }) => format))].join(' and ')
    return [`${formats} does not record which model graded: that both were graded alike is not checked.`]
  }
  const [names = [], others = []] = [candidate.graders ?? [], baseline.graders ?? []]
  return names.length > 0 && nameList(names) === nameList(others) ? [`Graded by ${nameList(names)} in both.`] : []
}

function repeatNotes(sides: readonly ReadSide[]): string[] {
  return sides.flatMap(({ name, rows }) => {
    const counts = [...Map.groupBy(rows, ({ id }) => id).values()].map((own) => own.length)
    const [least, most] = counts.reduce(
      ([low, high], count) => [Math.min(low, count), Math.max(high, count)],
      [Number.POSITIVE_INFINITY, 0],
    )
    if (most === 1) return []
    const each = least === most ? `${most}` : `${least} to ${most}`
    return [`${name} has ${each} results of each case, which count as its repeats.`]
  })
}
