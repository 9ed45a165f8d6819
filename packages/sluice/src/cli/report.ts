import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { findRoot } from '../core/suite/project/project.ts'
import { SluiceError } from '../errors.ts'
import { highlightsOf } from '../gate/report/highlights.ts'
import { readReport } from '../gate/report/report-file.ts'
import { type ReportFormat, reportFormats } from '../gate/report/report-formats.ts'
import { storedRuns } from '../gate/report/stored-runs.ts'
import { wantsColor } from '../gate/report/terminal/ansi.ts'
import type { Report } from '../records/report/report.ts'
import { replaceFile } from '../replace-file.ts'
import { oneOf, readFlags, set, text } from './flags.ts'
import type { Host } from './host.ts'

const reportFlags = {
  format: oneOf(reportFormats).optional(),
  /** Instead of stdout. */
  out: text.optional(),
  /** Show the HTML report in the browser. */
  open: set.optional(),
}

/** `sluice report [run]`: a run's report once more, in any format. No model is called and nothing is decided anew. */
export async function showReport(run: string | undefined, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('report', reportFlags, given)
  const format = options.format ?? (options.open ? 'html' : 'terminal')
  if (options.open && format !== 'html') {
    throw new SluiceError('invalid-input', `--open shows the HTML report, not ${format}: leave out --format`)
  }
  const report = host.mask.data(await readReport(await fileOf(run, host)))
  const write = (sink: Writable) => writeAs(format, report, sink, host)
  if (options.out === undefined && !options.open) {
    await write(host.stdout)
    return 0
  }
  const file = path.resolve(
    host.cwd(),
    options.out ?? path.join(tmpdir(), `sluice-${path.basename(report.runId)}.html`),
  )
  await replaceFile(file, write)
  host.stderr.write(`${file}\n`)
  if (options.open) await openInBrowser(file, host.env)
  return 0
}

async function writeAs(format: ReportFormat, report: Report, sink: Writable, host: Host): Promise<void> {
  const casesOf = (_: unknown, index: number) => report.features[index]?.cases ?? []
  const highlights = () => report.features.map(({ cases, decidingCase }) => highlightsOf(cases, { decidingCase }))
  switch (format) {
    case 'terminal': {
      const { renderTerminal } = await import('../gate/report/terminal/terminal.ts')
      const { columns, isTTY = false } = host.stdout
      const toTerminal = sink === host.stdout
      const color = toTerminal && wantsColor(host.env, isTTY)
      sink.write(renderTerminal(report, highlights(), { color, ...(toTerminal && columns && { width: columns }) }))
      return
    }
    case 'markdown':
      sink.write((await import('../gate/report/markdown/markdown.ts')).renderMarkdown(report, highlights()))
      return
    case 'html':
      return (await import('../gate/report/html/write-html.ts')).writeHtml(report, casesOf, sink)
    case 'junit':
      return (await import('../gate/report/junit.ts')).writeJunit(report, casesOf, sink)
    case 'json':
      return (await import('../gate/report/json-report.ts')).writeReport(report, casesOf, sink)
  }
}

/** A file, the folder of a report, or a run that this project keeps. */
async function fileOf(run: string | undefined, host: Host): Promise<string> {
  if (run !== undefined) {
    const place = path.resolve(host.cwd(), run)
    const found = await stat(place).catch(() => undefined)
    if (found?.isDirectory()) return path.join(place, 'report.json')
    if (found) return place
  }
  const root = await findRoot(host.cwd())
  const runs = await storedRuns(root)
  const matching = run === undefined ? runs.slice(0, 1) : runs.filter(({ runId }) => runId.startsWith(run))
  const [only, ...others] = matching
  if (only && others.length === 0) return only.file
  const list = runs.slice(0, 5).map(({ runId, startedAt }) => `\n  ${runId}  ${startedAt}`)
  const kept = list.length === 0 ? `${root} keeps no runs yet` : `the last runs are${list.join('')}`
  const problem = only
    ? `${run}: ${matching.length} runs begin like this`
    : `${run ?? 'sluice report'}: no such run, file or folder`
  throw new SluiceError('invalid-input', `${problem}; ${kept}`)
}

/** Opens a file as a double-click would, without a shell; the program that shows it outlives this one. */
export async function openInBrowser(file: string, env: NodeJS.ProcessEnv): Promise<void> {
  const program = { darwin: 'open', win32: 'explorer.exe' }[process.platform as string] ?? 'xdg-open'
  const child = spawn(program, [file], { env, detached: true, stdio: 'ignore' })
  try {
    await once(child, 'spawn')
  } catch (cause) {
    throw new SluiceError('cannot-run', `${program} cannot be started, so open ${file} yourself`, { cause })
  }
  child.unref()
}
