import { formatChange, formatCount, formatDuration, formatScore, formatUsd } from '../../../../text/format.ts'
import { visibleLine } from '../../../../text/untrusted.ts'
import { directionOf } from '../../../verdict/score-change.ts'
import { type CaseRow, changeOf } from '../case-row-data.ts'
import type { CaseData } from './case-data.ts'
import { caseDetail } from './case-detail.ts'
import type { SortKey } from './case-query.ts'
import { element } from './dom.ts'

const columns: readonly (readonly [name: string, key: SortKey | undefined, kind: string])[] = [
  ['Case', 'id', ''],
  ['Tags', undefined, 'wide'],
  ['Not met', undefined, 'wide'],
  ['Before', 'baselineScore', 'number paired'],
  ['Now', 'score', 'number'],
  ['Change', 'change', 'number paired'],
  ['Latency', 'latencyMs', 'number wide latency'],
  ['Cost', 'costUsd', 'number wide cost'],
]

const rowsAtATime = 100

export interface CaseTable {
  element: HTMLElement
  /** Shows these cases in this order. */
  show(order: readonly number[], sort: { key: SortKey; descending: boolean } | undefined): void
  /** Opens a case that is shown and brings it into view. */
  open(row: number): void
}

/** A table that builds rows as the reader comes to them, and the details of a case when it is opened. */
export function caseTable(data: CaseData, onSort: (key: SortKey) => void): CaseTable {
  const body = element('tbody')
  const heads = columns.map(([name, key, kind]) => headCell(name, key, kind, onSort))
  const more = element('button', { type: 'button', class: 'more' })
  const table = element('table', { class: 'case-table' }, element('thead', {}, element('tr', {}, ...heads)), body)
  for (const [name, key] of [
    ['latency', 'latencyMs'],
    ['cost', 'costUsd'],
    ['paired', 'baselineScore'],
  ] as const) {
    table.classList.toggle(
      `without-${name}`,
      data.rows.every((row) => row[key] === null),
    )
  }
  let order: readonly number[] = []
  let built = 0
  const build = (until: number) => {
    const rows = order.slice(built, until)
    body.append(...rows.map((row) => caseRow(data, row)))
    built += rows.length
    const left = order.length - built
    more.hidden = left === 0
    more.textContent = `Show ${formatCount(Math.min(left, rowsAtATime))} more of ${formatCount(left)}`
  }
  more.addEventListener('click', () => build(built + rowsAtATime))
  new IntersectionObserver(
    ([entry]) => {
      if (entry?.isIntersecting && !more.hidden) build(built + rowsAtATime)
    },
    { rootMargin: '600px' },
  ).observe(more)
  return {
    element: element('div', {}, table, more),
    show(next, sort) {
      order = next
      built = 0
      body.replaceChildren()
      for (const [index, head] of heads.entries()) {
        const own = sort !== undefined && columns[index]?.[1] === sort.key
        if (own) head.setAttribute('aria-sort', sort.descending ? 'descending' : 'ascending')
        else head.removeAttribute('aria-sort')
      }
      build(rowsAtATime)
      if (order.length === 0) body.append(emptyRow())
    },
    open(row) {
      const at = order.indexOf(row)
      if (at >= built) build(at + 1)
      const button = body.querySelector<HTMLButtonElement>(`[data-row="${row}"] button`)
      if (button?.getAttribute('aria-expanded') === 'false') button.click()
      button?.focus({ preventScroll: true })
      button?.scrollIntoView({ block: 'start', behavior: 'auto' })
    },
  }
}

function headCell(name: string, key: SortKey | undefined, kind: string, onSort: (key: SortKey) => void) {
  if (key === undefined) return element('th', { scope: 'col', class: kind }, name)
  const button = element('button', { type: 'button' }, name)
  button.addEventListener('click', () => onSort(key))
  return element('th', { scope: 'col', class: kind }, button)
}

function caseRow(data: CaseData, index: number): HTMLTableRowElement {
  const row = data.rows[index]
  if (!row) return element('tr')
  const change = changeOf(row)
  const button = element('button', { type: 'button', 'aria-expanded': 'false' }, visibleLine(row.id))
  const marks = [...row.marks, ...(row.state === 'scored' ? [] : [stateNames[row.state]])]
  const badges = marks.map((mark) => element('span', { class: 'badge' }, mark))
  const direction = directionOf(change)
  const own = element(
    'tr',
    { 'data-row': String(index), id: `case-${data.feature}-${index}` },
    element('th', { scope: 'row' }, button, ...badges),
    element('td', { class: 'wide tags' }, row.tags.map(visibleLine).join(', ')),
    element('td', { class: 'wide issues' }, ...issues(row)),
    element('td', { class: 'number paired' }, row.baselineScore === null ? '' : formatScore(row.baselineScore)),
    element('td', { class: 'number' }, row.score === null ? '–' : formatScore(row.score)),
    element('td', { class: `number paired ${direction}` }, change === null ? '' : formatChange(change)),
    element('td', { class: 'number wide latency' }, row.latencyMs === null ? '' : formatDuration(row.latencyMs)),
    element(
      'td',
      { class: 'number wide cost' },
      row.costUsd === null ? '' : formatUsd(row.costUsd).replace(' USD', ''),
    ),
  )
  let detail: HTMLTableRowElement | undefined
  button.addEventListener('click', () => {
    const open = button.getAttribute('aria-expanded') === 'true'
    button.setAttribute('aria-expanded', String(!open))
    detail ??= element(
      'tr',
      { class: 'detail' },
      element('td', { colspan: String(columns.length) }, caseDetail(data.detail(index), data.questions)),
    )
    if (open) detail.remove()
    else own.after(detail)
  })
  return own
}

const stateNames: Record<CaseRow['state'], string> = {
  scored: 'scored',
  checkFailed: 'must check failed',
  modelError: 'model error',
  refused: 'refused',
  truncated: 'cut off',
  noText: 'no answer',
  judgeError: 'judge error',
  checkError: 'check error',
  abstained: 'judge abstained',
  budgetStopped: 'stopped by the budget',
  mockMissing: 'mock missing',
  simulatorError: 'simulated user failed',
}

const issuesShown = 3

function issues({ issues: all }: CaseRow): (Node | string)[] {
  const shown = all
    .slice(0, issuesShown)
    .flatMap(({ name, lost }, index) => [
      index === 0 ? '' : ', ',
      lost ? element('b', { title: 'the baseline had it' }, visibleLine(name)) : visibleLine(name),
    ])
  return all.length > issuesShown ? [...shown, ` +${all.length - issuesShown}`] : shown
}

function emptyRow(): HTMLTableRowElement {
  return element('tr', {}, element('td', { class: 'muted', colspan: String(columns.length) }, 'No case matches.'))
}
