import { z } from 'zod'
import { clusterRobustMean, kappaInterval, stratifiedKappa, tInterval } from '../../packages/sluice/src/stats/index.ts'
import { percent, table } from './markdown.ts'
import { readRecorded } from './recorded.ts'

const verdict = z.union([z.number(), z.string()]).nullable()
const llmbarRow = z.object({
  group: z.string(),
  subset: z.string(),
  label: z.number(),
  judges: z.record(z.string(), z.object({ winner: z.array(verdict).exactOptional() })),
})
const pandaRow = z.object({
  group: z.string(),
  human: z.array(z.number()).length(3),
  judges: z.record(z.string(), verdict),
})

/** Two ratings of the same thing, each in 0 to `levels` - 1. */
interface Rated {
  cluster: string
  first: number
  second: number
}

const shown = (value: number) => value.toFixed(2)

/** How often two raters agree, and by how much more than chance, with the intervals of `sluice judge calibrate`. */
function agreementCells(rated: readonly Rated[], levels: number): string[] {
  const clusters = [...Map.groupBy(rated, ({ cluster }) => cluster).values()]
  const cells = clusters.map((own) =>
    own.map(({ first, second }) => ({ table: 0, cell: first * levels + second, weight: 1 })),
  )
  const sums = new Float64Array(levels * levels)
  for (const { cell, weight } of cells.flat()) sums[cell] = (sums[cell] ?? 0) + weight
  const kappa = stratifiedKappa(sums, levels, 'nominal')
  const interval = kappaInterval(cells, { confidence: 0.95, levels, distance: 'nominal', tables: 1 })
  const exact = rated.filter(({ first, second }) => first === second).length / rated.length
  return [
    `${rated.length}`,
    percent(exact),
    kappa === null || !interval ? 'n/a' : `${shown(kappa)} [${shown(interval.low)}, ${shown(interval.high)}]`,
    interval && interval.low >= 0.6 ? 'may gate' : interval && interval.high < 0.6 ? 'may not gate' : 'open',
  ]
}

/** Recorded judges against people: the intervals of a calibration on real labels, and where a pairwise judge is swayed. */
export function peopleSection(): string {
  return `## Judges against people (c3_pandalm_pairwise_3humans, c1_llmbar_pairwise)

This section is written by \`npm run --silent real-data -- people\`. It puts recorded judges through the numbers of
\`sluice judge calibrate\`: agreement, kappa with its interval (clusters are the instructions), and the rule that the lower
end of kappa must reach 0.6.

${pandaPart()}

${llmbarPart()}`
}

function pandaPart(): string {
  const rows = readRecorded('c3_pandalm_pairwise_3humans', pandaRow)
  const people = [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const
  const human = people.map(([a, b]) => [
    `person ${a + 1} and person ${b + 1}`,
    ...agreementCells(
      rows.map(({ group, human }) => ({ cluster: group, first: human[a] ?? 0, second: human[b] ?? 0 })),
      3,
    ),
  ])
  const names = Object.keys(rows[0]?.judges ?? {})
  const judges = names.map((name) => {
    const rated = rows.flatMap(({ group, human, judges }) => {
      const best = majorityOf(human)
      const winner = judges[name] === 'Tie' ? 0 : Number(judges[name])
      return best === null || ![0, 1, 2].includes(winner) ? [] : [{ cluster: group, first: best, second: winner }]
    })
    return [`majority and ${name}`, ...agreementCells(rated, 3)]
  })
  return `${rows.length} pairs of answers; three people each said which is better, or a tie. People themselves are the ceiling:

${table(['raters', 'pairs', 'equal', 'kappa', 'by the rule'], [...human, ...judges])}`
}

function majorityOf(votes: readonly number[]): number | null {
  return votes.find((vote) => votes.filter((other) => other === vote).length > votes.length / 2) ?? null
}

function llmbarPart(): string {
  const rows = readRecorded('c1_llmbar_pairwise', llmbarRow)
  const names = Object.entries(rows[0]?.judges ?? {}).flatMap(([name, { winner }]) => (winner ? [name] : []))
  const measured = names.map((name) => {
    const rated: Rated[] = []
    const swayed: { cluster: string; value: number }[] = []
    for (const { group, label, judges } of rows) {
      const orders = (judges[name]?.winner ?? []).map(Number)
      for (const listedOrder of orders)
        if (listedOrder === 1 || listedOrder === 2)
          rated.push({ cluster: group, first: label - 1, second: listedOrder - 1 })
      const [one, other] = orders
      if ((one === 1 || one === 2) && (other === 1 || other === 2))
        swayed.push({ cluster: group, value: Number(one !== other) })
    }
    const flips = clusterRobustMean(
      swayed.map(({ value }) => value),
      swayed.map(() => 1),
      swayed.map(({ cluster }) => cluster),
    )
    const interval = flips && tInterval(flips, 0.95)
    const order =
      flips && interval
        ? `${percent(flips.mean)} [${percent(Math.max(0, interval.low))}, ${percent(interval.high)}]`
        : 'n/a'
    return { name, cells: agreementCells(rated, 2), order }
  })
  const byRule = (word: string) => measured.filter(({ cells }) => cells[3] === word).length
  const equal = ({ cells }: (typeof measured)[number]) => Number.parseFloat(cells[1] ?? '')
  const sorted = measured.toSorted((a, b) => equal(b) - equal(a))
  const some = [0, 1, 2, Math.floor(sorted.length / 2), sorted.length - 2, sorted.length - 1].flatMap(
    (i) => sorted[i] ?? [],
  )
  return `${rows.length} pairs of which one is objectively better, judged by ${names.length} recorded judges, each in both orders. By the rule ${byRule('may gate')} may gate, ${byRule('may not gate')} may not, ${byRule('open')} stay open. The three best, the middle one and the two worst by agreement; the last column is how often the verdict changes with the order, which a judge of one output at a time cannot do:

${table(
  ['judge', 'verdicts', 'equal', 'kappa', 'by the rule', 'changed by the order'],
  some.map(({ name, cells, order }) => [name, ...cells, order]),
)}`
}
