// npm run import-share -- FOLDER...
//
// Imports every configuration of promptfoo below the folders, without writing anything, and prints which share of the
// assertions is translated, by type.
//
// npm run import-share -- --verify PROJECT...
//
// Scores the answers in the results files of each project anew, and prints the table of docs/real-data.md.

import { tmpdir } from 'node:os'
import path from 'node:path'
import { SluiceError } from '../packages/sluice/src/errors.ts'
import type { FidelityRow } from '../packages/sluice/src/gate/import/fidelity.ts'
import { importFile } from '../packages/sluice/src/gate/import/import-file.ts'
import { configurations } from './import-share/configurations.ts'
import { verifiedRows } from './import-share/verified.ts'

const [first, ...others] = process.argv.slice(2)
try {
  if (first === '--verify') await printVerified(others)
  else await printShare(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SluiceError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

async function printVerified(folders: readonly string[]): Promise<void> {
  console.log('| project | assertions translated | kept answers | same | differ | not comparable |')
  console.log('| --- | --- | --- | --- | --- | --- |')
  for (const folder of folders) {
    const rows = await verifiedRows(path.resolve(folder))
    if (rows.length === 0)
      throw new SluiceError('invalid-input', `${path.resolve(folder)} has no results to compare with`)
    for (const row of rows) console.log(row)
  }
}

async function printShare(folders: readonly string[]): Promise<void> {
  const rows: FidelityRow[] = []
  const shares: number[] = []
  const refused: string[] = []
  let imported = 0

  const files = folders.flatMap((folder) => {
    const found = configurations(folder)
    if (found.length === 0)
      throw new SluiceError('invalid-input', `${path.resolve(folder)} has no configuration of promptfoo`)
    return found
  })
  if (files.length === 0) throw new SluiceError('invalid-input', 'name a folder: npm run import-share -- FOLDER')

  for (const file of files) {
    try {
      const options = { format: 'promptfoo', file, cwd: process.cwd(), out: path.join(tmpdir(), 'nowhere') }
      const { rows: found, translated } = await importFile({ ...options, model: 'openai:any', dryRun: true })
      imported += 1
      rows.push(...found.filter(({ kind }) => kind === 'assertion'))
      if (translated.share !== null) shares.push(translated.share)
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'invalid-input')) throw error
      refused.push(`${file}: ${error.message.split('\n')[0]}`)
    }
  }

  const isRedTeam = ({ name }: FidelityRow) => name.replace(/^not-/, '').startsWith('promptfoo:redteam:')
  const whole = shares.filter((share) => share === 1).length
  console.log(`${imported} configurations imported, ${refused.length} refused`)
  console.log(`of ${shares.length} with assertions ${whole} are translated whole`)
  console.log(`${counts(rows)}; without the red team's ${counts(rows.filter((row) => !isRedTeam(row)))}\n`)
  const byName = Map.groupBy(
    rows.filter((row) => !isRedTeam(row)),
    ({ name }) => name,
  )
  for (const [name, own] of [...byName].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a)))
    console.log(`${name}: ${counts(own)}`)
  if (refused.length > 0) console.log(`\nrefused:\n${refused.join('\n')}`)
}

function counts(own: readonly FidelityRow[]): string {
  const of = (outcome: string) => sizeOf(own.filter((row) => row.outcome === outcome))
  const done = of('same') + of('approximated')
  const share = sizeOf(own) === 0 ? 'none' : `${((100 * done) / sizeOf(own)).toFixed(1)} %`
  return `${done} of ${sizeOf(own)} (${share}): ${of('same')} same, ${of('approximated')} approximated, ${of('dropped')} dropped`
}

function sizeOf(own: readonly FidelityRow[]): number {
  return own.reduce((sum, { count }) => sum + count, 0)
}
