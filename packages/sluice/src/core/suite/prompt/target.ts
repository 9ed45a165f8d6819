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
    .meta({ description: 'Where the application answers.', examples: ['http://127.0.0.1:8080/summary'] }),
  method: z
    .enum(['POST', 'PUT'])
    .exactOptional()
    .meta({ description: 'Method of the request (default POST).', examples: ['PUT'] }),
  headers: headersSchema.exactOptional(),
  timeoutMs: z
    .int()
    .min(1)
    .exactOptional()
    .meta({ description: 'Longest time for an answer, in milliseconds (default 60000).', examples: [120_000] }),
})

export const targetSchema = z
  .strictObject({
    http: httpSchema.exactOptional().meta({
      description: "A server that receives the case's variables as JSON and answers with text or JSON.",
      examples: [{ url: 'http://127.0.0.1:8080/summary', timeoutMs: 120_000 }],
    }),
    command: commandSchema.exactOptional().meta({
      description:
        'A program, started once a case without a shell in the folder of sluice.yaml; it reads the variables as JSON on stdin and writes text or JSON.',
      examples: ['python app.py', ['node', 'app.mjs', '--once']],
    }),
    module: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description:
          'An async function that takes the variables: path relative to this file, with #name for an export of that name.',
        examples: ['../app/summary.ts#summarise'],
      }),
  })
  .superRefine(oneKind.check)
  .meta({
    ...oneKind.meta,
    description: 'The real application, scored in place of the bare prompt: exactly one of http, command and module.',
    examples: [{ module: '../app/summary.ts' }],
  })

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
