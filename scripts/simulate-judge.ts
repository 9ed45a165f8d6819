import { parseArgs } from 'node:util'
import {
  type Coverage,
  kappaCoverage,
  type LabelledWorld,
  ppiCoverage,
  tnrCoverage,
} from '../packages/sluice/test/support/judge-coverage.ts'

/**
 * How often the intervals of a judge's calibration hold the truth, in worlds where it is known, with fixed seeds:
 * `npm run simulate-judge -- [--runs 2000]`. A Markdown table; each column is for a nominal 95 %.
 */

const usual: LabelledWorld = { cases: 50, each: 1, good: 0.7, tpr: 0.95, tnr: 0.9, alike: 0, drawYes: 1 }
const worlds: Record<string, LabelledWorld> = {
  '20 cases': { ...usual, cases: 20 },
  '50 cases': usual,
  '100 cases': { ...usual, cases: 100 },
  '50 cases, a weak judge (0.8, 0.8)': { ...usual, tpr: 0.8, tnr: 0.8 },
  '50 cases, 90 % good': { ...usual, good: 0.9, tnr: 0.8 },
  '50 cases, yes drawn with 0.25': { ...usual, drawYes: 0.25 },
  '100 cases, weak judge, yes drawn with 0.25': { ...usual, cases: 100, tpr: 0.8, tnr: 0.8, drawYes: 0.25 },
  '50 cases of 4 outputs, half of the cases all alike': { ...usual, each: 4, alike: 0.5 },
  'the same, yes drawn with 0.25': { ...usual, each: 4, alike: 0.5, drawYes: 0.25 },
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const both = ({ covered, runs }: Coverage) => percent(covered / runs)
const low = ({ lowHeld, runs }: Coverage) => percent(lowHeld / runs)

const { values } = parseArgs({ options: { runs: { type: 'string', default: '2000' } } })
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number from 1')
console.log('| world | kappa | its lower end | TNR | its lower end | corrected mean |\n|---|---|---|---|---|---|')
for (const [name, world] of Object.entries(worlds)) {
  const kappa = kappaCoverage(world, runs)
  const tnr = tnrCoverage(world, runs)
  const mean = ppiCoverage(world, 500, runs)
  console.log(`| ${name} | ${both(kappa)} | ${low(kappa)} | ${both(tnr)} | ${low(tnr)} | ${both(mean)} |`)
}
