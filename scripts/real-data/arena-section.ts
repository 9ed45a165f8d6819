import {
  type ArenaPair,
  type ArenaRun,
  commonLines,
  correlationOf,
  isWhole,
  linesOf,
  pairsOf,
  readArena,
} from './arena.ts'
import { verdictMatrix, verdictsByDrop } from './arena-matrix.ts'
import { compareFiles } from './compare-files.ts'
import { type Duel, inconsistencies } from './consistency.ts'
import { inParallel } from './in-parallel.ts'
import { comparedCells, comparedHead, countVerdicts, percent, table } from './markdown.ts'
import { mean, range, sd } from './moments.ts'

/** Every recorded model against every other, in both directions. */
export async function arenaSection(): Promise<string> {
  const all = readArena()
  const runs = all.filter(isWhole)
  const duels = runs.flatMap((candidate) =>
    runs.filter((baseline) => baseline !== candidate).map((baseline) => ({ candidate, baseline })),
  )
  const common = await inParallel(duels, playCommon, { name: 'arena, common questions' })
  const asRecorded = await inParallel(
    duels,
    async ({ candidate, baseline }) => ({
      candidate,
      baseline,
      compared: await compareFiles(linesOf(candidate), linesOf(baseline)),
    }),
    { name: 'arena, files as recorded' },
  )
  return [
    `## Models against models (b2_arena_bench_replay)

Hard user questions, answered by up to 16 models; GPT-4 gave each answer 1 to 10, here (x-1)/9. Every pair of the
${runs.length} whole runs was compared in both directions: ${duels.length} calls of \`sluice compare\` with the questions that both runs
have a score for, and as many with the files as they were recorded. Each case stands alone (\`cluster\` = question).`,
    partialRuns(all, runs),
    noChange(common),
    matrix(runs, common),
    consistency(common),
    gaps(asRecorded),
  ].join('\n\n')
}

async function playCommon({ candidate, baseline }: Pick<Duel, 'candidate' | 'baseline'>): Promise<Duel> {
  return { candidate, baseline, compared: await compareFiles(...commonLines(candidate, baseline)) }
}

function partialRuns(all: ArenaRun[], runs: ArenaRun[]): string {
  const rows = all
    .filter((run) => !isWhole(run))
    .map((run) => {
      const correlations = runs.flatMap((other) => correlationOf(run, other) ?? [])
      const correlated = correlations.length > 0 ? mean(correlations).toFixed(2) : 'no common question'
      return [run.name, `${run.answers.size}`, correlated]
    })
  const whole = runs.flatMap((run, i) => runs.slice(i + 1).flatMap((other) => correlationOf(run, other) ?? []))
  return `### What was left out

${table(['run', 'answers', 'mean correlation with the whole runs'], rows)}

These runs hold few answers, and some of these belong to other questions than they say: their scores do not correlate with
any run, while whole runs correlate with each other by ${mean(whole).toFixed(2)} on average. They are a fault of the collection, not reruns.`
}

function isRerun({ candidate, baseline }: Pick<Duel, 'candidate' | 'baseline'>): boolean {
  return candidate.model === baseline.model
}

/** One row per direction of a rerun; the test of this page looks for these rows. */
export function rerunRow({ candidate, baseline, compared }: Duel): string[] {
  const differences = differencesOf(pairsOf(candidate, baseline))
  return [candidate.name, baseline.name, ...comparedCells(compared), sd(differences).toFixed(3)]
}

function differencesOf(pairs: readonly ArenaPair[]): number[] {
  return pairs.map(({ candidate, baseline }) => candidate - baseline)
}

function noChange(duels: Duel[]): string {
  const reruns = duels.filter(isRerun)
  const judgedTwice = reruns.filter(({ candidate, baseline }) => candidate.name < baseline.name).flatMap(sameOutputs)
  const equal = judgedTwice.filter(({ candidate, baseline }) => candidate === baseline).length
  const noise = sd(differencesOf(judgedTwice)) / Math.SQRT2
  return `### Nothing changed: one model, run twice

${table(['candidate', 'baseline', ...comparedHead, 'sd of paired differences'], reruns.map(rerunRow))}

Nothing was changed between these runs, so no verdict may be \`fail\`, and none is: ${countVerdicts(reruns.map(({ compared }) => compared))}.
In ${judgedTwice.length} of the pairs both runs gave the very same text, so that only the judge spoke twice: it gave the same score in
${percent(equal / judgedTwice.length)} of them, and one judgement has a standard deviation of ${noise.toFixed(2)} (known of the whole set: 57 %, 0.12).

What this means: noise alone moved a mean by up to ${largest(reruns).toFixed(3)}. ${plainTest(reruns)} The gate does not, because a drop must be shown to be larger than the margin. It does not pass the unlucky direction either:
a rerun beyond two thirds of the margin is inconclusive (exit code 2). Then add cases or repeats; do not raise the margin
afterwards.`
}

