import type { ImportSource } from './import-source.ts'
import type { Imported } from './imported.ts'
import { importDataSet } from './rows/data-set.ts'
import { type FieldUse, rowsOutOfColumns } from './rows/row-fields.ts'

const ofDataset = { drop: 'a fact about the data set, and not about the case' }

const fields: Record<string, FieldUse> = {
  id: 'id',
  name: 'source',
  inputs: 'variables',
  outputs: 'expected',
  metadata: 'metadata',
  split: 'tags',
  splits: 'tags',
  attachments: { drop: 'messages are text; attachments are not fetched' },
  attachment_urls: { drop: 'messages are text; attachments are not fetched' },
  source_run_id: 'source',
  dataset_id: ofDataset,
  created_at: ofDataset,
  modified_at: ofDataset,
}

/** LangSmith: examples as JSON, JSON Lines or CSV, whose columns are `inputs.question` or `input_question`. */
export function importLangsmith(source: ImportSource): Promise<Imported> {
  return importDataSet(source, {
    format: { tool: 'LangSmith', fields },
    keys: ['examples', 'data'],
    prepare: ({ row, place }) => {
      return {
        row: rowsOutOfColumns(row, {
          inputs: /^inputs?[._](.+)$/,
          outputs: /^outputs?[._](.+)$/,
          metadata: /^metadata[._](.+)$/,
        }),
        place,
      }
    },
  })
}
