import { existsSync } from 'node:fs'
import path from 'node:path'
import { type ConfiguredSecret, configuredSecrets } from '../core/providers/configured-secrets.ts'
import { configFileName } from '../core/suite/config/load-config.ts'
import { type Diagnostic, inOrder } from '../core/suite/diagnostics/diagnostic.ts'
import { findRoot, loadProject } from '../core/suite/project/project.ts'
import { diskFiles } from '../core/suite/project-files.ts'
import { SluiceError } from '../errors.ts'
import type { Mask } from '../masking/mask.ts'
import { shortestSecret } from '../masking/secret-forms.ts'
import { formatAmount } from '../text/format.ts'
import { installationIn, vendorCommands } from './installation.ts'
import { endDiagnostics, endingModels } from './retirements/ending-models.ts'

/** What `sluice check` has found. */
export interface CheckedProject {
  root: string
  /** How many features the project has. */
  features: number
  found: Diagnostic[]
  errors: number
  warnings: number
}

/**
 * Checks every file of the project around `cwd` without calling a model. With `paths`, relative to `cwd`, only what
 * concerns these files and folders is reported. `today` is a day such as 2026-11-26.
 * @throws SluiceError `invalid-input` for a path that does not exist or lies outside of the project
 */
export async function checkProject(
  paths: readonly string[],
  { cwd, env, mask, today }: { cwd: string; env: NodeJS.ProcessEnv; mask: Mask; today: string },
): Promise<CheckedProject> {
  const root = await findRoot(cwd)
  const files = diskFiles(root)
  const { config, prompts, diagnostics } = await loadProject({ root, files })
  const secrets = configuredSecrets(config, prompts, env)
  mask.learn(secrets.map(({ value }) => value))
  const ending = await endDiagnostics(endingModels(prompts, config, today), today, files)
  const short = tooShort(secrets, config.file ?? configFileName)
  const all = inOrder([...diagnostics, ...short, ...notInClones(root), ...ending])
  const found = all.filter(within(paths, root, cwd))
  const errors = found.filter(({ severity }) => severity === 'error').length
  return { root, features: prompts.length, found, errors, warnings: found.length - errors }
}

/** A value that short appears in many texts by chance. Masking it would make them unreadable and hide little. */
function tooShort(secrets: readonly ConfiguredSecret[], file: string): Diagnostic[] {
  const short = secrets.filter(({ variable, value }) => variable !== null && value.length < shortestSecret)
  return [...new Map(short.map((secret) => [secret.variable, secret])).values()].map(({ variable, value, place }) => ({
    severity: 'warning',
    file,
    line: 1,
    column: 1,
    path: place,
    message: `${variable} holds ${formatAmount(value.length, 'character')}: a secret of fewer than ${shortestSecret} is not masked in outputs and reports. Use a longer one`,
  }))
}

/** CI would find no sluice, or another one, and nothing on this machine shows it. */
function notInClones(root: string): Diagnostic[] {
  const installation = installationIn(root)
  if (!installation || installation.isInClone) return []
  const { file, specifier } = installation
  return [
    {
      severity: 'warning',
      file: path.relative(root, file).split(path.sep).join('/'),
      line: 1,
      column: 1,
      path: '',
      message: `names sluice by "${specifier}", outside of this repository: a clone, as in CI, has no sluice. Keep it with the project, by one command after the other: ${vendorCommands().join(', ')}`,
    },
  ]
}

function within(paths: readonly string[], root: string, cwd: string): (diagnostic: Diagnostic) => boolean {
  const wanted = paths.map((place) => path.relative(root, path.resolve(cwd, place)).split(path.sep).join('/'))
  const outside = wanted.find((place) => place.startsWith('..'))
  if (outside !== undefined) throw new SluiceError('invalid-input', `${outside} is outside of the project ${root}`)
  const missing = paths.find((place) => !existsSync(path.resolve(cwd, place)))
  if (missing !== undefined) throw new SluiceError('invalid-input', `${missing}: no such file or folder`)
  if (wanted.length === 0) return () => true
  return ({ file }) => wanted.some((place) => place === '' || file === place || file.startsWith(`${place}/`))
}
