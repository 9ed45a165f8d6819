import path from 'node:path'
import { defaultPrompts } from '../../core/suite/config/config.ts'
import { loadConfig } from '../../core/suite/config/load-config.ts'
import { InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import { keyVariable } from '../../core/suite/models/key-variable.ts'
import { parseModelId } from '../../core/suite/models/model.ts'
import { implicitProviders } from '../../core/suite/models/provider-settings.ts'
import { diskFiles, globMatcher } from '../../core/suite/project-files.ts'
import { parsePrompt } from '../../core/suite/prompt/parse-prompt.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { variablesOf } from '../../core/suite/values/template.ts'
import { invalidInput } from '../../errors.ts'
import { globFor } from './kept-files.ts'
import { modelsFor } from './models.ts'
import type { NewFile } from './new-files.ts'

/** A prompt that was there before, with what its gate needs around it. */
export interface GatedPrompt {
  feature: string
  /** Relative to the project, posix. */
  file: string
  files: NewFile[]
  /** What the prompt file lacks, as lines to write into it. */
  lacks: string[]
  /** The variables of the keys that its model and its judge need. */
  keys: string[]
}

/**
 * Reads the prompt file at `place` and plans the files around it; the file itself is never changed.
 * @throws InvalidFilesError where it cannot be read as a prompt
 * @throws SluiceError `invalid-input` where it is missing or lies outside of `folder`
 */
export async function gateExisting(place: string, folder: string): Promise<GatedPrompt> {
  const file = path.relative(folder, place).split(path.sep).join('/')
  if (file.startsWith('../') || path.isAbsolute(file))
    throw invalidInput(
      `${place} lies outside of ${folder}: name the folder that holds it, sluice init <dir> --prompt <file>`,
    )
  const files = diskFiles(folder)
  if ((await files.list(file)).length === 0) throw invalidInput(`--prompt ${place}: there is no such file`)
  const { config } = await loadConfig(files, folder)
  const { prompt, diagnostics } = await parsePrompt(files, file, config)
  if (!prompt) throw new InvalidFilesError(diagnostics)
  const judge = judgeFor(prompt)
  const suite = `evals/${prompt.feature}.fast.yaml`
  const hasCases = Object.keys(prompt.suites).length > 0 || prompt.inlineCases.length > 0
  return {
    feature: prompt.feature,
    file,
    files: [
      { path: 'sluice.yaml', text: configText(file, judge) },
      ...(hasCases ? [] : [{ path: suite, text: suiteText(prompt) }]),
    ],
    lacks: lacksOf(prompt, hasCases ? undefined : path.posix.relative(path.posix.dirname(file), suite)),
    keys: [...new Set([prompt.model, judge].flatMap(keyOf))],
  }
}

/** The judge on the key that the prompt needs anyway, where its provider has a usual model. */
function judgeFor({ model }: Prompt): string | undefined {
  const provider = parseModelId(model)?.provider
  const known = implicitProviders.find((name) => name === provider)
  return known && modelsFor({ provider: known }).judge
}

function keyOf(model: string | undefined): string[] {
  const provider = model === undefined ? undefined : parseModelId(model)?.provider
  const known = implicitProviders.find((name) => name === provider)
  return known ? [keyVariable(known, { kind: known })] : []
}

function configText(file: string, judge: string | undefined): string {
  const prompts = globMatcher(defaultPrompts)(file) ? [] : [`prompts: "${globFor(defaultPrompts, file)}"`]
  return `# yaml-language-server: $schema=node_modules/sluice/schemas/config.schema.json
sluice: 1
${[...prompts, ...(judge === undefined ? [] : ['# Who answers the rubric; a judge of another family than the model under test is the better one.', `judge: {model: "${judge}"}`])].map((line) => `${line}\n`).join('')}
gate:
  threshold: 0.85   # absolute floor for the mean score
  margin: 0.03      # largest drop against the baseline that is still acceptable
  budgetUsd: 2      # a run stops before it spends more
`
}

/** Without a case, so that nothing looks measured before somebody has written one. */
function suiteText({ messages, strict }: Prompt): string {
  const names = [...new Set(messages.flatMap(({ content }) => [...variablesOf(content, { strict })]))]
  const vars = names.map((name) => `#     ${name}: …\n`).join('')
  return `# yaml-language-server: $schema=../node_modules/sluice/schemas/suite.schema.json
# Golden cases: what really arrives, and what a good answer to it has. Take the "# " off the lines below, fill them in,
# and go on with 20 and more. Ids are what results are joined by: keep them stable.
#
# - id: first-case
#   vars:${names.length === 0 ? ' {}' : ''}
${vars}#   expected: one good answer; the judge sees it
#   checks: [{contains: what the answer must have}]
`
}

function lacksOf(prompt: Prompt, suite: string | undefined): string[] {
  const { checks, rubric, choices, strict } = prompt
  const isScored = [...checks, ...rubric, ...choices].some(({ weight }) => weight > 0)
  const lacks = [
    ...(suite === undefined ? [] : [`suites: {fast: ${suite}}`]),
    ...(isScored ? [] : ['rubric: [{id: faithful, ask: "Is everything in the answer supported by the input?"}]']),
  ]
  // Keys of ours count in a native file only.
  return lacks.length > 0 && !strict ? ['sluice: 1', ...lacks] : lacks
}
