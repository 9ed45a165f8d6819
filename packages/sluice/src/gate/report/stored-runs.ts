import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'
import type { ReportSummary } from '../../records/report/report.ts'
import { replaceFile } from '../../replace-file.ts'
import { runsKept } from '../run/results.ts'
import { type CasesOf, writeReport } from './json-report.ts'

export interface StoredRun {
  runId: string
  /** ISO 8601, UTC. */
  startedAt: string
  file: string
}

const ending = '.json.gz'

const folderOf = (root: string) => path.join(root, '.sluice', 'runs')

/** Keeps a run's report in `<root>/.sluice/runs`, compressed, and forgets all but the last 20. */
export async function storeRun(root: string, report: ReportSummary, casesOf: CasesOf): Promise<void> {
  const name = `${report.startedAt.replaceAll(':', '-')}_${report.runId}${ending}`
  const write = async (sink: Writable) => {
    const packed = createGzip({ level: constants.Z_BEST_SPEED })
    const written = pipeline(packed, sink, { end: false })
    await writeReport(report, casesOf, packed)
    packed.end()
    await written
  }
  await replaceFile(path.join(folderOf(root), name), write, { isPrivate: true })
  const old = (await storedRuns(root)).slice(runsKept)
  await Promise.all(old.map(({ file }) => rm(file, { force: true })))
}

/** The last run first. */
export async function storedRuns(root: string): Promise<StoredRun[]> {
  const folder = folderOf(root)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names
    .filter((name) => name.endsWith(ending))
    .sort()
    .reverse()
    .map((name) => {
      const [date = '', runId = ''] = name.slice(0, -ending.length).split('_')
      return { runId, startedAt: date.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'), file: path.join(folder, name) }
    })
}
