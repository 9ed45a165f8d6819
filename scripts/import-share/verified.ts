import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SluiceError } from '../../packages/sluice/src/errors.ts'
import { type ImportedProject, importFile } from '../../packages/sluice/src/gate/import/import-file.ts'
import { configurations, filesBelow } from './configurations.ts'

/** A line of a table for each results file of a project: what its kept answers are worth under the imported checks. */
export async function verifiedRows(folder: string): Promise<string[]> {
  const project = folder.split(path.sep).slice(-2).join('/')
  const rows: string[] = []
  for (const results of filesBelow(folder, '**/*.json').filter(isResults)) {
    const found = await bestImport(folder, results)
    if (found?.verification === undefined) continue
    const { translated, verification } = found
    const { all, same, differs, notComparable } = verification.cases
    const done = `${translated.same + translated.approximated} of ${translated.assertions}`
    rows.push(`| ${[project, done, all, same, differs, notComparable].join(' | ')} |`)
  }
  return rows
}

function isResults(file: string): boolean {
  const text = readFileSync(file, 'utf8')
  return text.includes('"gradingResult"') && text.includes('"results"') && text.includes('"version"')
}

/**
 * By the configuration under which most answers can be compared, since nobody writes down which one made a file; by the
 * tests in the results themselves where that is none.
 */
async function bestImport(folder: string, results: string): Promise<ImportedProject | undefined> {
  let best: ImportedProject | undefined
  for (const file of [...configurations(folder), results]) {
    const found = await verified(folder, file, results)
    if (found !== undefined && (best === undefined || comparable(found) > comparable(best))) best = found
  }
  return best
}

function comparable({ verification }: ImportedProject): number {
  return verification === undefined ? 0 : verification.cases.same + verification.cases.differs
}

/** The modules that an import writes are run, so it is written, into a folder that goes. */
async function verified(folder: string, file: string, results: string): Promise<ImportedProject | undefined> {
  const out = mkdtempSync(path.join(tmpdir(), 'sluice-verified-'))
  try {
    const place = { format: 'promptfoo', file, cwd: process.cwd(), root: folder, out, verify: results }
    return await importFile({ ...place, model: 'openai:any', dryRun: false })
  } catch (error) {
    if (!(error instanceof SluiceError && error.code === 'invalid-input')) throw error
    console.error(`${file}: ${error.message.split('\n')[0]}`)
    return undefined
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
