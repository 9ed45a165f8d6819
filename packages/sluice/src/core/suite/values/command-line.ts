import { z } from 'zod'

/** A program and its arguments: one line, or a list of its parts. */
export const commandSchema = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: 'expected a command line or a list of its parts',
})

/** A command line split at spaces; quotes keep words together. There is no shell behind it. */
export function commandWords(command: string | string[]): string[] {
  if (typeof command !== 'string') return command
  const words = command.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []
  return words.map((word) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  )
}
