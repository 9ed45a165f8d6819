import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import type { Case } from '../../core/suite/cases/case.ts'
import { readSuite, suiteKind } from '../../core/suite/cases/read-suite.ts'
import { InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import { SluiceError } from '../../errors.ts'
import type { SuitePick } from '../../records/report/suite-pick.ts'
import { replaceFile } from '../../replace-file.ts'
import { policyOf } from '../run-gate.ts'
import { type KeptScores, keptScoresOf } from '../suite-review/kept-scores.ts'
import { errorRates } from '../verdict/policy.ts'
import { detectableDropOf, type PickBudget, type PickCase, type PickPlan, pickCases } from './pick-cases.ts'

/** Where nothing was measured: the spread of the change of a case, and the variance of an answer. */
const assumed = { tau: 0.2, noise: 0.02, room: 1 }
/** What is known of all cases counts for one as so many degrees of freedom. */
const priorFreedom = 4

export interface PickOptions {
  from: string
  seed: number
  budgetCases?: number | undefined
  budgetUsd?: number | undefined
}

/** Chooses the fast suite out of a larger one. @throws SluiceError `invalid-input` where the budget cannot be kept */
export async function pickSuite(
  prompt: Prompt,
  project: LoadedProject,
  { from, seed, budgetCases, budgetUsd }: PickOptions,
): Promise<{ pick: SuitePick; cases: Case[] }> {
  const { root } = project.config
  const read = (suite: string) => Array.fromAsync(casesOf(project.files, prompt, suite, { root }))
  const all = await read(from)
  const open = all.filter(({ holdout }) => holdout !== true)
  const kept = await keptScoresOf(root, prompt.feature)
  const known = knownOf(open, kept)
  const cases = open.map((one) => pickCase(one, kept, known))
  if (budgetUsd !== undefined && known.usd === null) {
    throw new SluiceError(
      'invalid-input',
      `--budget-usd ${budgetUsd}: no price of an answer is known from the kept runs; give --budget-cases, or run sluice eval ${prompt.feature} with a priced model first`,
    )
  }
  const { alphaFail } = errorRates(policyOf({ ...project.config.gate, ...prompt.gate }))
  const margin = prompt.gate.margin ?? project.config.gate.margin
  const plan: PickPlan = { tau: known.tau, margin, alphaFail }
  const budget: PickBudget = { cases: budgetCases ?? Infinity, usd: budgetUsd ?? Infinity }
  const { chosen, isTooSmall, short } = pickCases(cases, budget, { ...plan, seed })
  if (isTooSmall) {
    const critical = cases.filter((one) => one.critical).length
    throw new SluiceError(
      'invalid-input',
      `the ${critical} critical cases of ${from} are always in, and do not fit this budget; give a larger one`,
    )
  }
  const fast = prompt.suites.fast === undefined || from === 'fast' ? undefined : await read('fast')
  const before = fast?.filter(({ holdout }) => holdout !== true).map((one) => pickCase(one, kept, known))
  const ids = new Set(chosen.map(({ id }) => id))
  const pick: SuitePick = {
    schema: 'sluice.suite-pick/1',
    feature: prompt.feature,
    from,
    seed,
    budget: { cases: budgetCases ?? null, usd: budgetUsd ?? null },
    chosen: [...ids],
    usdPerRun: known.usd === null ? null : chosen.reduce((sum, { usd }) => sum + (usd ?? 0), 0),
    measured: known.measured,
    detectableDrop: {
      all: detectableDropOf(cases, plan),
      before: before === undefined ? null : detectableDropOf(before, plan),
      after: detectableDropOf(chosen, plan),
    },
    heldOut: all.length - open.length,
    short,
    notes: notesOf(open.length, known),
  }
  return { pick, cases: open.filter(({ id }) => ids.has(id)) }
}

interface Known {
  tau: number
  isTauMeasured: boolean
  noise: number
  room: number
  usd: number | null
  measured: number
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** What the kept runs say of all cases together. */
function knownOf(cases: readonly Case[], kept: KeptScores): Known {
  const own = cases.flatMap(({ id }) => kept.cases.get(id) ?? [])
  const freedom = own.reduce((sum, one) => sum + one.freedom, 0)
  const squares = own.reduce((sum, one) => sum + one.squares, 0)
  const noise = freedom === 0 ? assumed.noise : squares / freedom
  const scores = own.flatMap((one) => one.scores)
  const changes = own.flatMap(({ differences }) => (differences.length === 0 ? [] : [mean(differences)]))
  const usd = own.flatMap((one) => one.usd)
  const spread =
    changes.length < 2
      ? undefined
      : changes.reduce((sum, one) => sum + (one - mean(changes)) ** 2, 0) / (changes.length - 1)
  const isTauMeasured = spread !== undefined && spread > 0
  return {
    tau: isTauMeasured ? Math.sqrt(Math.max(spread - 2 * noise, 1e-4)) : assumed.tau,
    isTauMeasured,
    noise,
    room: scores.length === 0 ? assumed.room : mean(scores),
    usd: usd.length === 0 ? null : mean(usd),
    measured: own.filter((one) => one.freedom > 0).length,
  }
}

/** One case: its own variance, drawn towards that of all where it has few answers. */
function pickCase({ id, weight, tags, critical, cluster }: Case, kept: KeptScores, known: Known): PickCase {
  const own = kept.cases.get(id)
  const noise = own ? (own.squares + priorFreedom * known.noise) / (own.freedom + priorFreedom) : known.noise
  const room = own && own.scores.length > 0 ? mean(own.scores) : known.room
  const price = own && own.usd.length > 0 ? mean(own.usd) : known.usd
  // Both versions are asked once.
  return { id, weight, tags, critical, cluster, room, noise, usd: price === null ? null : 2 * price }
}

function notesOf(cases: number, { measured, isTauMeasured }: Known): string[] {
  const unmeasured = cases - measured
  return [
    ...(unmeasured === 0
      ? []
      : measured === 0
        ? [
            `No variance was measured: every case is taken to vary alike (variance ${assumed.noise} an answer), so tags, weights and clusters alone decide. sluice eval with --repeats 3 measures it.`,
          ]
        : [`${unmeasured} of ${cases} cases have no measured variance; the mean of the others stands in.`]),
    ...(isTauMeasured
      ? []
      : [`No change of version was measured: cases are taken to change by ${assumed.tau} (standard deviation).`]),
  ]
}

/**
 * Writes the chosen cases, word for word where both files are JSON Lines, else each as one line of JSON, which is YAML
 * too.
 * @throws SluiceError `invalid-input` where the file exists, is the suite that is chosen from or no suite at all, has
 *   another ending, or lies where paths of cases would break
 */
export async function writePick(
  out: string,
  { suite, cases, force }: { suite: string; cases: readonly Case[]; force: boolean },
  { config, files }: LoadedProject,
): Promise<void> {
  const fault = (message: string) => new SluiceError('invalid-input', `--out ${out}: ${message}`)
  const kind = suiteKind(out)
  if (kind !== 'yaml' && kind !== 'jsonLines') throw fault('name a file that ends in .yaml or .jsonl')
  if (existsSync(out)) {
    if (realpathSync(out) === realpathSync(path.resolve(config.root, suite)))
      throw fault('this is the suite that it chooses from, and the cases that are not chosen would be lost')
    if (!force) throw fault('the file exists; --force replaces it')
    if (!(await isSuite(out, files, config.root))) throw fault('there is a file that is no suite; name another')
  }
  const isElsewhere = path.dirname(out) !== path.dirname(path.resolve(config.root, suite))
  const bound = cases.find(
    ({ varFiles = [], checks, mocks = [] }) =>
      varFiles.length > 0 || checks.some(isModule) || mocks.some(({ module }) => module !== undefined),
  )
  if (isElsewhere && bound !== undefined) {
    throw fault(`"${bound.id}" names files relative to ${suite}; write into the folder of that suite`)
  }
  const ids = new Set(cases.map(({ id }) => id))
  const lines: string[] = []
  for await (const rows of readSuite(files, suite, { root: config.root })) {
    for (const { data, source } of rows) if (data && ids.has(data.id)) lines.push(JSON.stringify(source?.value))
  }
  const prefix = kind === 'yaml' ? '- ' : ''
  await replaceFile(out, async (sink) => sink.write(lines.map((line) => `${prefix}${line}\n`).join('')))
}

/** Whether a file holds nothing but cases, so that one suite takes the place of another. */
async function isSuite(file: string, files: ProjectFiles, root: string): Promise<boolean> {
  try {
    for await (const rows of readSuite(files, file, { root })) if (rows.some(({ data }) => !data)) return false
    return true
  } catch (error) {
    if (error instanceof InvalidFilesError) return false
    throw error
  }
}

const isModule = ({ type }: { type: string }) => type === 'module'
