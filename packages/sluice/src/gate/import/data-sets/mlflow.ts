import { isObject } from '../../../json.ts'
import type { FidelityLedger } from '../fidelity.ts'
import { listOf, withJsonCells } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported } from '../imported.ts'
import { importDataSet } from '../rows/data-set.ts'
import type { PlacedRow } from '../rows/read-rows.ts'
import { type FieldUse, type RowCase, textOfValue } from '../rows/row-fields.ts'

const ofStore = { drop: 'an entry of the store, and not of the case' }

const fields: Record<string, FieldUse> = {
  inputs: 'variables',
  outputs: { drop: 'an answer of an earlier run, and no reference' },
  tags: 'metadata',
  source: 'source',
  source_id: 'source',
  source_type: 'source',
  trace: { drop: 'traces are not read' },
  dataset_record_id: 'id',
  dataset_id: ofStore,
  created_by: ofStore,
  created_time: ofStore,
  last_updated_by: ofStore,
  last_update_time: ofStore,
}

/** MLflow: records of `{inputs, expectations}` as JSON, JSON Lines or CSV with JSON in its cells. */
export function importMlflow(source: ImportSource): Promise<Imported> {
  return importDataSet(source, {
    format: { tool: 'MLflow', fields: { ...fields, expectations: 'source' } },
    keys: ['records', 'data'],
    prepare: ({ row, place }) => ({ row: withJsonCells(row, jsonCells), place }),
    finish: (item, row, ledger) => withExpectations(item, row, ledger),
  })
}

const jsonCells = ['inputs', 'expectations', 'tags', 'source', 'outputs']

/** What MLflow's own judges read from `expectations`; any other key is kept under source. */
function withExpectations(item: RowCase, { row, place }: PlacedRow, ledger: FidelityLedger): RowCase {
  const { expectations } = row
  if (!isObject(expectations)) return item
  const { expected_response: response, expected_facts: facts, guidelines, ...others } = expectations
  const add = (name: string, outcome: 'same' | 'approximated' | 'dropped', note: string) =>
    ledger.add({ kind: 'field', name: `expectations.${name}`, outcome, note, place })
  if (response !== undefined) add('expected_response', 'same', 'the reference answer')
  if (facts !== undefined) add('expected_facts', 'approximated', 'a question for the judge for each fact')
  if (guidelines !== undefined) add('guidelines', 'approximated', 'a question for the judge for each guideline')
  for (const key of Object.keys(others)) add(key, 'dropped', 'nothing here scores it; kept under source')
  return {
    ...item,
    ...(response !== undefined && response !== null && { expected: textOfValue(response) }),
    rubric: [
      ...listOf(facts).map((fact) => ({ ask: `Does the output state this fact? ${textOfValue(fact)}` })),
      ...listOf(guidelines).map((rule) => ({ ask: `Does the output follow this guideline? ${textOfValue(rule)}` })),
    ],
  }
}
