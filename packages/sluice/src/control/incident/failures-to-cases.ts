import path from 'node:path'
import { systemClock } from '@sluice/client'
import { plainFeature } from '../../core/suite/config/environments.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import { selectFeature } from '../../core/suite/project/select-feature.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { suiteFile } from '../../core/suite/prompt/suites.ts'
import { variablesOf } from '../../core/suite/values/template.ts'
import { SluiceError } from '../../errors.ts'
import type { Mask } from '../../masking/mask.ts'
import { createRedactors } from '../live/redact.ts'
import { addCases } from './add-cases.ts'
import type { Choice } from './choose-cases.ts'
import type { Failure } from './failure.ts'
import { gatherFailures, type Production, redactFailures } from './gather-failures.ts'
import { parseOrigin } from './origin.ts'
import type { CaseDecisions } from './propose-case.ts'

export interface CasesRequest {
  feature: string
  /** `outcome:<id>`, `rollout:<id>` or `file:<path>`. */
  from: string
  /** Which suite of the feature; undefined for the usual one. */
  suite: string | undefined
  /** At most so many failures of a rollout. */
  limit: number
  /** The module that removes private data, relative to `cwd`; undefined for the prompt's own. */
  redact: string | undefined
  decisions: CaseDecisions
  keepSimilar: boolean
  dryRun: boolean
}

export interface CaseSources {
  cwd: string
  /** Files relative to `cwd`. */
  files: ProjectFiles
  /** Called only where failures come from a control plane. */
  production: () => Production
  mask: Mask
}

/** What became of each failure. */
export interface AddedCases {
  feature: string
  /** The file of the suite. */
  suite: string
  dryRun: boolean
  choices: Choice[]
}

/**
 * Makes golden cases of failures of production: gathers them, removes what is private, and adds those to the suite that
 * it does not have yet.
 * @throws SluiceError `invalid-input`
 */
export async function failuresToCases(
  project: LoadedProject,
  request: CasesRequest,
  sources: CaseSources,
): Promise<AddedCases> {
  const { decisions, keepSimilar, dryRun } = request
  // Environments share suites; where the failures come from is told by the whole address.
  const feature = plainFeature(request.feature)
  const prompt = selectFeature(project.prompts, feature)
  const suite = suiteFile(prompt, request.suite)
  const failures = await readFailuresOf(prompt, project, request, sources)
  if (decisions.expected !== undefined && failures.length > 1)
    throw new SluiceError('invalid-input', `--expected is the answer to one failure, and these are ${failures.length}`)
  const prompts = project.prompts.filter(({ suites }) => Object.values(suites).includes(suite))
  const choices = await addCases(failures, { ...project, feature, suite, prompts, decisions, dryRun, keepSimilar })
  return { feature, suite, dryRun, choices }
}

async function readFailuresOf(
  prompt: Prompt,
  { config }: LoadedProject,
  { feature, from, limit, redact }: CasesRequest,
  { cwd, files, production, mask }: CaseSources,
): Promise<Failure[]> {
  const { strict, messages } = prompt
  const failures = await gatherFailures(parseOrigin(from), {
    feature,
    variables: [...new Set(messages.flatMap(({ content }) => variablesOf(content, { strict })))],
    files,
    production,
    limit,
    goodFrom: { ...config.gate, ...prompt.gate }.caseThreshold,
  })
  const module = redact === undefined ? prompt.live.redact : path.resolve(cwd, redact)
  const redactors = createRedactors({ root: config.root, clock: systemClock })
  try {
    return mask.data(
      await redactFailures(failures, await redactors.redactorOf(module), await redactors.redactTextsOf(module)),
    )
  } finally {
    await redactors.close()
  }
}

/** What `sluice case add --json` prints. */
export function casesDocument({ choices, ...about }: AddedCases) {
  return {
    ...about,
    added: choices.flatMap((choice) => ('added' in choice ? [choice.added] : [])),
    skipped: choices.flatMap((choice) =>
      'duplicateOf' in choice
        ? [{ source: choice.failure.source, duplicateOf: choice.duplicateOf, similarity: choice.similarity }]
        : [],
    ),
  }
}
