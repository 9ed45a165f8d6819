// npm run import-share -- FOLDER...
//
// Imports every configuration of promptfoo below the folders, without writing anything, and prints which share of the
// assertions is translated, by type.

import { globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SluiceError } from '../packages/sluice/src/errors.ts'
import type { FidelityRow } from '../packages/sluice/src/gate/import/fidelity.ts'
import { importFile } from '../packages/sluice/src/gate/import/import-file.ts'

const rows: FidelityRow[] = []
const shares: number[] = []
const refused: string[] = []
let imported = 0

for (const file of process.argv.slice(2).flatMap(configurations)) {
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

/** The YAML files below a folder that look like configurations. */
function configurations(folder: string): string[] {
  return globSync('**/*.{yaml,yml}', { cwd: folder, exclude: (name) => name === 'node_modules' })
    .map((file) => path.join(folder, file))
    .filter((file) => {
      const text = readFileSync(file, 'utf8')
      return /^(?:prompts|providers|targets):/m.test(text) && /promptfoo|^(?:tests|scenarios):/m.test(text)
    })
    .sort()
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
