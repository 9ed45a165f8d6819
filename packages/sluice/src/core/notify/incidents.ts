import { z } from 'zod'
import type { ProjectDatabase } from '../answers/project-database.ts'
import { jsonColumn, rowReader } from '../answers/rows.ts'

export const incidentSchema = z.strictObject({
  feature: z.string(),
  /** The night on which it began; null while nothing is wrong. */
  since: z.string().nullable(),
  /** The feature is well again, but some channel could not be told yet. */
  recovered: z.boolean(),
  /** Channels that know of the incident and not of its end. */
  told: z.array(z.string()),
  /** The last night of which each channel was told that the provider serves something else. */
  changed: z.record(z.string(), z.string()),
})

/** What the channels were told about a feature. */
export type Incident = z.output<typeof incidentSchema>

/** Incidents by feature, and the channels that were switched off. */
export interface Incidents {
  get(feature: string): Incident
  set(incident: Incident): void
  all(): Incident[]
  /** The night since which a channel is switched off. */
  disabledSince(channel: string): string | undefined
  disable(channel: string, night: string): void
}

export function createIncidents(database: ProjectDatabase): Incidents {
  const select = database.prepare('SELECT record FROM incidents WHERE feature = ?')
  const selectAll = database.prepare('SELECT record FROM incidents ORDER BY feature')
  const insert = database.prepare('INSERT OR REPLACE INTO incidents (feature, record) VALUES (?, ?)')
  const disabled = database.prepare('SELECT since FROM disabled_channels WHERE channel = ?')
  const disable = database.prepare('INSERT OR REPLACE INTO disabled_channels (channel, since) VALUES (?, ?)')
  const incidentIn = rowReader(database, 'incidents', z.object({ record: jsonColumn(incidentSchema) }))
  const channelIn = rowReader(database, 'disabled_channels', z.object({ since: z.string() }))
  const parse = (row: unknown) => incidentIn(row).record
  return {
    get(feature) {
      const row = select.get(feature)
      return row ? parse(row) : { feature, since: null, recovered: false, told: [], changed: {} }
    },
    set: (incident) => void insert.run(incident.feature, JSON.stringify(incident)),
    all: () => selectAll.all().map(parse),
    disabledSince(channel) {
      const row = disabled.get(channel)
      return row && channelIn(row).since
    },
    disable: (channel, night) => void disable.run(channel, night),
  }
}
