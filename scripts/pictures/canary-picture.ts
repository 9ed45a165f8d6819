import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { DecisionEngine } from '../../packages/sluice/src/control/rollout/decision-engine.ts'
import { eValueEngine } from '../../packages/sluice/src/control/rollout/decision-engine.ts'
import { scenarioSchema } from '../../packages/sluice/src/control/simulate/scenario.ts'
import { simulateCanary } from '../../packages/sluice/src/control/simulate/simulate-canary.ts'
import { type Course, evidenceSvg, type Group } from './evidence-svg.ts'

/**
 * Draws docs/images/canary-evidence.svg: the e-value of simulated canaries over time, by the code behind `sluice simulate`.
 * `npm run canary-picture`
 */

const runs = 15
const hours = 12
const hourMs = 3_600_000
const kinds = [
  { name: 'no worse', drop: 0 },
  { name: 'score down .05', drop: 0.05 },
  { name: 'score down .10', drop: 0.1 },
]

/** The engine, which tells what it thinks at each look. */
function observed(course: Course): DecisionEngine<ReturnType<typeof eValueEngine.newEvidence>> {
  return {
    ...eValueEngine,
    assess(evidence, rollout, now, soFar) {
      const found = eValueEngine.assess(evidence, rollout, now, soFar)
      const rolledBack = found.decision.do === 'rollBack'
      // What rolls back is the highest value so far, which may lie between two looks.
      const logE = rolledBack ? -Math.log(found.anytimeP) : found.logE
      course.push({ hours: (now - rollout.startedAt) / hourMs, logE, rolledBack })
      return found
    },
  }
}

const groups: Group[] = []
for (const { name, drop } of kinds) {
  const scenario = scenarioSchema.parse({
    seed: 604,
    lasts: `${hours}h`,
    traffic: { perHour: 600, users: 50_000 },
    canary: { score: -drop },
    judge: { percent: 100 },
    rollout: { stages: [{ percent: 10, soak: '48h' }] },
  })
  const courses: Course[] = []
  for (let run = 0; run < runs; run += 1) {
    const course: Course = []
    await simulateCanary({ scenario, recorded: undefined, engine: observed(course) }, run)
    courses.push(course)
  }
  groups.push({ name, courses })
  const ends = courses.filter((course) => course.some(({ rolledBack }) => rolledBack)).length
  console.log(`${name}: ${ends} of ${runs} rolled back within ${hours} h`)
}
await writeFile(path.join(import.meta.dirname, '../../docs/images/canary-evidence.svg'), evidenceSvg(groups, hours))
