import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located, validate } from '../diagnostics/validate.ts'
import { modelFaults } from '../models/model-ids.ts'
import type { ProviderSettings } from '../models/provider-settings.ts'
import type { ProjectFiles } from '../project-files.ts'
import { loadYaml } from '../yaml/load-yaml.ts'
import { type Config, configSchema, defaultPrompts } from './config.ts'
import { defaultGateSettings } from './gate-settings.ts'
import { judgeMembers, judgeSettingsOf } from './judge-settings.ts'

export const configFileName = 'sluice.yaml'

/**
 * Reads sluice.yaml; a project without one has the defaults. After an error the parts that are valid still count, so
 * that the other files can be checked against them, and `diagnostics` says what is wrong.
 */
export async function loadConfig(
  files: ProjectFiles,
  root: string,
): Promise<{ config: Config; source?: Source; diagnostics: Diagnostic[] }> {
  const [file] = await files.list(configFileName)
  if (file === undefined) return { config: configOf({}, { root }), diagnostics: await misnamed(files) }
  const { source, diagnostics } = await loadYaml(files, file)
  if (source === undefined || source.value === null) return { config: configOf({}, { root, file }), diagnostics }
  const { data, diagnostics: faults } = validate(configSchema, source)
  const config = configOf(data ?? validParts(source.value), { root, file })
  const references = [...referenceFaults(config, source), ...(await missingRecordings(config, source, files))]
  return { config, source, diagnostics: [...diagnostics, ...faults, ...references] }
}

type ConfigFile = ReturnType<typeof configSchema.parse>

function configOf({ judge, gate, sluice: _, ...rest }: ConfigFile, place: { root: string; file?: string }): Config {
  return {
    ...place,
    prompts: defaultPrompts,
    providers: {},
    prices: {},
    ...rest,
    judge: judgeSettingsOf(judge),
    gate: { ...defaultGateSettings, ...gate, judge: { ...defaultGateSettings.judge, ...gate?.judge } },
  }
}

/** The keys of an invalid configuration that are valid by themselves; of invalid providers at least the names. */
function validParts(value: unknown): ConfigFile {
  if (value === null || typeof value !== 'object') return {}
  const parts = Object.entries(configSchema.shape).flatMap(([key, schema]) => {
    const part: unknown = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
    const { success, data } = schema.safeParse(part)
    if (success) return [[key, data] as const]
    return key === 'providers' ? [[key, namedProviders(part)] as const] : []
  })
  return Object.fromEntries(parts)
}

function namedProviders(value: unknown): Record<string, ProviderSettings> {
  if (value === null || typeof value !== 'object') return {}
  return Object.fromEntries(Object.keys(value).map((name) => [name, { kind: 'openai-compatible' }]))
}

async function misnamed(files: ProjectFiles): Promise<Diagnostic[]> {
  const [found] = await files.list('sluice.yml')
  if (found === undefined) return []
  const place = { file: files.describe(found), line: 1, column: 1, path: '' }
  return [{ severity: 'error', ...place, message: `this file is not read; rename it to ${configFileName}` }]
}

function referenceFaults(
  { model, judge, embedding, prices, retirements = {}, providers }: Config,
  source: Source,
): Diagnostic[] {
  const unmatched = Object.entries({ prices, retirements }).flatMap(([key, patterns]) =>
    Object.keys(patterns)
      .filter((pattern) => !/[:/*]/.test(pattern))
      .map((pattern) => located(source, [key, pattern], 'matches no model; write provider:model, * for anything')),
  )
  return [
    ...(model === undefined ? [] : modelFaults(model, source, ['model'], providers)),
    ...judgeMembers(judge).flatMap((member) => modelFaults(member.model, source, member.path, providers)),
    ...(embedding ? modelFaults(embedding.model, source, ['embedding', 'model'], providers) : []),
    ...unmatched,
  ]
}

/** Warnings only: recordings may be made after the files that name them. */
async function missingRecordings({ providers }: Config, source: Source, files: ProjectFiles): Promise<Diagnostic[]> {
  const globs = Object.entries(providers).flatMap(([name, settings]) => {
    return (settings.files ?? []).map((glob) => ({ glob, at: ['providers', name, 'files'] }))
  })
  const found = await Promise.all(globs.map(({ glob }) => files.list(glob)))
  return globs
    .filter((_, index) => found[index]?.length === 0)
    .map(({ glob, at }) => located(source, at, `no file matches ${glob}`, 'warning'))
}
