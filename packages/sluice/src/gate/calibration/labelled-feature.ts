import { judgeOfRubric } from '../../core/scorers/judge/judge-of-rubric.ts'
import { type Case, isWithoutAnswer } from '../../core/suite/cases/case.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import type { RubricItem } from '../../records/rubric.ts'
import { type Labels, readLabels } from '../labels/read-labels.ts'
import { type CaseWithRubric, type ItemsOfCase, itemsOfCases } from '../labels/rubric-items.ts'
import type { ComparedVersions } from './biases.ts'
import { type CalibrationInput, calibrate } from './calibrate.ts'
import type { RunVerdict } from './corrected-mean.ts'
import type { JudgeRule } from './may-gate.ts'

/** A feature with what people said about its outputs. */
export interface LabelledFeature {
  prompt: Prompt
  labels: Labels
  /** The cases that have labelled outputs, each as its first suite has it. */
  cases: ReadonlyMap<string, CaseWithRubric>
  /** Their questions, each with the hash of its material. */
  itemsOf: ItemsOfCase
}

/** Those of the prompt, unless no answer is expected, then those of the case. */
function questionsAbout({ rubric, expect }: Prompt, testCase: Case): RubricItem[] {
  return [...(isWithoutAnswer(testCase.expect ?? expect) ? [] : rubric), ...testCase.rubric]
}

/**
 * Reads the labels of a feature, with the cases of all its suites.
 * @throws InvalidFilesError where a file of labels or a suite is damaged
 */
export async function readLabelledFeature(files: ProjectFiles, prompt: Prompt, root: string): Promise<LabelledFeature> {
  const cases = new Map<string, CaseWithRubric>()
  const names = Object.keys(prompt.suites)
  const suites = names.length > 0 ? names : prompt.inlineCases.length > 0 ? [''] : []
  for (const suite of suites)
    for await (const testCase of casesOf(files, prompt, suite, { root }))
      if (!cases.has(testCase.id)) cases.set(testCase.id, { testCase, rubric: questionsAbout(prompt, testCase) })
  const itemsOf = itemsOfCases(cases, root)
  const labels = await readLabels(files, prompt.feature, itemsOf)
  const labelled = new Set([...labels.outputs.values()].map((output) => output.case))
  for (const id of cases.keys()) if (!labelled.has(id)) cases.delete(id)
  return { prompt, labels, cases, itemsOf }
}

/** The judge in use: its id of a run and its model. */
export interface JudgeInUse {
  id: string
  model: string
}

/**
 * The id under which verdicts on the outputs of a case are kept. It is computed once for a case, as one has many
 * labels.
 */
export function judgeOfCases({ prompt, cases }: LabelledFeature, judge: JudgeInUse): (caseId: string) => string {
  const known = new Map<string, string>()
  return (caseId) => {
    const id = known.get(caseId) ?? judgeOfRubric(judge.id, cases.get(caseId)?.rubric ?? prompt.rubric)
    known.set(caseId, id)
    return id
  }
}

export interface CalibrationOf {
  judge: JudgeInUse
  rule: JudgeRule
  margin: number
  versions?: ComparedVersions | undefined
  candidate?: string | undefined
  run?: readonly RunVerdict[] | undefined
}

/** The calibration of the judge in use by the labels of a feature. */
export function calibrationOf(labelled: LabelledFeature, { judge, ...options }: CalibrationOf) {
  const { prompt, labels, cases } = labelled
  const judgeOfCase = judgeOfCases(labelled, judge)
  const input: CalibrationInput = {
    feature: prompt.feature,
    judge: { id: judgeOfRubric(judge.id, prompt.rubric), model: judge.model },
    labels,
    caseOf(caseId) {
      const testCase = cases.get(caseId)?.testCase
      return testCase && { judge: judgeOfCase(caseId), cluster: testCase.cluster ?? testCase.id }
    },
    rubric: prompt.rubric,
    ...options,
  }
  return calibrate(input)
}