function largest(duels: readonly Duel[]): number {
  return Math.max(...duels.map(({ compared }) => Math.abs(compared.difference)))
}

/** What a test without a margin would have called a change. */
function plainTest(reruns: readonly Duel[]): string {
  const called = reruns.filter(({ compared: { ciHigh } }) => ciHigh < 0)
  if (called.length === 0) return 'No interval leaves out 0.'
  const names = called.map(({ candidate, baseline }) => `${candidate.name} against ${baseline.name}`).join(', ')
  return `A plain paired t test at 5 % would have called a regression where there is none: ${names}.`
}

function sameOutputs({ candidate, baseline }: Duel): ArenaPair[] {
  return pairsOf(candidate, baseline).filter(({ sameOutput }) => sameOutput)
}

function matrix(runs: ArenaRun[], duels: Duel[]): string {
  const others = duels.filter((duel) => !isRerun(duel))
  const spreads = range(others.map(({ candidate, baseline }) => sd(differencesOf(pairsOf(candidate, baseline)))))
  const drops = range(others.map(({ compared }) => compared.detectableDrop))
  return `### Every pair

Rows are candidates, columns baselines, in the same order. P pass, w weak pass, ? inconclusive, F fail.

\`\`\`text
${verdictMatrix(runs, duels)}
\`\`\`

In all ${duels.length}: ${countVerdicts(duels.map(({ compared }) => compared))}. By the size of the change that was found:

${verdictsByDrop(duels)}

The standard deviation of the paired differences of two different models is ${spreads.low.toFixed(2)} to ${spreads.high.toFixed(2)} (median ${spreads.middle.toFixed(2)}), the
detectable drop ${drops.low.toFixed(3)} to ${drops.high.toFixed(3)} (median ${drops.middle.toFixed(3)}).

What this means: about 150 cases with one score each separate models of different generations, and no more. A change of 0.03
to 0.06, which would matter to a team, mostly stays inconclusive, and the gate says so. Every \`weak pass\` lies within 0.02
below the baseline or above it, without proof. It does not mean that the lower rows are worse models: the matrix orders the
judge’s scores on these questions.`
}

function consistency(duels: Duel[]): string {
  const rows = inconsistencies(duels).map(({ rule, checked, broken }) => [rule, `${checked}`, `${broken}`])
  return `### Do the answers agree with each other?

${table(['rule', 'checked', 'broken'], rows)}

The first five follow from the test. Any mistake of sign, pairing or order would break them. The sixth is the same arithmetic
done twice.`
}

function gaps(duels: Duel[]): string {
  const reruns = duels.filter(isRerun)
  const rows = reruns.map(({ candidate, baseline, compared }) => [
    candidate.name,
    baseline.name,
    `${compared.pairs}`,
    compared.verdict,
    `${compared.exitCode}`,
    compared.reasons.join(', '),
  ])
  const withheld = duels.filter(({ compared }) => compared.reasons.includes('coverage'))
  return `### The files as they were recorded

A run lacks up to six of the 151 questions, and the judge’s text holds no score for up to three. Above, only the questions
that both runs have were used, because the gaps belong to the collection and the question was what the scores say. With the
files as they are, the gate counts every missing score and decides nothing below a coverage of 98 %. That was so in
${withheld.length} of ${duels.length} comparisons:
${countVerdicts(duels.map(({ compared }) => compared))}. The reruns:

${table(['candidate', 'baseline', 'pairs', 'verdict', 'exit code', 'reasons'], rows)}

What this means: 3 missing scores of 149 are already too many for the default \`minCoverage\`. That is strict on purpose: an answer that could not be scored is more often bad than good. If you know that a gap has nothing
to do with quality, lower \`gate.minCoverage\`, in a file that is reviewed.`
}
