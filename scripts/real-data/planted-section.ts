import { decide } from '../../packages/sluice/src/gate/verdict/decide.ts'
import type { GateCase } from '../../packages/sluice/src/gate/verdict/gate-case.ts'
import { gatePolicy } from '../../packages/sluice/src/gate/verdict/policy.ts'
import { type Random, seededRandom } from '../../packages/sluice/src/stats/index.ts'
import { type ArenaRun, isWhole, pairsOf, readArena } from './arena.ts'
import { table } from './markdown.ts'
import { mean } from './moments.ts'

const repetitions = 2000
const sizes = [20, 50, 150, 500]
const drops = [0, 0.03, 0.05, 0.1]
const seed = 11

/** The scores of one question: a model's two runs, and a broken model. */
interface Question {
  runs: [number, number]
  broken: number
}

/** Regressions of a known size, planted in recorded scores: how often each verdict comes. */
export function plantedSection(): string {
  const whole = readArena().filter(isWhole)
  const broken = whole.at(-1)
  if (!broken) throw new Error('no whole run')
  const models = rerunModels(whole).map(([a, b]) => questionsOf(a, b, broken))
  const random = seededRandom(seed)
  const rows = sizes.flatMap((cases) =>
    drops.map((drop) => [`${cases}`, drop.toFixed(2), ...verdictShares(models, { cases, drop }, random)]),
  )
  return `## A regression of a known size, planted in real scores

The true difference of recordings is unknown, so here one is planted. Cases are drawn with replacement from the questions. The
baseline is one run of a model, the candidate its other run; which is which is drawn for each case, so nothing changes on
average. In a share of the cases the candidate’s score is that of the weakest model, ${broken.name}. The share makes the mean drop by
exactly the figure given: with a drop of 0.03 one case in 18 is lost. ${repetitions} repetitions each, half with either rerun model,
one score per case, seed ${seed}, through the gate’s decision in the same process:

${table(['cases', 'true drop', 'pass by proof', 'weak pass', 'inconclusive', 'fail'], rows)}

What this means: the promise is that a drop of the margin passes by proof in at most 5 % of runs. It is kept at every size, within the error of 2000 repetitions (0.005). A rare total loss is often not among 20 cases at all,
so few cases are no proof, whatever their scores. The price is in the rows without a drop. With scores as noisy as these and
one answer a case, 20 unchanged cases hardly ever pass by proof, 50 in one run of seven, 150 in more than half, 500 nearly
always. A fail without a change hardly ever happens. A weak pass is worth little with few cases: by proof or weakly, 20 cases
pass a true drop of 0.05 about one time in three, 50 one time in five, 150 one time in twelve. If that matters, set \`gate.onInconclusive: block\`.`
}

/** Pairs of runs of one model. */
function rerunModels(runs: readonly ArenaRun[]): [ArenaRun, ArenaRun][] {
  return runs.flatMap((a, i) =>
    runs
      .slice(i + 1)
      .filter((b) => b.model === a.model)
      .map((b): [ArenaRun, ArenaRun] => [a, b]),
  )
}

function questionsOf(a: ArenaRun, b: ArenaRun, broken: ArenaRun): Question[] {
  return pairsOf(a, b).flatMap(({ id, candidate, baseline }) => {
    const score = broken.answers.get(id)?.score
    return score === undefined ? [] : [{ runs: [candidate, baseline], broken: score }]
  })
}

function verdictShares(
  models: readonly Question[][],
  { cases, drop }: { cases: number; drop: number },
  random: Random,
): string[] {
  const policy = gatePolicy({ looks: [1] })
  const counts = { proof: 0, weak: 0, inconclusive: 0, fail: 0 }
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const questions = models[repetition % models.length] ?? []
    const share = drop / mean(questions.map(({ runs, broken }) => mean(runs) - broken))
    const drawn = Array.from({ length: cases }, (_, i) => draw(questions, share, i, random))
    const { decision } = decide(drawn, policy, undefined, { last: true })
    if (!decision) throw new Error('the only look has to decide')
    const { verdict, strength } = decision
    counts[verdict !== 'pass' ? verdict : strength === 'weak' ? 'weak' : 'proof'] += 1
  }
  return Object.values(counts).map((count) => (count / repetitions).toFixed(3))
}

function draw(questions: readonly Question[], share: number, i: number, random: Random): GateCase {
  const question = questions[Math.floor(random.uniform() * questions.length)]
  if (!question) throw new Error('no question to draw from')
  const swap = random.uniform() < 0.5
  const [baseline, rerun] = swap ? [question.runs[1], question.runs[0]] : question.runs
  const candidate = random.uniform() < share ? question.broken : rerun
  return { id: `case-${i}`, weight: 1, tags: [], critical: false, candidate: [candidate], baseline: [baseline] }
}
