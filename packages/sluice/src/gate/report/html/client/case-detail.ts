import type { CaseReport } from '../../../../records/report/case-report.ts'
import { formatDuration, formatScore, formatUsd } from '../../../../text/format.ts'
import { visibleLine, visibleText } from '../../../../text/untrusted.ts'
import { itemScore } from '../../case-findings.ts'
import { claimText, faultyClaims } from '../../metrics/claim-lines.ts'
import type { PageCase } from '../case-row-data.ts'
import { element } from './dom.ts'
import { outputView } from './output-view.ts'
import { traceView } from './trace-view.ts'

type Item = CaseReport['judge'][number]
type Check = CaseReport['checks'][number]

/** Everything about one case: what was asked, what was answered before and now, and what was said of it. */
export function caseDetail(report: PageCase | null, questions: ReadonlyMap<string, string>): HTMLElement {
  if (!report) {
    return element('p', { class: 'muted' }, 'The texts of this case were left out for size: report.json has them.')
  }
  const { error, input, expected, reasoning, judge, checks, done } = report
  const outputs = outputView(report)
  return element(
    'div',
    { class: 'case-detail' },
    error === null ? undefined : element('p', { class: 'error' }, visibleText(error)),
    facts(report),
    expected === undefined ? undefined : expectedText(expected),
    outputs?.element,
    judge.length === 0 ? undefined : judgeList(report, questions, outputs?.mark ?? (() => undefined)),
    checks.length === 0 ? undefined : checkList(report),
    ...traceView(done),
    answerList(report),
    folded('Reasoning, taken off before scoring', reasoning),
    folded('Input', input),
  )
}

function expectedText(expected: string): HTMLElement {
  return element(
    'section',
    {},
    element('p', { class: 'title' }, 'Expected'),
    element('div', { class: 'output' }, visibleText(expected)),
  )
}

/** Every answer of both versions, since the one above stands for several. */
function answerList({ answers }: PageCase): HTMLElement | undefined {
  if (!answers) return undefined
  const items = answers.map(({ version, repeat, state, score, output, error, notMet }) => {
    const outcome = score === null ? state : formatScore(score)
    const lost = notMet.map(({ name, outcome: how, reason }) =>
      element('p', {}, element('b', {}, visibleLine(name)), ` ${visibleLine(how)}. ${visibleLine(reason)}`),
    )
    return element(
      'details',
      { class: 'input answer' },
      element('summary', {}, `${version}, repeat ${repeat}: ${outcome}`),
      ...lost,
      element('pre', {}, visibleText(output ?? error ?? '')),
    )
  })
  return element('section', {}, element('p', { class: 'title' }, `All ${answers.length} answers`), ...items)
}

function folded(title: string, text: string | undefined): HTMLElement | undefined {
  if (text === undefined) return undefined
  return element('details', { class: 'input' }, element('summary', {}, title), element('pre', {}, visibleText(text)))
}

function facts({ tags, weight, repeats, passed, latencyMs, costUsd }: PageCase): HTMLElement {
  const all = [
    tags.length === 0 ? undefined : tags.map(visibleLine).join(', '),
    weight === 1 ? undefined : `weight ${weight}`,
    passed && repeats > 1 ? `passed ${passed.k} of ${passed.n} repeats` : undefined,
    latencyMs === null ? undefined : formatDuration(latencyMs),
    costUsd === null ? undefined : formatUsd(costUsd),
  ]
  return element('p', { class: 'muted' }, all.filter((fact) => fact !== undefined).join(' · '))
}

/** The judge's items; pointing at one with evidence, by mouse or keyboard, shows its place in the output. */
function judgeList(
  { judge, baselineJudge }: PageCase,
  questions: ReadonlyMap<string, string>,
  mark: (index: number | undefined) => void,
): HTMLElement {
  const items = judge.map((item, index) => {
    const before = baselineJudge?.find(({ id }) => id === item.id)
    const attributes = item.evidenceFound !== false && item.evidence !== '' ? { tabindex: '0' } : {}
    const entry = element(
      'li',
      { class: tone(itemScore(item)), ...attributes },
      element('span', { class: 'outcome' }, verdictName(item.verdict)),
      element('b', {}, visibleLine(item.id)),
      item.must ? element('span', { class: 'badge' }, 'must') : undefined,
      before && before.verdict !== item.verdict
        ? element('span', { class: 'badge' }, `was ${verdictName(before.verdict)}`)
        : undefined,
      ` ${visibleLine(item.reasoning)}`,
      question(item.ask ?? questions.get(item.id)),
      evidence(item, index),
      claims(item),
    )
    for (const event of ['mouseenter', 'focus']) entry.addEventListener(event, () => mark(index))
    for (const event of ['mouseleave', 'blur']) entry.addEventListener(event, () => mark(undefined))
    return entry
  })
  return element(
    'section',
    {},
    element('p', { class: 'title' }, 'Judge'),
    element('ul', { class: 'findings' }, ...items),
  )
}

function question(ask: string | undefined): HTMLElement | undefined {
  return ask === undefined ? undefined : element('small', { class: 'question' }, visibleLine(ask))
}

function evidence({ evidence: quote, evidenceFound }: Item, index: number): HTMLElement | undefined {
  if (quote.trim() === '') return undefined
  const note = evidenceFound === false ? ' not in the output' : ''
  return element(
    'span',
    { class: evidenceFound === false ? 'quote invented' : 'quote' },
    element('sup', {}, String(index + 1)),
    `“${visibleLine(quote)}”`,
    note === '' ? undefined : element('span', { class: 'badge' }, note.trim()),
  )
}

/** The claims that are not supported, each with what the sources say instead. */
function claims(item: Item): HTMLElement | undefined {
  const lines = faultyClaims(item)
  if (lines.length === 0) return undefined
  const each = lines.map((line) => element('li', {}, visibleLine(claimText(line))))
  return element('ul', { class: 'claims' }, ...each)
}

function checkList({ checks, baselineChecks }: PageCase): HTMLElement {
  const items = checks.map((check) => {
    const before = baselineChecks?.find(({ name }) => name === check.name)
    return element(
      'li',
      { class: tone(check.score) },
      element('span', { class: 'outcome' }, outcome(check)),
      element('b', {}, visibleLine(check.name)),
      check.must ? element('span', { class: 'badge' }, 'must') : undefined,
      before && before.score !== check.score
        ? element('span', { class: 'badge' }, `was ${outcome(before)}`)
        : undefined,
      ` ${visibleLine(check.reason)}`,
    )
  })
  return element(
    'section',
    {},
    element('p', { class: 'title' }, 'Checks'),
    element('ul', { class: 'findings' }, ...items),
  )
}

const outcome = ({ score }: Check) => (score === 1 ? 'yes' : score === 0 ? 'no' : formatScore(score))

const verdictName = (verdict: string) => (verdict === 'cannot_tell' ? 'cannot tell' : visibleLine(verdict))

const tone = (score: number) => (score >= 1 ? 'met' : score <= 0 ? 'unmet' : 'partly')
