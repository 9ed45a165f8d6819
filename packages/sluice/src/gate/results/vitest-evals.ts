import path from 'node:path'
import { z } from 'zod'
import { isObject } from '../../json.ts'
import {
  field,
  invalidResults,
  noMetric,
  part,
  type ResultsReader,
  scored,
  type ToolResults,
  type ToolScore,
  tagsOf,
} from './tool-results.ts'

const harnessSchema = z.object({
  name: z.string().nullish(),
  run: z
    .object({
      errors: z.array(z.unknown()).nullish(),
      timings: z.object({ totalMs: z.number().nullish() }).nullish(),
    })
    .nullish(),
})

const evalSchema = z.object({
  scores: z.array(z.object({ name: z.string().nullish(), score: z.number().nullish() })).nullish(),
  avgScore: z.number().nullish(),
  thresholdFailed: z.boolean().nullish(),
})

const assertionSchema = z.object({
  fullName: z.string(),
  status: z.string(),
  duration: z.number().nullish(),
  failureMessages: z.array(z.string()).nullish(),
  meta: z.object({ eval: evalSchema.nullish(), harness: harnessSchema.nullish() }).nullish().catch(undefined),
  tags: z.array(z.string()).nullish(),
})

const reportSchema = z.object({
  testResults: z.array(z.object({ name: z.string(), assertionResults: z.array(z.unknown()).default([]) })),
  numTotalTests: z.number().nullish(),
})

interface Test extends z.output<typeof assertionSchema> {
  file: string
}

const passed = 'pass'

/** What Vitest's JSON reporter writes of tests of vitest-evals. */
export const vitestEvals: ResultsReader = {
  recognises: ({ json }) => isObject(json) && Array.isArray(json.testResults) && 'numTotalTests' in json,
  read({ json, name }, metric) {
    const report = part(reportSchema, json, name)
    const names = fileNames(report.testResults.map((file) => file.name))
    const tests = report.testResults.flatMap((file, index) =>
      file.assertionResults.map((row, at): Test => {
        const place = `${name}: testResults[${index}].assertionResults[${at}]`
        return { ...part(assertionSchema, row, place), file: names[index] ?? '' }
      }),
    )
    const evals = tests.filter(({ meta }) => meta?.eval || meta?.harness)
    const metrics = [
      passed,
      ...new Set(evals.flatMap(({ meta }) => (meta?.eval?.scores ?? []).flatMap((score) => score.name ?? []))),
    ]
    if (metric !== undefined && !metrics.includes(metric)) throw noMetric(metric, metrics, name)
    const used = metric === passed && evals.length === 0 ? tests : evals
    if (used.length === 0)
      throw invalidResults(
        `${name} is a report of Vitest without a single score of vitest-evals. Whether its tests pass is compared with --metric pass`,
      )
    return {
      format: 'vitest-evals in a JSON report of Vitest',
      scores: used.map((test) => scoreOf(test, metric)),
      metric:
        metric === undefined
          ? 'the average score of a test'
          : metric === passed
            ? 'whether a test passed'
            : `the score ${metric}`,
      metrics,
      graders: null,
      promised: used.length + (report.numTotalTests ?? tests.length) - tests.length,
      notes: notesOf(used, tests.length - used.length, { metric, name }),
    } satisfies ToolResults
  },
}

/** The names of files without their folders, except where two would be the same. */
function fileNames(files: readonly string[]): string[] {
  const short = files.map((file) => path.posix.basename(file.replaceAll('\\', '/')))
  return short.map((name, index) =>
    short.indexOf(name) === short.lastIndexOf(name)
      ? name
      : (files[index] ?? '').replaceAll('\\', '/').split('/').slice(-2).join('/'),
  )
}

function scoreOf(test: Test, metric: string | undefined): ToolScore {
  const { file, fullName, meta, duration } = test
  const identity = `${file} > ${fullName}`
  return {
    ...outcomeOf(test, metric),
    identity,
    tags: test.tags ?? tagsOf(meta?.eval),
    latencyMs: meta?.harness?.run?.timings?.totalMs ?? duration ?? undefined,
  }
}

function outcomeOf(
  { status, meta, failureMessages }: Test,
  metric: string | undefined,
): Pick<ToolScore, 'value' | 'error'> {
  const { eval: measured, harness } = meta ?? {}
  const errors = harness?.run?.errors ?? []
  if (errors.length > 0) return { error: textOf(errors[0]) }
  if (status !== 'passed' && status !== 'failed') return { error: `the test is ${status}` }
  if (metric === passed) return { value: status === 'passed' ? 1 : 0 }
  if (!measured) return { error: failureMessages?.[0]?.split('\n')[0] ?? 'the test ended before it was scored' }
  if (metric === undefined) return scored(measured.avgScore, 'the test has no average score')
  const own = (measured.scores ?? []).filter(({ name }) => name === metric).map(({ score }) => score)
  if (own.length === 0 || own.some((score) => typeof score !== 'number')) return { error: `no score ${metric}` }
  return { value: own.reduce<number>((sum, score) => sum + (score ?? 0), 0) / own.length }
}

function textOf(error: unknown): string {
  const message = isObject(error) ? field(error, 'message') : undefined
  return typeof message === 'string' ? message : (JSON.stringify(error) ?? 'an error')
}

function notesOf(
  used: readonly Test[],
  others: number,
  { metric, name }: { metric: string | undefined; name: string },
): string[] {
  const byOther = used.filter(
    ({ status, meta }) =>
      status === 'failed' && meta?.eval?.thresholdFailed !== true && typeof meta?.eval?.avgScore === 'number',
  ).length
  return [
    ...(others > 0 ? [`${name}: ${others} ${others === 1 ? 'test' : 'tests'} without a score left out.`] : []),
    ...(byOther > 0 && metric !== passed
      ? [
          `${name}: ${byOther} ${byOther === 1 ? 'test' : 'tests'} failed by more than the score, which is all that is compared; --metric pass compares that.`,
        ]
      : []),
  ]
}
