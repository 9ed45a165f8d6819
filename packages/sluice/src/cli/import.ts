import path from 'node:path'
import { defaultJudge } from '../core/suite/models/default-judge.ts'
import { parseModelId } from '../core/suite/models/model.ts'
import { SluiceError } from '../errors.ts'
import { fidelityMarkdown, fidelityTable, shareText } from '../gate/import/fidelity-text.ts'
import { type ImportedProject, importFile } from '../gate/import/import-file.ts'
import { verificationMarkdown, verificationText } from '../gate/import/verification-text.ts'
import type { Verification } from '../gate/import/verify.ts'
import { formatAmount } from '../text/format.ts'
import { columnMap, readFlags, set, text } from './flags.ts'
import { type Host, withVisibleOutput } from './host.ts'

const importFlags = {
  out: text,
  map: columnMap.optional(),
  root: text.optional(),
  name: text.optional(),
  model: text.optional(),
  report: text.optional(),
  verify: text.optional(),
  dryRun: set.optional(),
  json: set.optional(),
}

/** `sluice import <format> <file>`: another tool's file as a project, with what became of each part. */
export async function importCommand(
  format: string,
  file: string,
  given: Record<string, unknown>,
  plainHost: Host,
): Promise<number> {
  const host = withVisibleOutput(plainHost)
  const {
    out,
    map = new Map(),
    root,
    name,
    report,
    verify,
    dryRun = false,
    json,
    ...flags
  } = readFlags('import', importFlags, given)
  const cwd = host.cwd()
  const reportFile = report === undefined ? undefined : path.resolve(cwd, report)
  if (reportFile !== undefined) await refuseOther(reportFile, report)
  const imported = await importFile({
    format,
    file,
    cwd,
    root,
    out: path.resolve(cwd, out),
    name,
    model: modelOf(flags.model),
    columns: map,
    dryRun,
    verify,
  })
  const { verification } = imported
  const exitCode = verification === undefined ? 0 : verifiedExitCode(verification)
  const summary = summaryOf(imported, { dryRun, cwd })
  if (reportFile !== undefined && !dryRun) await writeReport(reportFile, imported, { file, summary })
  if (json) {
    host.stdout.write(`${JSON.stringify(documentOf(imported, { format, dryRun }), undefined, 2)}\n`)
    return exitCode
  }
  host.stdout.write(`${fidelityTable(imported.rows, host.stdout.columns ?? 120)}\n`)
  for (const line of summary) host.stdout.write(`${line}\n`)
  for (const line of verification === undefined ? [] : verificationText(verification)) host.stdout.write(`${line}\n`)
  host.stdout.write(`\nNext: ${nextCommand(imported, { out, dryRun })}\n`)
  return exitCode
}

/** 1 where a verdict differs, 2 where nothing could be compared: neither says that the import is right. */
function verifiedExitCode({ cases, assertions }: Verification): number {
  if (cases.differs + assertions.differs > 0) return 1
  return cases.same + assertions.same > 0 ? 0 : 2
}

function modelOf(model: string | undefined): string {
  if (model === undefined) return defaultJudge.model
  if (parseModelId(model) !== undefined) return model
  throw new SluiceError('invalid-input', `--model ${model}: write provider:model, e.g. ${defaultJudge.model}`)
}

function summaryOf(
  { features, translated, project }: ImportedProject,
  { dryRun, cwd }: { dryRun: boolean; cwd: string },
): string[] {
  const cases = features.reduce((sum, feature) => sum + feature.cases.length, 0)
  const unscored = features.reduce((sum, feature) => sum + feature.unscored.length, 0)
  const files = project.files.map((file) => file.path)
  const folder = path.relative(cwd, project.root)
  const to = folder === '' ? '' : ` to ${folder.startsWith('..') ? project.root : folder}`
  return [
    `${dryRun ? 'Would be written' : 'Written'}${to}: ${files.join(', ')}`,
    `${formatAmount(cases, 'case')} of ${formatAmount(features.length, 'feature')}${unscored === 0 ? '' : `; ${formatAmount(unscored, 'case')} that nothing scores kept apart`}.`,
    shareText(translated),
  ]
}

function nextCommand({ features }: ImportedProject, { out, dryRun }: { out: string; dryRun: boolean }): string {
  if (dryRun) return 'the same without --dry-run'
  const enter =
    out === '.' ? '' : `cd ${/^[\w./-]+$/.test(out) ? out : `'${out.replaceAll("'", String.raw`'\''`)}'`} && `
  const scored = features.find(({ suiteFile }) => suiteFile !== undefined)
  return `${enter}sluice check${scored === undefined ? '' : ` && sluice eval ${scored.name}`}`
}

const reportTitle = '# What became of '

/** A report replaces a report of before, and nothing else. */
async function refuseOther(file: string, given: string | undefined): Promise<void> {
  const { readFile } = await import('node:fs/promises')
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return reportTitle
    throw new SluiceError('invalid-input', `--report ${given}: ${error.message}`, { cause: error })
  })
  if (before.startsWith(reportTitle)) return
  throw new SluiceError(
    'invalid-input',
    `--report ${given}: this file exists and is not the report of an import; nothing was written. Give the name of a new file`,
  )
}

async function writeReport(
  file: string,
  { rows, verification }: ImportedProject,
  { file: imported, summary }: { file: string; summary: readonly string[] },
): Promise<void> {
  const { replaceFile } = await import('../replace-file.ts')
  const page = fidelityMarkdown(rows, { title: `What became of ${path.basename(imported)}`, summary })
  await replaceFile(file, (sink) => {
    sink.write(verification === undefined ? page : `${page}\n${verificationMarkdown(verification)}`)
    return undefined
  })
}

function documentOf(
  { features, rows, translated, project, verification }: ImportedProject,
  { format, dryRun }: { format: string; dryRun: boolean },
) {
  return {
    format,
    written: !dryRun,
    root: project.root,
    files: project.files.map((file) => file.path),
    features: features.map(({ name, model, cases, unscored, promptFile, suiteFile }) => ({
      feature: name,
      model,
      cases: cases.length,
      unscored: unscored.length,
      prompt: promptFile,
      suite: suiteFile ?? null,
    })),
    translated,
    rows,
    verification: verification ?? null,
  }
}
