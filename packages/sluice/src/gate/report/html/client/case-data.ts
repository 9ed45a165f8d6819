import type { CaseRow, PageCase } from '../case-row-data.ts'

/** The cases of one feature, as the page carries them. */
export interface CaseData {
  /** Its number in the report. */
  feature: string
  rows: CaseRow[]
  /** What the prompt asks the judge, by the name of the item. */
  questions: ReadonlyMap<string, string>
  /** How many cases the run has; more than `rows` where the page has only the most urgent. */
  total: number
  /** Everything about one case; null where it was left out for size. */
  detail(row: number): PageCase | null
}

export function readPageCases(feature: string): CaseData {
  const own = (kind: string) => document.querySelectorAll(`script[data-${kind}="${feature}"]`)
  const { chunkSize, total, questions, rows } = JSON.parse(
    own('rows')[0]?.textContent ?? '{"rows":[],"total":0,"questions":[]}',
  ) as {
    chunkSize: number
    total: number
    questions: [string, string][]
    rows: CaseRow[]
  }
  const chunks = [...own('details')]
  const parsed = new Map<number, (PageCase | null)[]>()
  const chunkAt = (index: number) => {
    const known = parsed.get(index)
    if (known) return known
    const chunk = JSON.parse(chunks[index]?.textContent ?? '[]') as (PageCase | null)[]
    parsed.set(index, chunk)
    return chunk
  }
  return {
    feature,
    rows,
    questions: new Map(questions),
    total,
    detail: (row) => chunkAt(Math.floor(row / chunkSize))[row % chunkSize] ?? null,
  }
}
