import { z } from 'zod'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { isObject } from '../../json.ts'
import { noMetric, part, type ResultsReader, scored, type ToolResults, type ToolScore } from './tool-results.ts'

const resultSchema = z.object({
  duration: z.number().nullish(),
  input: z.unknown().optional(),
  expected: z.unknown().optional(),
  status: z.string(),
  averageScore: z.number().nullish(),
  scores: z.array(z.object({ name: z.string(), score: z.number().nullish() })),
})

const outputSchema = z.object({
  evals: z.array(
    z.object({
      name: z.string(),
      variantName: z.string().nullish(),
      results: z.array(z.unknown()),
    }),
  ),
})

type Result = z.output<typeof resultSchema>

/** What `evalite --outputPath results.json` writes. */
export const evalite: ResultsReader = {
  recognises: ({ json }) => isObject(json) && Array.isArray(json.evals) && isObject(json.run) && 'runType' in json.run,
  read({ json, name }, metric) {
    const { evals } = part(outputSchema, json, name)
    const rows = evals.flatMap(({ results, ...own }, index) =>
      results.map((row, at) => ({
        ...own,
        result: part(resultSchema, row, `${name}: evals[${index}].results[${at}]`),
      })),
    )
    const metrics = [...new Set(rows.flatMap(({ result }) => result.scores.map((score) => score.name)))]
    if (metric !== undefined && !metrics.includes(metric)) throw noMetric(metric, metrics, name)
    const zeros = rows.filter(({ result }) => result.scores.some(({ score }) => score === 0)).length
    return {
      format: 'evalite export',
      scores: rows.map(({ name: evaluation, variantName, result }) =>
        scoreOf(result, { evaluation, variantName, metric }),
      ),
      metric: metric === undefined ? 'the average score of a result' : `the score ${metric}`,
      metrics,
      graders: null,
      notes:
        zeros === 0
          ? []
          : [
              `${name}: evalite writes 0 where a scorer gave no score, so some of the ${zeros} results with a 0 may have none.`,
            ],
    } satisfies ToolResults
  },
}

interface Place {
  evaluation: string
  variantName: string | null | undefined
  metric: string | undefined
}

function scoreOf(result: Result, { evaluation, variantName, metric }: Place): ToolScore {
  const { input, expected, duration } = result
  // The evaluation of a variant has the common name, with the variant in brackets.
  const ending = ` [${variantName}]`
  const common = variantName && evaluation.endsWith(ending) ? evaluation.slice(0, -ending.length) : evaluation
  const asked = canonicalJson(input ?? null)
  return {
    ...outcomeOf(result, metric),
    identity: canonicalJson([common, input ?? null]),
    name: `${common}: ${typeof input === 'string' ? input : asked}`,
    input: asked,
    measure: canonicalJson(expected ?? null),
    latencyMs: duration ?? undefined,
    ...(variantName && { version: [variantName] }),
  }
}

/** The average of no score at all is written as 0. */
function outcomeOf(
  { status, scores, averageScore }: Result,
  metric: string | undefined,
): Pick<ToolScore, 'value' | 'error'> {
  if (status === 'running') return { error: 'the result was still running' }
  if (scores.length === 0) return { error: 'the task or a scorer failed, so there is no score' }
  if (metric === undefined) return scored(averageScore, 'no average score')
  const own = scores.find(({ name }) => name === metric)
  return scored(own?.score, `no score ${metric}`)
}
