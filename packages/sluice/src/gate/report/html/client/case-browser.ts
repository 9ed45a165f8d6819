import { formatCount } from '../../../../text/format.ts'
import { visibleLine } from '../../../../text/untrusted.ts'
import type { CaseRow } from '../case-row-data.ts'
import { readPageCases } from './case-data.ts'
import { type CaseQuery, everything, queryCases, type SortKey } from './case-query.ts'
import { caseTable } from './case-table.ts'
import { installDifferenceChart } from './difference-chart.ts'
import { element, selection } from './dom.ts'

/** The cases of one feature as they stand in the page. */
export interface CaseBrowser {
  /** Opens a case and brings it into view, whatever was filtered. */
  open(row: number): void
}

/** Builds the cases of one feature: filters, table, and the way from the picture to a case. */
export function installCases(section: HTMLElement): CaseBrowser {
  const data = readPageCases(section.dataset.feature ?? '0')
  const { rows, total } = data
  let query = everything
  const deciding = section.dataset.deciding === undefined ? undefined : Number(section.dataset.deciding)
  const table = caseTable(data, (key) => change({ sort: nextSort(query.sort, key) }))
  const count = element('p', { class: 'muted count', role: 'status' })
  const show = () => {
    const order = queryCases(rows, query, data.detail, deciding)
    const missing = total > rows.length ? `; the page has the most urgent of ${formatCount(total)}` : ''
    count.textContent = `${formatCount(order.length)} of ${formatCount(rows.length)} cases${missing}`
    table.show(order, query.sort)
  }
  const change = (part: Partial<CaseQuery>) => {
    query = { ...query, ...part }
    show()
  }
  const controls = filters(rows, change)
  controls.element.setAttribute('aria-label', `Filter: ${section.getAttribute('aria-label')}`)
  section.append(controls.element, count, table.element)
  show()
  const chart = section.closest('.feature')?.querySelector<HTMLElement>('.differences')
  const open = (row: number) => {
    controls.reset()
    change({ ...everything, sort: query.sort })
    table.open(row)
  }
  if (chart) installDifferenceChart(chart, data, open)
  return { open }
}

function nextSort(before: CaseQuery['sort'], key: SortKey): CaseQuery['sort'] {
  if (before?.key !== key) return { key, descending: false }
  return before.descending ? undefined : { key, descending: true }
}

function filters(rows: readonly CaseRow[], change: (part: Partial<CaseQuery>) => void) {
  const text = element('input', {
    type: 'search',
    placeholder: 'Search in ids and texts',
    'aria-label': 'Search in ids and texts',
  })
  const show = selection('Which cases', [
    ['all', 'All cases'],
    ['regressed', 'Lower than before'],
    ['improved', 'Higher than before'],
    ['unscored', 'Without a score'],
    ['critical', 'Critical'],
  ])
  const tag = selection(
    'Tag',
    choices('Any tag', rows, ({ tags }) => tags),
  )
  const issue = selection(
    'Not met',
    choices('Whatever is not met', rows, ({ issues }) => issues.map(({ name }) => name)),
  )
  let waiting: ReturnType<typeof setTimeout> | undefined
  text.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => change({ text: text.value }), 120)
  })
  show.addEventListener('change', () => change({ show: show.value as CaseQuery['show'] }))
  tag.addEventListener('change', () => change({ tag: tag.value }))
  issue.addEventListener('change', () => change({ issue: issue.value }))
  return {
    element: element('form', { class: 'filters', role: 'search' }, text, show, tag, issue),
    reset() {
      text.value = ''
      for (const select of [show, tag, issue]) select.selectedIndex = 0
    },
  }
}

/** Names with the number of their cases, the most frequent first. */
function choices(all: string, rows: readonly CaseRow[], namesOf: (row: CaseRow) => readonly string[]) {
  const counts = new Map<string, number>()
  for (const row of rows) for (const name of new Set(namesOf(row))) counts.set(name, (counts.get(name) ?? 0) + 1)
  const sorted = [...counts].sort((a, b) => b[1] - a[1])
  return [['', all], ...sorted.map(([name, count]) => [name, `${visibleLine(name)} (${count})`] as const)] as const
}
