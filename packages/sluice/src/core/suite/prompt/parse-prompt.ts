import path from 'node:path'
import { isObject } from '../../../json.ts'
import { featureNameSchema } from '../../../records/names.ts'
import {
  defaultLiveSettings,
  defaultRolloutSettings,
  type LiveSettings,
} from '../../../records/rollout/rollout-settings.ts'
import { withDefaults } from '../cases/case.ts'
import { resolveMocks } from '../cases/mock.ts'
import { checkFaults, missingModule, missingScripts, resolveModule } from '../checks/check-faults.ts'
import { contradictions } from '../checks/contradictions.ts'
import { placedChecks } from '../checks/nested-checks.ts'
import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located, validate } from '../diagnostics/validate.ts'
import { resolveMessages } from '../models/content-parts.ts'
import type { Message } from '../models/model.ts'
import { modelFaults } from '../models/model-ids.ts'
import type { ProjectFiles } from '../project-files.ts'
import { absoluteModule } from '../values/module-reference.ts'
import { loadYaml } from '../yaml/load-yaml.ts'
import { evaluatorsOf } from './evaluators.ts'
import { featureOfFile } from './feature-of-file.ts'
import { githubDefaultModel, githubPromptSchema } from './github-prompt.ts'
import { inlineCases } from './inline-cases.ts'
import { defaultFaults, inputsOf } from './inputs.ts'
import type { Prompt } from './prompt.ts'
import { type PromptFile, promptSchema, suitesSchema } from './prompt-file.ts'
import { responseFormat } from './response-format.ts'
import { suiteFaults, suitePaths } from './suites.ts'
import { resolveTarget } from './target.ts'
import { emptyPaths } from './target-paths.ts'
import { toolFaults, versionTools } from './tools.ts'
import { traceFaults } from './trace-faults.ts'
import { versionId } from './version.ts'

export interface ParsedPrompt {
  /** Absent when the file has errors that leave nothing to work with. */
  prompt?: Prompt
  source?: Source
  /** The suites of the prompt, or of a faulty file as far as they can be read. */
  suites: Record<string, string>
  diagnostics: Diagnostic[]
}

/**
 * Reads one prompt file, native or GitHub's, and checks it against the project: its providers, suites and modules. Its
 * cases are not read. Other prompt files play no part, so that one can be read from another commit.
 */
export async function parsePrompt(files: ProjectFiles, file: string, config: Config): Promise<ParsedPrompt> {
  const { source, diagnostics } = await loadYaml(files, file)
  if (source === undefined) return { suites: {}, diagnostics }
  const strict = isObject(source.value) && Object.hasOwn(source.value, 'sluice')
  const checked = strict ? validate(promptSchema, source) : validateGithub(source)
  const found = [...diagnostics, ...checked.diagnostics]
  const place = { root: config.root, folder: path.posix.dirname(file) }
  if (checked.data === undefined) return { source, suites: rawSuites(source, place.folder), diagnostics: found }
  const data: PromptFile = checked.data
  const model = data.model ?? config.model ?? (strict ? undefined : githubDefaultModel)
  if (model === undefined) {
    const missing = located(source, ['model'], 'missing; name it here, or for all prompts as "model" in sluice.yaml')
    return { source, suites: suitePaths(data.suites ?? {}, place.folder), diagnostics: [...found, missing] }
  }
  const sent = await resolveMessages(data.messages ?? [], { files, folder: place.folder, source, at: ['messages'] })
  const { prompt, faults } = promptOf(data, { model, messages: sent.messages, file, strict, source, ...place })
  const references = await referenceFaults(data, prompt, { source, files, config, ...place })
  return { prompt, source, suites: prompt.suites, diagnostics: [...found, ...sent.faults, ...faults, ...references] }
}

/** The suites of a file that is otherwise invalid, so that their faults are reported in the same go. */
function rawSuites({ value }: Source, folder: string): Record<string, string> {
  const { data = {} } = suitesSchema.safeParse(isObject(value) ? value.suites : undefined)
  return suitePaths(data, folder)
}

const ownKeys = Object.keys(promptSchema.shape).filter((key) => !Object.hasOwn(githubPromptSchema.shape, key))

function validateGithub(source: Source) {
  const conditional = { keys: ownKeys, condition: 'has no effect without "sluice: 1" at the top of the file' }
  return validate(githubPromptSchema, source, { tolerateUnknownKeys: true, conditional })
}

interface PromptPlace {
  /** `provider:model`, of the file or by default. */
  model: string
  messages: Message[]
  file: string
  strict: boolean
  source: Source
  root: string
  folder: string
}

