import type { Calibration } from '../../records/report/calibration.ts'
import type { RubricItem } from '../../records/rubric.ts'
import { filler, type SimulatedRequest } from './simulated-requests.ts'

/** An answer, what a simulated person says of it, and what the judge says. */
export interface LabelledAnswer {
  case: string
  version: string
  isCandidate: boolean
  output: string
  items: readonly { item: string; person: 'yes' | 'no'; judge: 'yes' | 'no' | 'cannot_tell' }[]
}

/** The calibration of this very program, which control planes do not know: the command line hands it over. */
export type CalibrateJudge = (asked: {
  feature: string
  judge: { id: string; model: string }
  rubric: readonly RubricItem[]
  answers: readonly LabelledAnswer[]
}) => Calibration

/** One label in so many is a slip, as with people. */
const slips = 25

/** A simulated person, who reads what was asked for and what was answered, and errs now and then. */
export function simulatedPerson(): (item: string, output: string, request: SimulatedRequest) => 'yes' | 'no' {
  let labels = 0
  return (item, output, { needed }) => {
    labels += 1
    const isGood = isWell(item, output.split('\n'), needed)
    return isGood === (labels % slips !== 0) ? 'yes' : 'no'
  }
}

function isWell(item: string, lines: readonly string[], needed: readonly string[]): boolean {
  const listed = lines.filter((line) => line.startsWith('- ')).map((line) => line.slice(2))
  if (item === 'complete') return needed.every((line) => listed.includes(line))
  if (item === 'faithful') return listed.every((line) => needed.includes(line))
  return !lines.includes(filler)
}
