import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../../core/suite/config/config.ts'
import { modelIdSchema } from '../../core/suite/models/model.ts'
import { requireProviders } from '../../core/suite/models/model-ids.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import { selectFeature } from '../../core/suite/project/select-feature.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { chooseSuite, requireSuites } from '../../core/suite/prompt/suites.ts'
import { requireJudgeable } from '../../core/suite/prompt/unjudgeable.ts'
import { invalidInput, SluiceError } from '../../errors.ts'
import { withModel } from './cell.ts'

/** A row: one prompt with every model. */
export interface MatrixRow {
  prompt: Prompt
  suite: string
  /** The prompt that this row is held against, with its own model: the first of all, or this one. */
  reference: Prompt
  /** The version in each column; the prompt's own model keeps its version as it is. */
  versions: Prompt[]
}

export interface MatrixPlan {
  rows: MatrixRow[]
  /** The columns: the prompts' own models, the first one's first, then those that were asked for. */
  models: string[]
  /** Differences whose intervals are to hold together. */
  comparisons: number
  notes: string[]
}

export interface WantedMatrix {
  /** Names of features. */
  features: readonly string[]
  /** What `--compare` was given. */
  compare: readonly string[]
  suite: string | undefined
}

/**
 * Which prompts meet which models, and what each is compared with. Nothing is asked.
 * @throws SluiceError `invalid-input` for a feature, a model or a suite that cannot be
 */
export function planMatrix(
  { features, compare, suite }: WantedMatrix,
  { prompts, config }: Pick<LoadedProject, 'prompts' | 'config'>,
): MatrixPlan {
  const twice = features.find((name, index) => features.indexOf(name) !== index)
  if (twice !== undefined) throw invalidInput(`feature "${twice}" is named twice: name each once`)
  const chosen = features.map((name) => selectFeature(prompts, name))
  const [first] = chosen
  if (!first) throw invalidInput('name a feature, or several')
  for (const prompt of chosen) {
    requireJudgeable(prompt)
    if (prompt.target)
      throw invalidInput(
        `${prompt.file}: its answers come from an application, which chooses its model itself, so --compare cannot change it. Change the model there, then run sluice compare ${prompt.feature}`,
      )
  }
  requireSuites(chosen, suite)
  const models = columnsOf(chosen, compare, config)
  const rows = chosen.map((prompt): MatrixRow & { differing: string[] } => {
    const [ours, theirs] = [prompt, first].map((each) => chooseSuite(each, suite))
    const differing = differencesOfMeasure(prompt, first, [ours ?? '', theirs ?? ''])
    const versions = models.map((model) => (model === prompt.model ? prompt : withModel(prompt, model)))
    return { prompt, suite: ours ?? '', reference: differing.length === 0 ? first : prompt, versions, differing }
  })
  const references = new Set(rows.map(({ reference }) => reference.feature)).size
  return {
    rows,
    models,
    comparisons: rows.length * models.length - references,
    notes: rows.flatMap(({ prompt, differing }) =>
      differing.length === 0
        ? []
        : [
            `${prompt.feature} has another ${differing.join(', another ')} than ${first.feature}, so scores of the two do not mean the same: its row is compared with its own model.`,
          ],
    ),
  }
}

function columnsOf(chosen: readonly Prompt[], compare: readonly string[], { providers }: Config): string[] {
  const wanted = compare.map((text) => {
    const { data, error } = modelIdSchema.safeParse(text)
    if (data !== undefined) return data
    throw invalidInput(`--compare ${text === '' ? '""' : text}: ${error?.issues[0]?.message ?? 'no model'}`)
  })
  const twice = wanted.find((model, index) => wanted.indexOf(model) !== index)
  if (twice !== undefined) throw invalidInput(`--compare ${twice}: named twice; name each model once`)
  for (const model of wanted) requireProvider(model, providers)
  const models = [...new Set([...chosen.map(({ model }) => model), ...wanted])]
  if (models.length > 1) return models
  const files = chosen.map(({ file }) => file).join(' and ')
  throw invalidInput(
    `--compare ${wanted.join(',')}: this is the model of ${files} already, so there is nothing to compare it with; name another one`,
  )
}

function requireProvider(model: string, providers: Config['providers']): void {
  try {
    requireProviders([model], providers)
  } catch (error) {
    throw error instanceof SluiceError ? invalidInput(`--compare ${error.message}`) : error
  }
}

/** What is not the same in the measures of two prompts; only scores of the same measure can be compared. */
function differencesOfMeasure(prompt: Prompt, first: Prompt, [ours, theirs]: [string, string]): string[] {
  const measure = ({ checks, rubric, choices, expect, reasoning, strict }: Prompt) => ({
    checks,
    rubric: [rubric, choices],
    'expectation of cases': [expect, reasoning, strict],
  })
  const cases = (each: Prompt, suite: string) => each.suites[suite] ?? each.inlineCases
  const [one, other] = [measure(prompt), measure(first)]
  return [
    ...(isDeepStrictEqual(cases(prompt, ours), cases(first, theirs)) ? [] : ['suite']),
    ...Object.entries(one).flatMap(([name, value]) =>
      isDeepStrictEqual(value, other[name as keyof typeof other]) ? [] : [name === 'checks' ? 'set of checks' : name],
    ),
  ]
}
