import { existsSync } from 'node:fs'
import path from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { type ConfiguredSecret, configuredSecrets } from '../core/providers/configured-secrets.ts'
import { type Diagnostic, formatDiagnostic } from '../core/suite/diagnostic.ts'
import { configFileName } from '../core/suite/load-config.ts'
import { findRoot, loadProject } from '../core/suite/project.ts'
import { SluiceError } from '../errors.ts'
import { openGit } from '../gate/git/git.ts'
import { githubAnnotations, sarifOf } from '../gate/report/annotations.ts'
import { shortestSecret } from '../masking/secret-forms.ts'
import { oneOf, readFlags, set } from './flags.ts'
import type { Host } from './host.ts'

const checkFlags = {
  json: set.optional(),
  /** `github` for annotations of a workflow, `sarif` for code scanning. */
  format: oneOf(['text', 'github', 'sarif']).optional(),
}

/** `sluice check [paths]`: every fault of every file, without calling a model. Exit 3 if there is an error. */
export async function check(paths: string[], given: Record<string, unknown>, host: Host): Promise<number> {
  const { json, format = 'text' } = readFlags('check', checkFlags, given)
  const root = await findRoot(host.cwd())
  const { config, prompts, diagnostics } = await loadProject({ root })
  const secrets = configuredSecrets(config, prompts, host.env)
  host.mask.learn(secrets.map(({ value }) => value))
  const all = [...diagnostics, ...tooShort(secrets, config.file ?? configFileName)]
  const found = all.filter(within(paths, root, host))
  const errors = found.filter(({ severity }) => severity === 'error').length
  if (json) {
    printJson({ errors, warnings: found.length - errors, diagnostics: found }, host)
  } else {
    await print(found, format, root, host)
    const features = count(prompts.length, 'feature')
    host.stderr.write(`${features} checked: ${count(errors, 'error')}, ${count(found.length - errors, 'warning')}.\n`)
  }
  return errors > 0 ? 3 : 0
}

/** A value that short stands in many texts by chance; masking it would make them unreadable and hide little. */
function tooShort(secrets: readonly ConfiguredSecret[], file: string): Diagnostic[] {
  const short = secrets.filter(({ variable, value }) => variable !== null && value.length < shortestSecret)
  return [...new Map(short.map((secret) => [secret.variable, secret])).values()].map(({ variable, value, place }) => ({
    severity: 'warning',
    file,
    line: 1,
    column: 1,
    path: place,
    message: `${variable} holds ${count(value.length, 'character')}: a secret of fewer than ${shortestSecret} is not masked in outputs and reports. Use a longer one`,
  }))
}

async function print(
  found: readonly Diagnostic[],
  format: 'text' | 'github' | 'sarif',
  root: string,
  host: Host,
): Promise<void> {
  if (format === 'text') {
    for (const diagnostic of found) host.stdout.write(`${line(diagnostic)}\n`)
    return
  }
  const prefix = (await openGit(root, host.env))?.prefix ?? ''
  if (format === 'github') host.stdout.write(githubAnnotations(found, { prefix }))
  else printJson(sarifOf(found, { prefix, version: manifest.version }), host)
}

function printJson(value: object, host: Host): void {
  host.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
}

function line(diagnostic: Diagnostic): string {
  return diagnostic.severity === 'error'
    ? formatDiagnostic(diagnostic)
    : formatDiagnostic({ ...diagnostic, message: `warning: ${diagnostic.message}` })
}

function within(paths: readonly string[], root: string, host: Host): (diagnostic: Diagnostic) => boolean {
  const wanted = paths.map((place) => path.relative(root, path.resolve(host.cwd(), place)).split(path.sep).join('/'))
  const outside = wanted.find((place) => place.startsWith('..'))
  if (outside !== undefined) throw new SluiceError('invalid-input', `${outside} is outside of the project ${root}`)
  const missing = paths.find((place) => !existsSync(path.resolve(host.cwd(), place)))
  if (missing !== undefined) throw new SluiceError('invalid-input', `${missing}: no such file or folder`)
  if (wanted.length === 0) return () => true
  return ({ file }) => wanted.some((place) => place === '' || file === place || file.startsWith(`${place}/`))
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`
}
