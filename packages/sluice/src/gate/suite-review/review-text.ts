import type { FeatureReview, ReviewArea, ReviewFinding, SuiteFix } from '../../records/report/suite-review.ts'
import { formatAmount } from '../../text/format.ts'
import { wrap } from '../../text/layout.ts'
import { visibleText } from '../../text/untrusted.ts'

const words: Record<ReviewArea['area'], string> = {
  saturation: 'Saturation',
  duplicates: 'Duplicates',
  'near-duplicates': 'Near duplicates',
  tags: 'Tags',
  weights: 'Weights',
  clusters: 'Undeclared clusters',
  leaks: 'Cases in the prompt',
  checks: 'Checks that cannot fail',
  overlap: 'Fast and full',
  holdout: 'Holdout',
  age: 'Age',
}

/** The review for a terminal: each question with what was looked at, then its findings with their place and action. */
export function reviewText({ feature, suites, areas, fixed, left }: FeatureReview, width = 100): string {
  const sizes = suites.map(({ name, file, cases }) => `${name} ${formatAmount(cases, 'case')} (${file})`).join(', ')
  const findings = areas.reduce((sum, area) => sum + area.findings.length, 0)
  const unknown = areas.filter(({ state }) => state !== 'looked')
  const fixable = areas.flatMap((area) => area.findings).filter((finding) => finding.fixable).length
  const lines = [
    `${feature}: ${sizes}`,
    '',
    ...areas.flatMap((area) => areaLines(area, width)),
    ...(fixed.length === 0 ? [] : ['', `Rewritten by --fix, ${formatAmount(fixed.length, 'change')}:`]),
    ...fixed.flatMap(fixLines),
    ...left.map(({ file, line, why }) => `Left alone by --fix: ${file}:${line}: ${why}`),
    '',
    `${formatAmount(findings, 'finding')}.${unknown.length === 0 ? '' : ` Not known, or in part: ${unknown.map(({ area }) => words[area].toLowerCase()).join(', ')}.`}`,
    ...(fixable === 0 ? [] : [`sluice suite review ${feature} --fix mends ${fixable} of them, and shows each line.`]),
  ]
  return visibleText(`${lines.join('\n')}\n`)
}

function areaLines({ area, state, says, findings }: ReviewArea, width: number): string[] {
  const outcome = findings.length > 0 ? formatAmount(findings.length, 'finding') : outcomes[state]
  const summary = wrap(says, Math.max(40, width - 2)).map((line) => `  ${line}`)
  return [`${words[area]}: ${outcome}`, ...summary, ...findings.flatMap((finding) => findingLines(finding, width))]
}

const outcomes: Record<ReviewArea['state'], string> = {
  looked: 'nothing found',
  partly: 'nothing found in what could be looked at',
  unknown: 'unknown',
}

function findingLines({ file, line, message, action }: ReviewFinding, width: number): string[] {
  const text = wrap(`${file}:${line}: ${message}`, Math.max(40, width - 4)).map((part) => `    ${part}`)
  return [...text, ...wrap(`-> ${action}`, Math.max(40, width - 6)).map((part) => `      ${part}`)]
}

function fixLines({ file, line, removed, added }: SuiteFix): string[] {
  return [`  ${file}:${line}`, ...removed.map((text) => `  - ${text}`), ...added.map((text) => `  + ${text}`)]
}
