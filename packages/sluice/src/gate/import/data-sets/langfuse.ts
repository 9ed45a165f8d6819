import { isObject } from '../../../json.ts'
import type { Data } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { importDataSet, type MissingRows } from '../rows/data-set.ts'
import type { FieldUse } from '../rows/row-fields.ts'

const ofDataset = { drop: 'a fact about the data set, and not about the case' }

const fields: Record<string, FieldUse> = {
  id: 'id',
  input: 'input',
  expectedOutput: 'expected',
  expected_output: 'expected',
  metadata: 'metadata',
  sourceTraceId: 'source',
  source_trace_id: 'source',
  sourceObservationId: 'source',
  source_observation_id: 'source',
  status: 'source',
  mediaReferences: { drop: 'messages are text; files of a trace are not fetched' },
  datasetId: ofDataset,
  datasetName: ofDataset,
  projectId: ofDataset,
  createdAt: ofDataset,
  updatedAt: ofDataset,
  validFrom: ofDataset,
}

/** Langfuse: items of a data set, as its API or its export gives them. Archived items are left out. */
export function importLangfuse(source: ImportSource): Promise<Imported> {
  return importDataSet(source, {
    format: { tool: 'Langfuse', fields },
    keys: ['data', 'items'],
    missing: otherPages,
    prepare: (each, ledger) => {
      if (each.row.status !== 'ARCHIVED') return each
      ledger.add({
        kind: 'field',
        name: 'archived item',
        outcome: 'dropped',
        note: 'its status says that it is not used',
        place: each.place,
      })
      return undefined
    },
  })
}

/** Its API gives pages of at most 100 items. */
function otherPages({ meta }: Data, rows: number): MissingRows | undefined {
  const total = isObject(meta) && typeof meta.totalItems === 'number' ? meta.totalItems : rows
  if (total <= rows) return undefined
  const note = `the file is one page: ${rows} of ${total} items; fetch the other pages (&page=2) and join them`
  return { name: 'items of other pages', note, count: total - rows }
}
