import path from 'node:path'
import { z } from 'zod'
import { exactlyOne } from '../diagnostics/exactly-one.ts'
import { refuseNotJson } from '../values/json-value.ts'
import { moduleReference } from '../values/module-reference.ts'

const oneAnswer = exactlyOne(['result', 'error', 'module'], 'answer', 'result, error, module')

const mockSchema = z
  .strictObject({
    tool: z
      .string()
      .min(1)
      .meta({ description: 'The tool whose calls it answers.', examples: ['lookup_order'] }),
    args: z
      .record(z.string(), z.unknown())
      .superRefine(refuseNotJson)
      .exactOptional()
      .meta({
        description:
          'Arguments of the calls that it answers (default: any). {{name}} stands for a variable of the case.',
        examples: [{ order: '{{order}}' }],
      }),
    match: z
      .enum(['partial', 'exact'])
      .exactOptional()
      .meta({
        description: 'partial: a call may have more arguments than args; exact: it has these alone (default partial).',
        examples: ['exact'],
      }),
    result: z
      .unknown()
      .superRefine(refuseNotJson)
      .optional()
      .meta({
        description: 'What the tool answers: a text, or any JSON value. {{name}} stands for a variable of the case.',
        examples: [{ status: 'late', days: 3 }],
      }),
    error: z
      .string()
      .min(1)
      .exactOptional()
      .meta({ description: 'The tool fails with this message, which the model is told.', examples: ['no such order'] }),
    module: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description:
          'An async function that answers: path relative to this file, with #name for an export of that name. What it throws is an error of the tool.',
        examples: ['../tools/orders.ts#lookup'],
      }),
    times: z
      .int()
      .min(1)
      .exactOptional()
      .meta({ description: 'How many calls it answers in one run of a case (default: any number).', examples: [1] }),
  })
  .superRefine(oneAnswer.check)
  .superRefine(({ args, match }, context) => {
    if (match !== 'exact' || args !== undefined) return
    const message = 'exact needs "args"; args: {} is a call without arguments'
    context.addIssue({ code: 'custom', path: ['match'], message })
  })

/** A prepared answer to calls of a tool. `module` is relative to the project's root. */
export type Mock = z.output<typeof mockSchema>

/** `mocks` of a case or of a prompt file. */
export const mocksSchema = z.array(mockSchema).meta({
  description:
    'Prepared answers of tools. Those of the case come before those of the prompt file; the first one that fits answers. A call that none answers is the state mockMissing, never a score.',
  examples: [[{ tool: 'lookup_order', args: { order: '{{order}}' }, result: { status: 'late' } }]],
})

/** The mocks with the paths of their modules made relative to the project's root. `folder` is that of their file. */
export function resolveMocks(mocks: readonly Mock[], folder: string): Mock[] {
  return mocks.map((mock) => {
    if (mock.module === undefined) return mock
    const { file, exportName } = moduleReference(mock.module)
    const fromRoot = path.isAbsolute(file) ? file : path.posix.join(folder, file)
    return { ...mock, module: exportName === 'default' ? fromRoot : `${fromRoot}#${exportName}` }
  })
}
