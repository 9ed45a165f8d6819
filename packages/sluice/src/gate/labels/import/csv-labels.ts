import { readRecords } from '../../../core/suite/cases/csv.ts'
import { SluiceError } from '../../../errors.ts'
import { hint } from '../../../text/did-you-mean.ts'
import { type ForeignLabel, verdictOf } from './foreign-label.ts'

const fields = ['case', 'item', 'verdict', 'labeller', 'output', 'at', 'kind', 'sawjudge'] as const
type Field = (typeof fields)[number]

/**
 * The labels of a CSV file, one a row. A column is the field of its name, unless `columns` maps it to another.
 * @throws SluiceError `invalid-input` where the file is no CSV, or says neither what was labelled nor how
 */
export async function csvLabels(
  text: string,
  file: string,
  columns: ReadonlyMap<string, string>,
): Promise<ForeignLabel[]> {
  const fault = (message: string) => new SluiceError('invalid-input', `${file}: ${message}`)
  for (const [column, field] of columns)
    if (!fields.some((known) => known === field.toLowerCase()))
      throw fault(`--map ${column}=${field}: unknown field${hint(field, fields)}`)
  const lines = async function* () {
    yield text
      .replace(/^\ufeff/, '')
      .split('\n')
      .map((line, index) => ({ text: line, line: index + 1 }))
  }
  const delimiterOf = (header: string) => [',', ';', '\t'].find((delimiter) => header.includes(delimiter)) ?? ','
  const labels: ForeignLabel[] = []
  let places: Partial<Record<Field, number>> | undefined
  for await (const records of readRecords(lines(), delimiterOf)) {
    for (const record of records) {
      if ('fault' in record) throw fault(`line ${record.fault.line}: ${record.fault.message}`)
      const cells = record.fields.map((field) => field.text)
      if (places === undefined) {
        places = placesOf(cells, columns, fault)
        for (const wanted of ['verdict', 'output'] as const)
          if (places[wanted] === undefined)
            throw fault(
              `no column is the ${wanted}; name it with --map <column>=${wanted} (columns: ${cells.join(', ')})`,
            )
        continue
      }
      const cell = (field: Field) => {
        const place = places?.[field]
        const value = place === undefined ? '' : (cells[place] ?? '')
        return value === '' ? undefined : value
      }
      labels.push({
        place: `line ${record.fields[0]?.line ?? 1}`,
        item: cell('item'),
        verdict: cell('verdict'),
        labeller: cell('labeller'),
        isHuman: isOfPerson(cell('kind')),
        sawJudge: verdictOf(cell('sawjudge') ?? 'no') !== 'no',
        text: cell('output'),
        trace: undefined,
        case: cell('case'),
        at: cell('at'),
      })
    }
  }
  if (labels.length === 0) throw fault('there is no label in it')
  return labels
}

/**
 * Labels of people are what nothing else says: the column is Sluice's own, and its words are those of `labelSchema`.
 */
function isOfPerson(kind: string | undefined): boolean {
  return kind === undefined || kind.trim().toLowerCase() === 'human'
}

function placesOf(
  header: readonly string[],
  columns: ReadonlyMap<string, string>,
  fault: (message: string) => SluiceError,
): Partial<Record<Field, number>> {
  const named = header.map((name) => (columns.get(name.trim()) ?? name.trim()).toLowerCase())
  const twice = fields.find((field) => named.indexOf(field) !== named.lastIndexOf(field))
  if (twice !== undefined) throw fault(`two columns are the ${twice}; rename one of them`)
  return Object.fromEntries(
    fields.flatMap((field) => {
      const place = named.indexOf(field)
      return place < 0 ? [] : [[field, place]]
    }),
  )
}
