import type { Data } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { importDataSet, type MissingRows } from '../rows/data-set.ts'
import type { FieldUse } from '../rows/row-fields.ts'

const ofStore = { drop: 'an entry of the store, and not of the case' }

const fields: Record<string, FieldUse> = {
  id: 'id',
  input: 'input',
  expected: 'expected',
  metadata: 'metadata',
  tags: 'tags',
  output: { drop: 'an answer of an earlier run, and no reference' },
  scores: { drop: 'scores of an earlier run' },
  origin: 'source',
  created: ofStore,
  dataset_id: ofStore,
  project_id: ofStore,
  root_span_id: ofStore,
  span_id: ofStore,
  is_root: ofStore,
  _xact_id: ofStore,
  _pagination_key: ofStore,
}

/** Braintrust: rows of a data set as JSON, JSON Lines or CSV. Scorers are code there, and in no file. */
export function importBraintrust(source: ImportSource): Promise<Imported> {
  return importDataSet(source, {
    format: { tool: 'Braintrust', fields },
    keys: ['events', 'rows', 'data'],
    missing: rowsBehindCursor,
  })
}

/** Its API gives a cursor with every page that has rows, the last one too. */
function rowsBehindCursor({ cursor }: Data): MissingRows | undefined {
  if (typeof cursor !== 'string' || cursor === '') return undefined
  const note = 'the file is one page: send its cursor for the next, until one is empty, and join them'
  return { name: 'rows behind the cursor, if there are any', note, count: 1 }
}
