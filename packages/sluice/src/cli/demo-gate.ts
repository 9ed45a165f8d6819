import path from 'node:path'
import type { DemoGate } from '../control/demo/demo-gate.ts'
import type { LabelledAnswer } from '../control/demo/simulated-labels.ts'
import { defaultGateSettings } from '../core/suite/config/gate-settings.ts'
import { calibrate } from '../gate/calibration/calibrate.ts'
import { judgeRuleOf } from '../gate/calibration/may-gate.ts'
import { judgeScoresOf } from '../gate/compare-scores.ts'
import { outputHash, outputKey } from '../gate/labels/label-files.ts'

/** The gate and the calibration of this program, as `sluice serve --demo` asks them. */
export function demoGate(cwd: string): DemoGate {
  return {
    async decide(candidate, baseline) {
      const scores = { candidate, baseline, notes: [], findings: [], reproduce: 'simulated' }
      // The root belongs to no project: a sluice.yaml in this folder is about another one.
      return (await judgeScoresOf(scores, { margin: 0.05 }, path.parse(cwd).root)).conclusion
    },
    calibrate: ({ feature, judge, rubric, answers }) =>
      calibrate({
        ...{ feature, judge, rubric, labels: labelsOf(judge.id, answers) },
        caseOf: (cluster) => ({ judge: judge.id, cluster }),
        rule: judgeRuleOf(defaultGateSettings),
        margin: 0.05,
      }),
  }
}

const at = new Date(0).toISOString()
const leftOut = { unknownCase: 0, unknownItem: 0, noText: 0, otherMaterial: 0, ofModel: 0, sawJudge: 0 }

/** The labels as they would stand in the files of labels. */
function labelsOf(judge: string, answers: readonly LabelledAnswer[]) {
  const each = answers.map((answer) => ({ ...answer, place: { case: answer.case, output: outputHash(answer.output) } }))
  return {
    labels: each.flatMap(({ place, version, items }) =>
      items.map(({ item, person }) => ({
        ...{ ...place, item, verdict: person, labeller: 'simulated', kind: 'human' as const, at, version },
        ...{ probability: null, sawJudge: false },
      })),
    ),
    outputs: new Map(
      each.map(({ place, version, isCandidate, output }) => [
        outputKey(place),
        { ...place, version, text: output, repeat: 1, candidate: isCandidate },
      ]),
    ),
    judged: each.flatMap(({ place, items }) =>
      items.map(({ item, judge: verdict }) => ({ ...place, judge, item, verdict, repeat: 1, at })),
    ),
    leftOut,
  }
}
