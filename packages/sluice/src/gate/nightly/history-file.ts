import { z } from 'zod'
import { type Incident, incidentSchema } from '../../core/notify/incidents.ts'
import { type Diagnostic, InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import { readRows } from '../../core/suite/json/json-lines.ts'
import { historyFormat, type NightRecord, nightRecordSchema, type Sentinel, sentinelSchema } from './night-record.ts'

const incidentLineSchema = incidentSchema.extend({
  schema: z.literal(historyFormat),
  kind: z.literal('incident'),
})

const lineSchema = z.discriminatedUnion('kind', [nightRecordSchema, sentinelSchema, incidentLineSchema])

/** What a file of history holds. */
export interface HistoryFile {
  records: (NightRecord | Sentinel)[]
  incidents: Incident[]
}

const faultsShown = 20

/** The history as JSON Lines, in an order that does not change, so that a diff of two exports shows what is new. */
export function* historyLines(
  records: Iterable<NightRecord | Sentinel>,
  incidents: readonly Incident[],
): Generator<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`
  for (const incident of incidents) {
    yield `${JSON.stringify({ schema: historyFormat, kind: 'incident', ...incident })}\n`
  }
}

/**
 * Reads a file that `historyLines` wrote, whole or not at all.
 * @throws InvalidFilesError naming line and column of what is damaged
 */
export async function readHistory(chunks: AsyncIterable<Uint8Array>, file: string): Promise<HistoryFile> {
  const history: HistoryFile = { records: [], incidents: [] }
  const faults: Diagnostic[] = []
  for await (const rows of readRows(lineSchema, chunks, file)) {
    for (const { data, diagnostics } of rows) {
      faults.push(...diagnostics.filter(({ severity }) => severity === 'error'))
      if (data?.kind === 'incident') {
        const { schema: _, kind: __, ...incident } = data
        history.incidents.push(incident)
      } else if (data) history.records.push(data)
    }
    if (faults.length >= faultsShown) break
  }
  if (faults.length > 0) throw new InvalidFilesError(faults.slice(0, faultsShown))
  return history
}
