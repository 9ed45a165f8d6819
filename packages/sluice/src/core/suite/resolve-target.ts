import path from 'node:path'
import type { z } from 'zod'
import type { Target, targetSchema } from './target.ts'

/** A target as written, with its paths made absolute. `folder` is that of the prompt file. */
export function resolveTarget(
  { http, command, module }: z.output<typeof targetSchema>,
  { root, folder }: { root: string; folder: string },
): Target {
  if (http !== undefined) return { kind: 'http', ...http }
  if (command !== undefined) {
    return { kind: 'command', command: typeof command === 'string' ? commandWords(command) : command, cwd: root }
  }
  const { file, exportName } = moduleReference(module ?? '')
  return { kind: 'module', file: path.resolve(root, folder, file), export: exportName }
}

/** `./file.ts#name` taken apart; the export is `default` unless named. */
export function moduleReference(reference: string): { file: string; exportName: string } {
  const [, file = reference, exportName = 'default'] = /^(.+)#([\w$]+)$/.exec(reference) ?? []
  return { file, exportName }
}

/** A reference to a module with its path made absolute. `folder` is that of the file it stands in. */
export function absoluteModule(reference: string, { root, folder }: { root: string; folder: string }): string {
  const { file, exportName } = moduleReference(reference)
  const absolute = path.resolve(root, folder, file)
  return exportName === 'default' ? absolute : `${absolute}#${exportName}`
}

/** A command line split at spaces; quotes keep words together. There is no shell behind it. */
function commandWords(line: string): string[] {
  const words = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []
  return words.map((word) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  )
}
