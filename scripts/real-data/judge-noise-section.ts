import { z } from 'zod'
import { type Compared, compareFiles, type ScoreLine } from './compare-files.ts'
import { inParallel } from './in-parallel.ts'
import { comparedCells, comparedHead, countVerdicts, percent, table } from './markdown.ts'
import { mean, sd } from './moments.ts'
import { readRecorded } from './recorded.ts'

const row = z.object({ item_id: z.string(), group: z.string(), samples: z.array(z.number().min(1).max(5)).length(3) })

interface JudgedAnswer {
  id: string
  group: string
  /** In [0,1], one per sample of the judge. */
  samples: number[]
}

/** Answers that one judge scored three times. */
export function readJudgedAnswers(): JudgedAnswer[] {
  return readRecorded('a5_gpt4_rubric_3samples', row).map(({ item_id: id, group, samples }) => ({
    id,
    group,
    samples: samples.map((score) => (score - 1) / 4),
  }))
}

/** The file of one sample (0-based). Answers to one question are not independent. */
export function sampleLines(answers: readonly JudgedAnswer[], sample: number): ScoreLine[] {
  return answers.map(({ id, group, samples }) => ({ id, cluster: group, score: samples[sample] ?? Number.NaN }))
}

/** Ordered pairs of samples. */
export const samplePairs: [number, number][] = [0, 1, 2].flatMap((candidate) =>
  [0, 1, 2].filter((baseline) => baseline !== candidate).map((baseline): [number, number] => [candidate, baseline]),
)

/** The same answers, judged again: what the judge alone brings into a comparison. */
export async function judgeNoiseSection(): Promise<string> {
  const answers = readJudgedAnswers()
  const sizes = [320, 160, 80, 40, 20]
  const bySize: Compared[][] = []
  for (const size of sizes) {
    const some = answers.filter((_, i) => i % (answers.length / size) === 0)
    const play = ([a, b]: [number, number]) => compareFiles(sampleLines(some, a), sampleLines(some, b))
    bySize.push(await inParallel(samplePairs, play, { name: `judge noise, ${size} answers` }))
  }
  const whole = bySize[0] ?? []
  const rows = samplePairs.map(([a, b], i) => {
    const compared = whole[i]
    if (!compared) throw new Error('a comparison is missing')
    return [`${a + 1}`, `${b + 1}`, ...comparedCells(compared)]
  })
  return `## One judge, three times (a5_gpt4_rubric_3samples)

${answers.length} answers to ${new Set(answers.map(({ group }) => group)).size} questions, each scored three times by GPT-4 on a rubric of 1 to 5, here (x-1)/4. ${spread(answers)}
One sample against another is a comparison in which nothing changed, the text included (\`cluster\` = question):

${table(['candidate sample', 'baseline sample', ...comparedHead], rows)}

${countVerdicts(whole)}. With fewer answers (every second, every fourth, ...; means of the six comparisons):

${table(
  ['cases', 'standard error', 'detectable drop', 'verdicts'],
  sizes.map((size, i) => sizeRow(size, bySize[i] ?? [])),
)}

What this means: even if the answers never change, a judge of this kind keeps a gate of 40 cases from finding drops below about 0.1, and makes
some unchanged runs of 80 or fewer cases inconclusive. Nearly every pass is weak, the one of 320 answers too: answers to one
question are not independent, so they count as 80, and it takes about a hundred to rule out a loss of three answers in a
hundred. The judge's noise shrinks with cases and with repeats alike. It does not mean that
the judge is right on average: three samples of one judge share its errors.`
}

function spread(answers: readonly JudgedAnswer[]): string {
  const within = Math.sqrt(mean(answers.map(({ samples }) => sd(samples) ** 2)))
  const equal = answers.filter(({ samples }) => new Set(samples).size === 1).length / answers.length
  return `Within one
answer the standard deviation is ${within.toFixed(2)} (known: 0.11), and all three scores are equal for ${percent(equal)} (known: 53 %).`
}

function sizeRow(size: number, compared: readonly Compared[]): string[] {
  const average = (value: (one: Compared) => number) => mean(compared.map(value)).toFixed(3)
  return [`${size}`, average(({ se }) => se), average(({ detectableDrop }) => detectableDrop), countVerdicts(compared)]
}
