import type { Config } from '../../core/suite/config/config.ts'
import type { Diagnostic } from '../../core/suite/diagnostics/diagnostic.ts'
import { located } from '../../core/suite/diagnostics/validate.ts'
import { endSentence, isNear, type ModelEnd, modelEnd } from '../../core/suite/models/retirements.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { loadYaml } from '../../core/suite/yaml/load-yaml.ts'
import { type RunFinding, runFinding } from '../../records/report/report.ts'
import { utcDay } from '../../text/format.ts'
import { type ModelUse, modelUses, useName } from './model-uses.ts'
import { askShutdownDates } from './shutdown-dates.ts'

/** A model of the project whose end is near or past, and all places that name it. */
export interface EndingModel {
  end: ModelEnd
  uses: ModelUse[]
}

/**
 * The models of a project that end soon or have ended, the judge included; `today` is a day such as 2026-11-26. `told`
 * holds what providers say now, by `provider:model`; it counts before the shipped table.
 */
export function endingModels(
  prompts: readonly Prompt[],
  config: Config,
  today: string,
  endDates: ReadonlyMap<string, string> = new Map(),
): EndingModel[] {
  const byModel = Map.groupBy(modelUses(prompts, config), ({ model }) => model)
  return [...byModel].flatMap(([model, uses]) => {
    const end = knownEnd(model, config, endDates)
    return end && isNear(end, today) ? [{ end, uses }] : []
  })
}

/** What is known about a model's end: by the project, else by its provider now, else by the shipped table. */
export function knownEnd(model: string, config: Config, endDates: ReadonlyMap<string, string>): ModelEnd | undefined {
  const listed = modelEnd(model, config)
  const date = endDates.get(model)
  if (date === undefined || listed?.read === null) return listed
  const replacement = listed?.replacement ?? null
  return {
    model,
    date,
    kind: 'retired',
    replacement,
    source: 'its provider, GET /models',
    read: null,
    byNameOnly: false,
  }
}

/** The ends of a project's models, the providers' own words included: the calls of this cost nothing. */
export async function endsByProviders(
  { prompts, config }: Pick<LoadedProject, 'prompts' | 'config'>,
  { env, now, fetch }: { env: NodeJS.ProcessEnv; now: number; fetch: typeof globalThis.fetch },
): Promise<{ findings: RunFinding[]; notes: string[] }> {
  const models = [...new Set(modelUses(prompts, config).map(({ model }) => model))]
  const { dates, notes } = await askShutdownDates(models, config, { env, fetch })
  const today = utcDay(now)
  return { findings: endFindings(endingModels(prompts, config, today, dates), today), notes }
}

/** For the head of a report: one warning per model, whatever the number of its uses. */
export function endFindings(ending: readonly EndingModel[], today: string): RunFinding[] {
  return ending.map(({ end, uses }) => {
    const message = `${endSentence(end, today)}. Used by ${[...new Set(uses.map(useName))].join(', ')}.`
    return runFinding('model-ends', 'warning', message)
  })
}

/** The ends of models for `sluice check`, at the places that name the model. */
export async function endDiagnostics(
  ending: readonly EndingModel[],
  today: string,
  files: ProjectFiles,
): Promise<Diagnostic[]> {
  const found: Diagnostic[] = []
  for (const { end, uses } of ending) {
    for (const { file, path } of uses) {
      const { source } = await loadYaml(files, file)
      const message = endSentence(end, today)
      const nowhere = { severity: 'warning' as const, file, line: 1, column: 1, path: path.join('.'), message }
      found.push(source ? located(source, path, message, 'warning') : nowhere)
    }
  }
  return found
}
