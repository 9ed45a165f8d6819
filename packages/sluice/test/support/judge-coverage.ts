import {
  kappaInterval,
  ppiMean,
  type Random,
  seededRandom,
  stratifiedKappa,
  weightedProportion,
  withTwoErrors,
} from '../../src/stats/index.ts'

/** A world of labelled outputs in which the truth about a judge is known. */
export interface LabelledWorld {
  /** Cases that are labelled; each has `each` outputs. */
  cases: number
  each: number
  /** The share of outputs that people call good. */
  good: number
  /** The probability that the judge says yes to a good output, and no to a bad one. */
  tpr: number
  tnr: number
  /** In [0,1]: the share of cases whose outputs are all alike, also in what the judge gets wrong. */
  alike: number
  /** Outputs to which the judge said no are drawn with probability 1, others with this one. */
  drawYes: number
}

interface DrawnOutput {
  human: 0 | 1
  judge: 0 | 1
  cluster: string
  weight: number
}

/** How often an interval held the true value: on the whole, and at each end. */
export interface Coverage {
  runs: number
  covered: number
  lowHeld: number
  highHeld: number
}

/** The labelled outputs of one run: cases are drawn anew until enough of them have a label. */
function drawOutputs(world: LabelledWorld, random: Random): DrawnOutput[] {
  const { cases, each, good, tpr, tnr, alike, drawYes } = world
  const outputs: DrawnOutput[] = []
  for (let found = 0, name = 0; found < cases; name += 1) {
    const shared = random.uniform() < alike
    const [oneGood, oneError] = [random.uniform(), random.uniform()]
    let labelled = false
    for (let i = 0; i < each; i += 1) {
      const human = (shared ? oneGood : random.uniform()) < good ? 1 : 0
      const right = (shared ? oneError : random.uniform()) < (human === 1 ? tpr : tnr)
      const judge = right ? human : human === 1 ? 0 : 1
      const probability = judge === 1 ? drawYes : 1
      if (random.uniform() >= probability) continue
      labelled = true
      outputs.push({ human, judge, cluster: `case ${name}`, weight: 1 / probability })
    }
    if (labelled) found += 1
  }
  return outputs
}

function coverageOf(
  runs: number,
  seed: number,
  interval: (random: Random) => { low: number; high: number; truth: number } | undefined,
): Coverage {
  const random = seededRandom(seed)
  const coverage = { runs: 0, covered: 0, lowHeld: 0, highHeld: 0 }
  for (let run = 0; run < runs; run += 1) {
    const found = interval(random)
    if (!found) continue
    const { low, high, truth } = found
    coverage.runs += 1
    coverage.lowHeld += Number(low <= truth)
    coverage.highHeld += Number(high >= truth)
    coverage.covered += Number(low <= truth && high >= truth)
  }
  return coverage
}

/** Coverage of the interval of kappa. Runs in which people called all outputs alike are left out: they have none. */
export function kappaCoverage(world: LabelledWorld, runs: number, { draws = 400, seed = 1 } = {}): Coverage {
  const { good, tpr, tnr } = world
  const truth = stratifiedKappa([(1 - good) * tnr, (1 - good) * (1 - tnr), good * (1 - tpr), good * tpr], 2, 'nominal')
  return coverageOf(runs, seed, (random) => {
    const outputs = drawOutputs(world, random)
    if (truth === null || new Set(outputs.map(({ human }) => human)).size < 2) return undefined
    const clusters = Map.groupBy(outputs, ({ cluster }) => cluster)
    const cells = [...clusters.values()].map((own) =>
      own.map(({ human, judge, weight }) => ({ table: 0, cell: 2 * human + judge, weight })),
    )
    const design = { confidence: 0.95, levels: 2, distance: 'nominal', tables: 1, draws } as const
    const interval = kappaInterval(cells, { ...design, seed: Math.floor(random.uniform() * 2 ** 31) })
    return interval && { ...interval, truth }
  })
}

/** Coverage of the interval of the rate at which the judge says no to bad outputs. */
export function tnrCoverage(world: LabelledWorld, runs: number, seed = 1): Coverage {
  return coverageOf(runs, seed, (random) => {
    const outputs = drawOutputs(world, random)
    const bad = outputs.filter(({ human }) => human === 0)
    const found = weightedProportion(
      bad.map(({ judge }) => 1 - judge),
      bad.map(({ weight }) => weight),
      bad.map(({ cluster }) => cluster),
      { heaviest: Math.max(...outputs.map(({ weight }) => weight)) },
    )
    return found && { ...found, truth: world.tnr }
  })
}

/** Coverage of the corrected mean, with `judged` more cases that nobody labelled. */
export function ppiCoverage(world: LabelledWorld, judged: number, runs: number, seed = 1): Coverage {
  return coverageOf(runs, seed, (random) => {
    const labeled = drawOutputs(world, random)
    const unlabeled = drawOutputs({ ...world, cases: judged, drawYes: 1 }, random)
    const sample = {
      humanLabels: labeled.map(({ human }) => human),
      judgeOnLabeled: labeled.map(({ judge }) => judge),
      judgeUnlabeled: unlabeled.map(({ judge }) => judge),
      weights: labeled.map(({ weight }) => weight),
      clusters: {
        labeled: labeled.map(({ cluster }) => `labelled ${cluster}`),
        unlabeled: unlabeled.map(({ cluster }) => cluster),
      },
      alpha: 0.05,
    }
    const found = ppiMean(withTwoErrors(sample))
    return found && { low: found.ciLow, high: found.ciHigh, truth: world.good }
  })
}
