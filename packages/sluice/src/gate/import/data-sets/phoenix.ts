import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { importDataSet } from '../rows/data-set.ts'
import { type FieldUse, rowsOutOfColumns } from '../rows/row-fields.ts'

const fields: Record<string, FieldUse> = {
  id: 'id',
  example_id: 'id',
  external_id: 'source',
  node_id: { drop: 'an entry of the store, and not of the case' },
  input: 'variables',
  output: 'expected',
  metadata: 'metadata',
  splits: 'tags',
  updated_at: { drop: 'a fact about the data set, and not about the case' },
}

/** Phoenix: examples of a data set as JSON, JSON Lines or CSV. Its `output` is the reference. */
export function importPhoenix(source: ImportSource): Promise<Imported> {
  return importDataSet(source, {
    format: { tool: 'Phoenix', fields },
    keys: ['examples', 'data'],
    prepare: ({ row, place }) => {
      return {
        row: rowsOutOfColumns(row, {
          input: /^input[._](.+)$/,
          output: /^output[._](.+)$/,
          metadata: /^metadata[._](.+)$/,
        }),
        place,
      }
    },
  })
}
