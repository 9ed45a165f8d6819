import path from 'node:path'
import { z } from 'zod'
import { exactlyOne } from '../diagnostics/exactly-one.ts'
import { commandSchema, commandWords } from '../values/command-line.ts'
import { headersSchema } from '../values/header-settings.ts'
import { moduleReference } from '../values/module-reference.ts'

const kinds = ['http', 'command', 'module'] as const
const oneKind = exactlyOne(kinds, 'target')

const httpSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' })
    .meta({ description: 'Where the application answers.' }),
  method: z.enum(['POST', 'PUT']).exactOptional().meta({ description: 'Default POST.' }),
  headers: headersSchema.exactOptional(),
  timeoutMs: z.int().min(1).exactOptional().meta({ description: 'Default 60000.' }),
})

export const targetSchema = z
  .strictObject({
    http: httpSchema.exactOptional().meta({ description: "Receives the case's variables as JSON." }),
    command: commandSchema.exactOptional().meta({ description: 'Reads JSON on stdin, writes text or JSON.' }),
    module: z.string().min(1).exactOptional().meta({ description: 'An async function: path, optionally #export.' }),
  })
  .superRefine(oneKind.check)
  .meta({ ...oneKind.meta, description: 'The real application, scored in place of the bare prompt.' })

/** The real application behind a feature. */
export type Target =
  | { kind: 'http'; url: string; method?: 'POST' | 'PUT'; headers?: Record<string, string>; timeoutMs?: number }
  /** A program with arguments, run without a shell; `cwd` is the project's root. */
  | { kind: 'command'; command: string[]; cwd: string }
  /** A module, whose `file` is absolute. */
  | { kind: 'module'; file: string; export: string }

/** A target as written, with its paths made absolute. `folder` is that of the prompt file. */
export function resolveTarget(
  { http, command, module }: z.output<typeof targetSchema>,
  { root, folder }: { root: string; folder: string },
): Target {
  if (http !== undefined) return { kind: 'http', ...http }
  if (command !== undefined) {
    return { kind: 'command', command: commandWords(command), cwd: root }
  }
  const { file, exportName } = moduleReference(module ?? '')
  return { kind: 'module', file: path.resolve(root, folder, file), export: exportName }
}
