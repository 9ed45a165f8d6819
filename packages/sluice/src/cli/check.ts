import path from 'node:path'
import { SluiceError } from '../errors.ts'
import { type Diagnostic, formatDiagnostic } from '../suite/diagnostic.ts'
import { findRoot, loadProject } from '../suite/project.ts'
import type { Host } from './host.ts'

/** `sluice check [paths]`: every fault of every file, without calling a model. Exit 3 if there is an error. */
export async function check(paths: string[], { json }: { json?: boolean }, host: Host): Promise<number> {
  const root = await findRoot(host.cwd())
  const { prompts, diagnostics } = await loadProject({ root })
  const found = diagnostics.filter(within(paths, root, host))
  const errors = found.filter(({ severity }) => severity === 'error').length
  if (json) {
    host.stdout.write(
      `${JSON.stringify({ errors, warnings: found.length - errors, diagnostics: found }, undefined, 2)}\n`,
    )
  } else {
    for (const diagnostic of found) host.stdout.write(`${line(diagnostic)}\n`)
    const features = count(prompts.length, 'feature')
    host.stderr.write(`${features} checked: ${count(errors, 'error')}, ${count(found.length - errors, 'warning')}.\n`)
  }
  return errors > 0 ? 3 : 0
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
  if (wanted.length === 0) return () => true
  return ({ file }) => wanted.some((place) => place === '' || file === place || file.startsWith(`${place}/`))
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`
}
