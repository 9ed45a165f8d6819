import type { JudgedOutput } from '../../records/label.ts'
import { outputKey } from '../labels/label-files.ts'
import type { CurrentLabel, Labels } from '../labels/read-labels.ts'

/** One item of one labelled output, with what the judge in use says of it. */
export interface JudgedLabel {
  item: string
  /** Key of the output. */
  output: string
  /** What is not independent of each other shares a cluster. */
  cluster: string
  human: 'yes' | 'no'
  /** Every verdict of this judge; at least one. */
  verdicts: JudgedOutput['verdict'][]
  /** One divided by the probability with which it was drawn for labelling; 1 where that is not known. */
  weight: number
  version: string | null
  candidate: boolean
  /** Characters of the output. */
  length: number
}

/** Two labels of different people on the same item of the same output. */
interface LabelPair {
  item: string
  cluster: string
  first: 'yes' | 'no' | 'unclear'
  second: 'yes' | 'no' | 'unclear'
}

export interface JudgedLabels {
  labels: JudgedLabel[]
  pairs: LabelPair[]
  people: number
  unclear: number
  conflicts: number
  /** Labelled items without a verdict of this judge. */
  notJudged: number
}

/** What the calibration has to know of a case. */
export interface LabelledCase {
  /** The id of the judge in use with the questions about this case. */
  judge: string
  cluster: string
}

/**
 * Joins labels with the verdicts of the judge in use. Of several people the majority counts; where as many say yes as
 * no, or where most say that the rubric does not say, the item does not count.
 */
export function joinLabels(
  { labels, outputs, judged }: Pick<Labels, 'labels' | 'outputs' | 'judged'>,
  caseOf: (caseId: string) => LabelledCase | undefined,
): JudgedLabels {
  const verdicts = verdictsOf(judged, caseOf)
  const joined: JudgedLabels = {
    labels: [],
    pairs: [],
    people: new Set(labels.map(({ labeller }) => labeller)).size,
    unclear: 0,
    conflicts: 0,
    notJudged: 0,
  }
  for (const own of Map.groupBy(labels, keyOf).values()) {
    const [first] = own
    const known = first && caseOf(first.case)
    const output = first && outputs.get(outputKey(first))
    if (!first || !known || !output) continue
    joined.pairs.push(...pairsOf(own, known.cluster))
    const human = majority(own)
    if (human === 'unclear') joined.unclear += 1
    else if (human === 'conflict') joined.conflicts += 1
    else {
      const judgeVerdicts = verdicts.get(keyOf(first))
      if (!judgeVerdicts) joined.notJudged += 1
      else
        joined.labels.push({
          item: first.item,
          output: outputKey(first),
          cluster: known.cluster,
          human,
          verdicts: judgeVerdicts,
          weight: 1 / probabilityOf(own),
          version: output.version,
          candidate: output.candidate,
          length: output.text.length,
        })
    }
  }
  return joined
}

const keyOf = (line: { case: string; item: string; output: string }) => `${line.item}\n${outputKey(line)}`

/** The same verdict of the same repeat may stand twice, after a merge; different ones both count. */
function verdictsOf(judged: readonly JudgedOutput[], caseOf: (caseId: string) => LabelledCase | undefined) {
  const verdicts = new Map<string, JudgedOutput['verdict'][]>()
  const seen = new Set<string>()
  for (const line of judged) {
    if (caseOf(line.case)?.judge !== line.judge) continue
    const key = keyOf(line)
    const whole = `${line.repeat} ${line.verdict} ${key}`
    if (seen.has(whole)) continue
    seen.add(whole)
    const known = verdicts.get(key)
    if (known) known.push(line.verdict)
    else verdicts.set(key, [line.verdict])
  }
  return verdicts
}

function majority(labels: readonly CurrentLabel[]): 'yes' | 'no' | 'unclear' | 'conflict' {
  const count = (wanted: CurrentLabel['verdict']) => labels.filter(({ verdict }) => verdict === wanted).length
  const [yes, no, unclear] = [count('yes'), count('no'), count('unclear')]
  if (unclear > 0 && unclear >= yes + no) return 'unclear'
  return yes > no ? 'yes' : no > yes ? 'no' : 'conflict'
}

/** Every two people; of many labellers the pairs of neighbours, so that one output does not count by the square. */
function pairsOf(labels: readonly CurrentLabel[], cluster: string): LabelPair[] {
  return labels.slice(1).flatMap((second, index) => {
    const first = labels[index]
    return first ? [{ item: second.item, cluster, first: first.verdict, second: second.verdict }] : []
  })
}

/** Whoever labels without a draw tells no probability; then the item counts once. */
function probabilityOf(labels: readonly CurrentLabel[]): number {
  return labels.find(({ probability }) => probability !== null)?.probability ?? 1
}