function promptOf(data: PromptFile, { model, messages, file, strict, source, root, folder }: PromptPlace) {
  const feature = featureNameSchema.safeParse(data.name).data ?? featureOfFile(file)
  const { format, faults } = responseFormat(data, feature)
  const evaluators = evaluatorsOf(data.evaluators ?? [], data.rubric?.map(({ id }) => id) ?? [])
  const { modelParameters: parameters = {} } = data
  const typed = inputsOf(data.inputs, data.defaults)
  const tools = versionTools(data)
  const prompt: Prompt = {
    feature,
    ...(data.version === undefined ? {} : { label: data.version }),
    id: versionId({ messages, model, parameters, format, ...(typed.inputs && { inputs: typed.inputs }), ...tools }),
    model,
    parameters,
    messages,
    format,
    ...tools,
    ...(data.mocks && { mocks: resolveMocks(data.mocks, folder) }),
    checks: [...(data.checks ?? []).map((spec) => resolveModule(spec, { root, folder })), ...evaluators.checks],
    rubric: [...(data.rubric ?? []), ...evaluators.rubric],
    choices: evaluators.choices,
    suites: suitePaths(data.suites ?? {}, folder),
    inlineCases: inlineCases(data.testData ?? [], { source, strict }).map((item) => withDefaults(item, typed.defaults)),
    ...typed,
    ...(data.expect === undefined ? {} : { expect: data.expect }),
    ...(data.reasoning === undefined ? {} : { reasoning: data.reasoning }),
    gate: data.gate ?? {},
    ...(data.target === undefined ? {} : { target: resolveTarget(data.target, { root, folder }) }),
    rollout: data.rollout ?? defaultRolloutSettings,
    live: resolveRedact(data.live ?? defaultLiveSettings, { root, folder }),
    ...(strict ? writtenSettings(source.value) : {}),
    ...(data.production === undefined ? {} : { production: data.production }),
    strict,
    file,
  }
  return {
    prompt,
    faults: [
      ...defaultFaults(data, typed, source),
      ...toolFaults(data, prompt, source),
      ...faults.map(({ key, message, severity }) => located(source, [key], message, severity)),
      ...evaluators.faults.map(({ index, message }) => located(source, ['evaluators', index], message)),
    ],
  }
}

/** The names of the release settings that a file holds, down to the last key; lists count as one. */
function writtenSettings(file: unknown): Pick<Prompt, 'written'> {
  const { rollout, live } = isObject(file) ? file : {}
  const namesIn = (value: unknown, name: string): string[] =>
    isObject(value) ? Object.entries(value).flatMap(([key, inner]) => namesIn(inner, `${name}.${key}`)) : [name]
  const written = [...namesIn(rollout ?? {}, 'rollout'), ...namesIn(live ?? {}, 'live')]
  return written.length === 0 ? {} : { written }
}

function resolveRedact(live: LiveSettings, place: { root: string; folder: string }): LiveSettings {
  return live.redact === undefined ? live : { ...live, redact: absoluteModule(live.redact, place) }
}

interface ReferencePlace {
  source: Source
  files: ProjectFiles
  config: Config
  folder: string
}

async function referenceFaults(data: PromptFile, prompt: Prompt, place: ReferencePlace): Promise<Diagnostic[]> {
  const { source, files, config, folder } = place
  const module = (reference: string, at: PropertyKey[]) => missingModule(reference, source, at, { files, folder })
  const written = data.checks ?? []
  const alone = written.map((spec, index) => checkFaults(spec, source, ['checks', index], config))
  const opposed = contradictions(written).map(({ index, message }) =>
    located(source, ['checks', index], message, 'warning'),
  )
  const checks = written
    .flatMap((spec, index) => placedChecks(spec).map((placed) => ({ ...placed, at: ['checks', index, ...placed.at] })))
    .map(async ({ spec, at }) => [
      ...(spec.type === 'module' ? await module(spec.value, [...at, 'module']) : []),
      ...(spec.type === 'command' ? await missingScripts(spec.value, source, [...at, 'command'], { files }) : []),
    ])
  const judges = (data.evaluators ?? []).flatMap(({ llm }, index) => {
    const at = ['evaluators', index, 'llm', 'modelId']
    return llm?.modelId === undefined ? [] : modelFaults(llm.modelId, source, at, config.providers, prompt)
  })
  const mocks = (data.mocks ?? []).map(async ({ module: reference }, index) =>
    reference === undefined ? [] : module(reference, ['mocks', index, 'module']),
  )
  const target = data.target?.module
  const redact = data.live?.redact
  return [
    // The fault of a default stands at its own place.
    ...(data.model === undefined && config.model !== undefined
      ? []
      : modelFaults(prompt.model, source, ['model'], config.providers, prompt)),
    ...alone.flat(),
    ...opposed,
    ...traceFaults(prompt, { checks: written, rubric: data.rubric ?? [] }, source, config),
    ...(await Promise.all(checks)).flat(),
    ...judges,
    ...(await Promise.all(mocks)).flat(),
    ...(target === undefined ? [] : await module(target, ['target', 'module'])),
    ...(await emptyPaths(data.target?.paths ?? [], source, files)),
    ...(redact === undefined ? [] : await module(redact, ['live', 'redact'])),
    ...(await suiteFaults(prompt, source, files)),
  ]
}
