import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { type GatePolicy, gatePolicy } from '../packages/sluice/src/gate/policy.ts'
import { seededRandom } from '../packages/sluice/src/stats/index.ts'
import { type Scenario, simulateRun, smoothCases } from '../packages/sluice/test/gate/simulated-gate.ts'

/**
 * How often the gate passes, fails and leaves open versions of a known quality, beside what the same design gave in an
 * independent implementation: `npm run simulate -- [--repetitions 3000] [--cases 30,50] [--on-inconclusive tiebreak]`. That
 * implementation blocks what is inconclusive, so only `block`, the default, is compared with it.
 */

interface Row {
  cases: number
  name: string
  scenario: Scenario
  /** pass, fail, inconclusive, calls, from 3000 repetitions elsewhere. */
  expected: [number, number, number, number]
  repetitions: number
  seed: number
  onInconclusive: GatePolicy['onInconclusive']
}

interface Simulated {
  /** Shares of pass, fail and inconclusive, and mean calls. */
  means: [number, number, number, number]
  callsVariance: number
}

const expectedRepetitions = 3000

const scenarios: [name: string, scenario: Scenario][] = [
  ['0', {}],
  ['0, cases vary by .05', { heterogeneity: 0.05 }],
  ['drop .02', { drop: 0.02 }],
  ['drop .03 (margin)', { drop: 0.03 }],
  ['drop .05', { drop: 0.05 }],
  ['drop .10', { drop: 0.1 }],
  ['one tag of five drops .30', { tagDrop: 0.3 }],
]

/** By number of cases, in the order of the scenarios. */
const expected: Record<number, Row['expected'][]> = {
  30: [
    [0.701, 0, 0.299, 348],
    [0.59, 0, 0.41, 372],
    [0.165, 0.002, 0.833, 451],
    [0.034, 0.016, 0.95, 469],
    [0.004, 0.248, 0.748, 448],
    [0, 0.997, 0.003, 208],
    [0, 0.982, 0.018, 304],
  ],
  50: [
    [0.9, 0, 0.1, 461],
    [0.82, 0, 0.18, 516],
    [0.223, 0.002, 0.775, 736],
    [0.045, 0.021, 0.934, 774],
    [0.002, 0.401, 0.597, 708],
    [0, 1, 0, 220],
    [0, 1, 0, 347],
  ],
  100: [
    [0.998, 0, 0.002, 583],
    [0.986, 0, 0.014, 693],
    [0.371, 0.002, 0.628, 1386],
    [0.052, 0.02, 0.928, 1547],
    [0, 0.708, 0.291, 1226],
    [0, 1, 0, 266],
    [0, 1, 0, 363],
  ],
  200: [
    [1, 0, 0, 703],
    [1, 0, 0, 835],
    [0.583, 0, 0.417, 2527],
    [0.048, 0.018, 0.934, 3094],
    [0, 0.954, 0.046, 1719],
    [0, 1, 0, 412],
    [0, 1, 0, 433],
  ],
}

function simulate({ cases, scenario, repetitions, seed, onInconclusive }: Row): Simulated {
  const policy = gatePolicy({ onInconclusive })
  const random = seededRandom(seed)
  const counts = { pass: 0, fail: 0, inconclusive: 0 }
  let calls = 0
  let squares = 0
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const run = simulateRun(smoothCases(cases, scenario, random), policy)
    counts[run.decision.verdict] += 1
    calls += run.calls
    squares += run.calls ** 2
  }
  const share = (count: number) => count / repetitions
  return {
    means: [share(counts.pass), share(counts.fail), share(counts.inconclusive), share(calls)],
    callsVariance: share(squares) - share(calls) ** 2,
  }
}

