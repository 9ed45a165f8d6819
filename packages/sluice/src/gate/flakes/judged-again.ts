import type { CaseDetail, JudgedItem } from '../../records/report/case-detail.ts'
import { type JudgeInUse, judgeOfCases, type LabelledFeature } from '../calibration/labelled-feature.ts'
import { outputKey } from '../labels/label-files.ts'
import { scoreOfDetail } from '../run/conversation.ts'
import type { ResultRow } from '../run/results.ts'
import type { CaseScores } from '../run/score-table.ts'

/**
 * The scores of labelled texts that `sluice judge calibrate --repeats` had judged more than once, by text: what each
 * judgement alone would have come to. Checks count as on an answer of the run to the same case; they are the same for
 * all judgements of a text. Verdicts of another judge, or on other questions, are left out.
 */
export function judgedAgain(
  labelled: LabelledFeature,
  judge: JudgeInUse,
  { cases, rows }: { cases: readonly Pick<CaseScores, 'id'>[]; rows: readonly ResultRow[] },
): number[][] {
  const like = new Map<string, CaseDetail>()
  for (const { position, detail } of rows) {
    const id = cases[position]?.id
    if (id !== undefined && detail.state === 'scored' && detail.judge.length > 0 && !like.has(id)) like.set(id, detail)
  }
  const judgeOfCase = judgeOfCases(labelled, judge)
  const ofJudge = labelled.labels.judged.filter((line) => line.judge === judgeOfCase(line.case))
  return [...Map.groupBy(ofJudge, outputKey).values()].flatMap((lines) => {
    const detail = like.get(lines[0]?.case ?? '')
    if (!detail) return []
    const scores = [...Map.groupBy(lines, ({ repeat }) => repeat).values()].flatMap((ofRepeat) => {
      const verdicts = new Map(ofRepeat.map(({ item, verdict }) => [item, verdict]))
      const items = detail.judge.flatMap((item) => withVerdict(item, verdicts.get(item.id)))
      // A judgement that lacks a question is no score that a run could have had.
      return items.length < detail.judge.length ? [] : (scoreOfDetail({ ...detail, judge: items }).score ?? [])
    })
    return scores.length < 2 ? [] : [scores]
  })
}

function withVerdict(
  { score: _, ...item }: JudgedItem,
  verdict: 'yes' | 'no' | 'cannot_tell' | undefined,
): JudgedItem[] {
  if (verdict === undefined) return []
  return [{ ...item, verdict, ...(verdict !== 'cannot_tell' && { score: verdict === 'yes' ? 1 : 0 }) }]
}
