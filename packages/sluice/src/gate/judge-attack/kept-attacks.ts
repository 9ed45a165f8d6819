import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { jsonIn } from '../../json.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import { type JudgeAttackReport, judgeAttackReportSchema } from '../../records/report/judge-attack-report.ts'
import { replaceFile } from '../../replace-file.ts'
import { rubricHash } from './attack-judge.ts'
import { resultSentence } from './attack-text.ts'

/** In the folder of the store, one line for each feature, judge and rubric. */
const place = '.sluice/judge-attacks.jsonl'

/** Keeps the result; it takes the place of an earlier one of the same feature, judge and rubric. */
export async function keepAttack(root: string, report: JudgeAttackReport): Promise<void> {
  const key = ({ feature, judge, rubric }: JudgeAttackReport) => JSON.stringify([feature, judge.id, rubric])
  const others = (await attacksIn(root)).filter((each) => key(each) !== key(report))
  const text = [...others, report].map((each) => `${JSON.stringify(each)}\n`).join('')
  await replaceFile(path.join(root, place), async (sink) => sink.write(text), { isPrivate: true })
}

/** What a reader of a verdict should know of the last attack on this judge with this rubric; undefined without one. */
export async function attackNote(
  root: string,
  of: { feature: string; judge: string; rubric: string },
): Promise<string | undefined> {
  const found = (await attacksIn(root)).findLast(
    ({ feature, judge, rubric }) => feature === of.feature && judge.id === of.judge && rubric === of.rubric,
  )
  if (!found || found.all.judged === 0) return undefined
  return `The judge was attacked on ${found.at.slice(0, 10)}: ${resultSentence(found)}.`
}

/**
 * Adds to the first feature whose judge was never attacked with this rubric a line that says so, with the command. It
 * stands where the line on a missing calibration does, and once: the others have the same way out.
 * @param candidates the versions that were judged
 */
export async function withNeverAttacked(
  features: FeatureSummary[],
  candidates: readonly Prompt[],
  root: string,
): Promise<FeatureSummary[]> {
  const attacks = await attacksIn(root)
  const first = features.find(({ feature, judge }) => {
    const prompt = candidates.find((candidate) => candidate.feature === feature)
    if (!judge || !prompt) return false
    const rubric = rubricHash(prompt)
    return !attacks.some((each) => each.feature === feature && each.judge.id === judge.id && each.rubric === rubric)
  })
  if (!first) return features
  const note = `It is not known whether an answer can manipulate the judge: no attack was tried. Next: sluice judge attack ${first.feature}.`
  return features.map((one) => (one === first ? { ...one, notes: [...one.notes, note] } : one))
}

/** A line that cannot be read is no result; the others still count. */
async function attacksIn(root: string): Promise<JudgeAttackReport[]> {
  const text = await readFile(path.join(root, place), 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    return judgeAttackReportSchema.safeParse(jsonIn(line)).data ?? []
  })
}
