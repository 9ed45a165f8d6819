import manifest from '../../package.json' with { type: 'json' }
import { type Diagnostic, formatDiagnostic } from '../core/suite/diagnostics/diagnostic.ts'
import { checkProject } from '../gate/check.ts'
import { type CheckFormat, checkFormats, githubAnnotations, sarifOf } from '../gate/ci/annotations.ts'
import { openGit } from '../gate/git/git.ts'
import { formatAmount, utcDay } from '../text/format.ts'
import { oneOf, readFlags, set } from './flags.ts'
import type { Host } from './host.ts'

const checkFlags = {
  json: set.optional(),
  format: oneOf(checkFormats).optional(),
}

/** `sluice check [paths]`: every fault of every file, without calling a model. Exit 3 if there is an error. */
export async function check(paths: string[], given: Record<string, unknown>, host: Host): Promise<number> {
  const { json, format = 'text' } = readFlags('check', checkFlags, given)
  const { env, mask } = host
  const { root, features, found, errors, warnings } = await checkProject(paths, {
    cwd: host.cwd(),
    env,
    mask,
    today: utcDay(Date.now()),
  })
  if (json) {
    printJson({ errors, warnings, diagnostics: found }, host)
  } else {
    await print(found, format, root, host)
    const counts = `${formatAmount(errors, 'error')}, ${formatAmount(warnings, 'warning')}`
    host.stderr.write(`${formatAmount(features, 'feature')} checked: ${counts}.\n`)
  }
  return errors > 0 ? 3 : 0
}

async function print(found: readonly Diagnostic[], format: CheckFormat, root: string, host: Host): Promise<void> {
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
