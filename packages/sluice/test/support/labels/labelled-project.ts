import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { outputHash } from '../../../src/gate/labels/label-files.ts'
import type { JudgedOutput, Label } from '../../../src/records/label.ts'
import { type ChatRequest, isJudgeRequest, judgement, textOf } from '../fake-model.ts'
import { createProject, type Project, type SummaryOptions, summaryFiles } from '../project.ts'

/** One labelled output: what people say of it, and what the fake judge says. */
export interface LabelledText {
  human: 'yes' | 'no' | 'unclear'
  judge: 'yes' | 'no' | 'cannot_tell'
  label?: Partial<Label>
  candidate?: boolean
}

const at = '2026-11-26T10:00:00.000Z'

/** The text of a labelled output, by which the fake judge knows what to say. */
export function labelledText(index: number, judge: LabelledText['judge']): string {
  return `Labelled output ${index}: the judge says ${judge}.`
}

/** The files of labels of the feature `summary`, one output for each case. */
export function labelFiles(labelled: readonly LabelledText[]): Record<string, string> {
  const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const texts = labelled.map(({ judge }, index) => labelledText(index, judge))
  const outputs = texts.map((text, index) => ({
    output: outputHash(text),
    case: `case-${index}`,
    version: null,
    text,
    repeat: 1,
    candidate: labelled[index]?.candidate ?? index % 2 === 0,
  }))
  const labels = labelled.map(({ human, label }, index) => ({
    case: `case-${index}`,
    item: 'actions',
    verdict: human,
    labeller: 'ann',
    kind: 'human',
    output: outputHash(texts[index] ?? ''),
    probability: null,
    at,
    version: null,
    sawJudge: false,
    ...label,
  }))
  return { 'labels/summary.jsonl': lines(labels), 'labels/summary.outputs.jsonl': lines(outputs) }
}

/** So many labels with each pair of answers, in an order that mixes them. */
export function mixed(counts: { right: number; missed?: number; wrong?: number; bad: number }): LabelledText[] {
  const { right, missed = 0, wrong = 0, bad } = counts
  const of = (count: number, human: 'yes' | 'no', judge: 'yes' | 'no') =>
    Array.from({ length: count }, (): LabelledText => ({ human, judge }))
  return [...of(right, 'yes', 'yes'), ...of(bad, 'no', 'no'), ...of(missed, 'no', 'yes'), ...of(wrong, 'yes', 'no')]
}

/** A project whose outputs have labels, with as many cases. */
export function labelledProject(labelled: readonly LabelledText[], options: SummaryOptions): Project {
  return createProject({
    ...summaryFiles({ cases: Math.max(10, labelled.length), rubric: true, ...options }),
    ...(labelled.length > 0 && labelFiles(labelled)),
  })
}

/** A judge that says of a labelled text what the text says, and yes of any other; and a model. */
export function labelReader(request: ChatRequest): string {
  if (!isJudgeRequest(request)) return 'Action item: pay the invoice.'
  const said = /the judge says (yes|no|cannot_tell)/.exec(textOf(request))?.[1]
  return judgement({ actions: (said ?? 'yes') as LabelledText['judge'] })
}

/** The lines that the judge's verdicts were written to. */
export function judgedLines(project: Project): JudgedOutput[] {
  const file = path.join(project.root, 'labels/summary.judged.jsonl')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
