import path from 'node:path'
import { systemClock } from '@sluice/client'
import { type AddCasesRequest, addCases } from '../control/incident/add-cases.ts'
import { choicesText } from '../control/incident/choices-text.ts'
import type { Choice } from '../control/incident/choose-cases.ts'
import type { Failure } from '../control/incident/failure.ts'
import { gatherFailures, redactFailures } from '../control/incident/gather-failures.ts'
import { parseOrigin } from '../control/incident/origin.ts'
import type { CaseWishes } from '../control/incident/propose-case.ts'
import { createRedactors } from '../control/live/redact.ts'
import { chooseSuite } from '../core/suite/choose-suite.ts'
import { diskFiles } from '../core/suite/files.ts'
import type { LoadedProject } from '../core/suite/project.ts'
import type { Prompt } from '../core/suite/prompt.ts'
import { selectFeature } from '../core/suite/select-feature.ts'
import { variablesOf } from '../core/suite/template.ts'
import { SluiceError } from '../errors.ts'
import { connect, tell } from './connect.ts'
import type { Host } from './host.ts'
import { openProject } from './open-project.ts'

export interface CaseAddOptions extends CaseWishes {
  from: string
  suite?: string
  limit: number
  redact?: string
  keepSimilar?: boolean
  dryRun?: boolean
  url?: string
  json?: boolean
}

/** `sluice case add`: failures of production become golden cases. Exit 0 also where the suite had all of them. */
export async function addCase(name: string, options: CaseAddOptions, host: Host): Promise<number> {
  const project = await openProject(host, (prompt, suite) => suite === chooseSuite(prompt, options.suite))
  const prompt = selectFeature(project.prompts, name)
  const suite = suiteOf(prompt, options.suite)
  const failures = await failuresOf(prompt, project, options, host)
  if (options.expected !== undefined && failures.length > 1)
    throw new SluiceError('invalid-input', `--expected is the answer to one failure, and these are ${failures.length}`)
  const { dryRun = false, keepSimilar = false } = options
  const request: AddCasesRequest = {
    ...project,
    feature: name,
    suite,
    prompts: project.prompts.filter(({ suites }) => Object.values(suites).includes(suite)),
    wishes: options,
    dryRun,
    keepSimilar,
  }
  const choices = await addCases(failures, request)
  tell(options, host, document(choices, { feature: name, suite, dryRun }), choicesText(choices, { suite, dryRun }))
  return 0
}

function suiteOf(prompt: Prompt, asked: string | undefined): string {
  const name = chooseSuite(prompt, asked)
  const suite = Object.hasOwn(prompt.suites, name) ? prompt.suites[name] : undefined
  if (suite !== undefined) return suite
  const names = Object.keys(prompt.suites)
  throw new SluiceError(
    'invalid-input',
    names.length > 0
      ? `${prompt.file} has no suite "${name}"; it has ${names.join(', ')}`
      : `${prompt.file} keeps its cases inline, as testData, which cases are not added to: move them to a file and name it, suites: {fast: ../evals/${prompt.feature}.yaml}`,
  )
}

async function failuresOf(
  prompt: Prompt,
  { config }: LoadedProject,
  { from, limit, redact, ...options }: CaseAddOptions,
  host: Host,
): Promise<Failure[]> {
  const { strict, messages, feature } = prompt
  const failures = await gatherFailures(parseOrigin(from), {
    feature,
    variables: [...new Set(messages.flatMap(({ content }) => variablesOf(content, { strict })))],
    files: diskFiles(host.cwd()),
    production: () => connect(options, host),
    limit,
    goodFrom: { ...config.gate, ...prompt.gate }.caseThreshold,
  })
  const module = redact === undefined ? prompt.live.redact : path.resolve(host.cwd(), redact)
  const redactors = createRedactors({ root: config.root, clock: systemClock })
  try {
    return host.mask.data(await redactFailures(failures, await redactors.redactorOf(module)))
  } finally {
    await redactors.close()
  }
}

function document(choices: readonly Choice[], about: { feature: string; suite: string; dryRun: boolean }) {
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
