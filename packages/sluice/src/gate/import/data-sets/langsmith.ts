import type { Data } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { importDataSet, type MissingRows } from '../rows/data-set.ts'
import { type FieldUse, rowsOutOfColumns } from '../rows/row-fields.ts'

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
    missing: beyondLimit,
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

const defaultLimit = 100

/** `langsmith dataset export` stops at its limit and does not say so. */
function beyondLimit({ version, examples }: Data): MissingRows | undefined {
  if (version === undefined || !Array.isArray(examples) || examples.length !== defaultLimit) return undefined
  const note = `the file has ${defaultLimit}, at which the export stops without --limit; export with a higher one`
  return { name: 'examples beyond the limit, if there are any', note, count: 1 }
}