/** Distances between the two simulations in standard errors of their difference. */
function distances({ expected: other, repetitions }: Row, { means, callsVariance }: Simulated): number[] {
  const total = repetitions + expectedRepetitions
  const perRun = 1 / repetitions + 1 / expectedRepetitions
  return means.map((mean, i) => {
    const difference = mean - (other[i] ?? 0)
    if (i === 3) return difference / Math.sqrt(callsVariance * perRun + 1 / 12)
    const pooled = (mean * repetitions + (other[i] ?? 0) * expectedRepetitions + 0.5) / (total + 1)
    return difference / Math.sqrt(pooled * (1 - pooled) * perRun + 0.001 ** 2 / 12)
  })
}

/** Runs the rows on all cores; the answers do not depend on how they are spread. */
async function simulateAll(rows: Row[]): Promise<Simulated[]> {
  const results: Simulated[] = []
  const queue = rows.map((row, index) => ({ row, index })).sort((a, b) => b.row.cases - a.row.cases)
  const worker = () =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(new URL(import.meta.url))
      let index = 0
      const next = () => {
        const job = queue.shift()
        if (!job) return void thread.terminate().then(() => resolve(), reject)
        index = job.index
        thread.postMessage(job.row)
      }
      thread.on('message', (result: Simulated) => {
        results[index] = result
        next()
      })
      thread.on('error', reject)
      next()
    })
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}

const cell = ([pass, fail, open, calls]: number[]) =>
  `${[pass, fail, open].map((share) => share?.toFixed(3)).join('/')} | ${calls?.toFixed(0)}`

function printComparison(rows: Row[], results: Simulated[]): void {
  console.log(
    `| cases | true change | pass/fail/inconclusive | calls | expected | calls | distance in standard errors |`,
  )
  console.log('|---|---|---|---|---|---|---|')
  let outside = 0
  for (const [i, row] of rows.entries()) {
    const result = results[i]
    if (!result) throw new Error(`row ${i} was not simulated`)
    const z = distances(row, result)
    outside += z.filter((distance) => Math.abs(distance) > 3).length
    const far = z.map((distance) => distance.toFixed(1)).join('/')
    console.log(`| ${row.cases} | ${row.name} | ${cell(result.means)} | ${cell(row.expected)} | ${far} |`)
  }
  console.log(`\n${outside} of ${4 * rows.length} cells lie outside 3 standard errors`)
}

function printAlone(rows: Row[], results: Simulated[]): void {
  console.log('| cases | true change | pass/fail/inconclusive | calls |\n|---|---|---|---|')
  for (const [i, { cases, name }] of rows.entries()) {
    console.log(`| ${cases} | ${name} | ${cell(results[i]?.means ?? [])} |`)
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      repetitions: { type: 'string', default: '3000' },
      cases: { type: 'string', default: '30,50,100,200' },
      'on-inconclusive': { type: 'string', default: 'block' },
    },
  })
  const repetitions = Number(values.repetitions)
  if (!Number.isInteger(repetitions) || repetitions < 1) throw new Error('--repetitions takes a whole number from 1')
  const onInconclusive = (['block', 'tiebreak', 'warn'] as const).find((name) => name === values['on-inconclusive'])
  if (!onInconclusive) throw new Error('--on-inconclusive takes block, tiebreak or warn')
  const rows = values.cases.split(',').flatMap((cases) => {
    const row = expected[Number(cases)]
    if (!row) throw new Error(`--cases takes ${Object.keys(expected).join(', ')}; got ${cases}`)
    return scenarios.map(
      ([name, scenario], i): Row => ({
        cases: Number(cases),
        name,
        scenario,
        expected: row[i] ?? [0, 0, 0, 0],
        repetitions,
        seed: 1000 * Number(cases) + i,
        onInconclusive,
      }),
    )
  })
  const results = await simulateAll(rows)
  if (onInconclusive === 'block') printComparison(rows, results)
  else printAlone(rows, results)
}

if (isMainThread) await main()
else parentPort?.on('message', (row: Row) => parentPort?.postMessage(simulate(row)))
