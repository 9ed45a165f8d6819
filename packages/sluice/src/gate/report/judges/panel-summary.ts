import { type CaseDetail, isSplit } from '../../../records/report/case-detail.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatAmount, formatCount, formatPercent } from '../../../text/format.ts'
import type { ResultRow } from '../../run/results.ts'

export type PanelSummary = NonNullable<NonNullable<FeatureSummary['judge']>['panel']>

/** Counts where the members of a panel disagree or fail, while the details of a run pass by. */
export function collectPanel() {
  const items = new Map<string, PanelSummary['items'][number]>()
  const members = new Map<string, number>()
  let answers = 0
  let split = 0
  return {
    *watch(rows: Iterable<ResultRow>): Generator<ResultRow> {
      for (const row of rows) {
        note(row.detail)
        yield row
      }
    },
    /** Undefined where no panel has judged. */
    summary(): PanelSummary | undefined {
      if (answers === 0) return undefined
      return {
        members: [...members].map(([model, failed]) => ({ model, failed })),
        answers,
        split,
        items: [...items.values()],
      }
    },
  }

  function note({ judge }: CaseDetail): void {
    const judged = judge.filter(({ members: byMember }) => byMember !== undefined)
    const [first] = judged
    if (!first) return
    answers += 1
    if (judged.some(isSplit)) split += 1
    // A member answers all items of an answer or none.
    for (const { model, verdict } of first.members ?? [])
      members.set(model, (members.get(model) ?? 0) + (verdict === null ? 1 : 0))
    for (const item of judged) {
      const counted = items.get(item.id) ?? { id: item.id, judged: 0, split: 0 }
      counted.judged += 1
      if (isSplit(item)) counted.split += 1
      items.set(item.id, counted)
    }
  }
}

/** What a reader must know of a panel: where it disagrees its majority is uncertain. */
export function panelNotes({ members, answers, split, items }: PanelSummary): string[] {
  const verdicts = items.reduce((sum, item) => sum + item.judged, 0)
  const differing = items.reduce((sum, item) => sum + item.split, 0)
  const named = items
    .filter((item) => item.split > 0)
    .sort((a, b) => b.split - a.split)
    .map(({ id, split: count, judged }) => `${id} ${formatCount(count)} of ${formatCount(judged)}`)
  const where = named.length === 0 ? '' : `: ${named.slice(0, 5).join(', ')}${named.length > 5 ? ', …' : ''}`
  const failures = members.filter(({ failed }) => failed > 0)
  return [
    `The judge is a panel of ${members.length}. Its members disagree on ${formatCount(differing)} of ${formatAmount(verdicts, 'item')} (${formatPercent(differing / verdicts)}), in ${formatCount(split)} of ${formatAmount(answers, 'answer')}${where}. What most say counts; these are the first answers to label by hand.`,
    ...failures.map(
      ({ model, failed }) =>
        `${model} gave no verdict on ${formatAmount(failed, 'answer')} that the other members decided without it. Answers that hang on a missing member have no score, so what is scored is what the others agree on.`,
    ),
  ]
}
