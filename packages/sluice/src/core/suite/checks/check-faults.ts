import path from 'node:path'
import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import { modelFaults } from '../models/model-ids.ts'
import type { ProjectFiles } from '../project-files.ts'
import { absoluteModule, moduleReference } from '../values/module-reference.ts'
import type { CheckSpec } from './check-spec.ts'
import { contradictions } from './contradictions.ts'
import { emptyCheck } from './empty-check.ts'
import { placedChecks } from './nested-checks.ts'

/** What is wrong with a check by itself, those of its alternatives included. `at` is its path in its source. */
export function checkFaults(
  spec: CheckSpec,
  source: Source,
  at: readonly PropertyKey[],
  config: Pick<Config, 'providers' | 'embedding'>,
): Diagnostic[] {
  const own = placedChecks(spec).flatMap((each) => ownFaults(each.spec, source, [...at, ...each.at], config))
  if (spec.type !== 'oneOf') return own
  const opposed = spec.value.flatMap((specs, alternative) =>
    contradictions(specs).map(({ index, message }) =>
      located(source, [...at, 'oneOf', alternative, index], message, 'warning'),
    ),
  )
  return [...own, ...opposed]
}

function ownFaults(
  spec: CheckSpec,
  source: Source,
  at: readonly PropertyKey[],
  { providers, embedding }: Pick<Config, 'providers' | 'embedding'>,
): Diagnostic[] {
  const empty = emptyCheck(spec)
  const faults = empty === undefined ? [] : [located(source, at, empty, 'warning')]
  if (spec.type !== 'similarity' || spec.value.metric !== 'embedding') return faults
  const { model } = spec.value
  if (model !== undefined) return [...faults, ...modelFaults(model, source, [...at, 'similarity', 'model'], providers)]
  if (embedding !== undefined) return faults
  const message = 'needs a model; give it here, or as embedding: {model: ...} in sluice.yaml'
  return [...faults, located(source, [...at, 'similarity'], message)]
}

/** The check with the paths of its modules made absolute. `folder` is that of the file it stands in. */
export function resolveModule(spec: CheckSpec, place: { root: string; folder: string }): CheckSpec {
  if (spec.type === 'oneOf') {
    return { ...spec, value: spec.value.map((specs) => specs.map((inner) => resolveModule(inner, place))) }
  }
  return spec.type === 'module' ? { ...spec, value: absoluteModule(spec.value, place) } : spec
}

/** An error when the module that a check or target names is not there. */
export async function missingModule(
  reference: string,
  source: Source,
  at: readonly PropertyKey[],
  { files, folder }: { files: ProjectFiles; folder: string },
): Promise<Diagnostic[]> {
  const { file } = moduleReference(reference)
  const relative = path.posix.join(folder, file)
  if (path.isAbsolute(file) || relative.startsWith('../') || (await files.list(relative)).length > 0) return []
  return [located(source, at, `there is no file ${relative}`)]
}

/** Ends of names that mean a script, and not a word that a program is given. */
const script = /^[^-].*\.(?:py|[cm]?[jt]s|sh|bash|rb|pl|php|r|lua|jl|jar)$/i

/** Warnings about scripts in a command line that are not there; it runs in the project's folder. */
export async function missingScripts(
  command: readonly string[],
  source: Source,
  at: readonly PropertyKey[],
  { files }: { files: ProjectFiles },
): Promise<Diagnostic[]> {
  const named = command.filter((word) => script.test(word) && !path.isAbsolute(word) && !/[\s*?{[]/.test(word))
  const inside = named.map((word) => path.posix.normalize(word)).filter((file) => !file.startsWith('../'))
  const found = await Promise.all(inside.map(async (file) => ({ file, isThere: (await files.list(file)).length > 0 })))
  return found
    .filter(({ isThere }) => !isThere)
    .map(({ file }) =>
      located(source, at, `there is no file ${file}; commands run in the folder of sluice.yaml`, 'warning'),
    )
}
