import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { importDataSet } from '../rows/data-set.ts'
import { type FieldUse, textsIn } from '../rows/row-fields.ts'

const answered = { drop: 'an answer of an earlier run, and no reference' }
const tools = { drop: 'write them as toolCalled or toolOrder, for a target that reports its calls' }
const conversation = { drop: 'a conversation that a simulated user leads; write its turns as messages' }

/** JSON has the names in camel case, CSV and older files in snake case. */
const fields: Record<string, FieldUse> = {
  input: 'input',
  expected_output: 'expected',
  context: 'variable',
  retrieval_context: 'variable',
  actual_output: answered,
  tools_called: tools,
  expected_tools: tools,
  additional_metadata: 'metadata',
  comments: 'source',
  source_file: 'source',
  name: 'id',
  custom_column_key_values: 'metadata',
  scenario: conversation,
  expected_outcome: conversation,
  user_description: conversation,
  turns: conversation,
  persona: conversation,
}
const camelCase = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const all = { ...fields, ...Object.fromEntries(Object.entries(fields).map(([name, use]) => [camelCase(name), use])) }

/** DeepEval: goldens as JSON, JSON Lines or CSV. Metrics are code there, and in no file. */
export function importDeepeval(source: ImportSource): Promise<Imported> {
  const isText = /\.[ct]sv$/.test(source.name)
  return importDataSet(source, {
    format: { tool: 'DeepEval', fields: all },
    keys: ['goldens', 'test_cases', 'testCases'],
    // A cell holds the parts of a context with | between them.
    prepare: ({ row, place }) => {
      if (!isText) return { row, place }
      const parts = ['context', 'retrieval_context'].flatMap((name) => {
        const cell = row[name]
        return typeof cell === 'string' && cell !== '' ? [[name, textsIn(cell, '|')] as const] : []
      })
      return { row: { ...row, ...Object.fromEntries(parts) }, place }
    },
  })
}
