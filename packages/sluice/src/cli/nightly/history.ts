import { createReadStream } from 'node:fs'
import path from 'node:path'
import { openProjectDatabase } from '../../core/answers/project-database.ts'
import { createIncidents } from '../../core/notify/incidents.ts'
import { findRoot } from '../../core/suite/project/project.ts'
import { SluiceError } from '../../errors.ts'
import { createHistory } from '../../gate/nightly/history.ts'
import { historyLines, readHistory } from '../../gate/nightly/history-file.ts'
import { replaceFile } from '../../replace-file.ts'
import { formatAmount } from '../../text/format.ts'
import type { Host } from '../host.ts'

/** `sluice nightly export [file]`: the history as JSON Lines, into a file or on stdout. */
export async function exportHistory(file: string | undefined, host: Host): Promise<number> {
  const database = openProjectDatabase(await findRoot(host.cwd()))
  try {
    const lines = [...historyLines(createHistory(database).all(), createIncidents(database).all())]
    if (file === undefined) host.stdout.write(lines.join(''))
    else await replaceFile(path.resolve(host.cwd(), file), async (sink) => sink.write(lines.join('')))
    host.stderr.write(`${formatAmount(lines.length, 'record')} exported.\n`)
    return 0
  } finally {
    database.close()
  }
}

/** `sluice nightly import <file>`: adds what the store does not have; a damaged file changes nothing. */
export async function importHistory(file: string, host: Host): Promise<number> {
  const place = path.resolve(host.cwd(), file)
  const history = await readHistory(createReadStream(place), file).catch((cause: unknown) => {
    if (cause instanceof SluiceError || !(cause instanceof Error)) throw cause
    throw new SluiceError('invalid-input', `${file}: cannot be read: ${cause.message}`, { cause })
  })
  const database = openProjectDatabase(await findRoot(host.cwd()))
  try {
    const incidents = createIncidents(database)
    const known = new Set(incidents.all().map(({ feature }) => feature))
    const newIncidents = history.incidents.filter(({ feature }) => !known.has(feature))
    for (const incident of newIncidents) incidents.set(incident)
    const added = createHistory(database, host.mask).merge(history.records) + newIncidents.length
    const all = history.records.length + history.incidents.length
    host.stderr.write(`${added} of ${all} records were new and are imported.\n`)
    return 0
  } finally {
    database.close()
  }
}
