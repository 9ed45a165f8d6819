import { open } from 'node:fs/promises'
import path from 'node:path'
import { SluiceError } from '../../errors.ts'
import type { Report } from '../../records/report/report.ts'
import { codeSpan } from '../../text/markdown-escape.ts'
import { excerpt } from '../../text/untrusted.ts'
import { highlightsOf } from '../report/highlights.ts'
import { renderMarkdown } from '../report/markdown/markdown.ts'
import { freshReport, type RunOutcome } from './run-outcome.ts'
import type { EndedRun } from './workflow-run.ts'

/** More than any comment says; a report beyond it was made to fill the memory. */
const longestBytes = 64 * 1024 ** 2

/**
 * What another run left, rendered anew from the checked report, since its text may be anybody's. Unless this repository
 * ran it, whose word it is stands above everything, and no command line of it is repeated.
 * @throws SluiceError `invalid-input` for a report that is too large or packed
 */
export async function storedOutcome(reportDir: string, endedRun: EndedRun | undefined): Promise<RunOutcome> {
  await refuseBulk(path.join(reportDir, 'report.json'))
  const report = await freshReport(reportDir, Number.NEGATIVE_INFINITY)
  if (!report) return { exitCode: 0, report, markdown: '' }
  if (endedRun?.isOwn) return { exitCode: 0, report, markdown: rendered(report, '## Sluice:') }
  return { exitCode: 0, report, markdown: claimed({ ...report, reproduce: null }, endedRun) }
}

function rendered(report: Report, title: string, limit?: number): string {
  const highlights = report.features.map(({ cases, decidingCase }) => highlightsOf(cases, { decidingCase }))
  return renderMarkdown(report, highlights, { title, ...(limit !== undefined && { limit }) })
}

function claimed(report: Report, endedRun: EndedRun | undefined): string {
  const of = endedRun?.owner === undefined ? 'A fork' : codeSpan(excerpt(endedRun.owner, 60))
  const commit = endedRun ? ` of ${codeSpan(endedRun.commit.slice(0, 12))}` : ''
  return [
    "## Reported by the fork's own run, not verified",
    `${of} wrote the workflow that made this report${commit}, so every number below is its author's word: nothing of it was ` +
      'run or checked here. The gate that counts is the one in the merge queue, or on a branch of this repository.',
    rendered(report, '### That run says:', 58_000),
  ].join('\n\n')
}

async function refuseBulk(file: string): Promise<void> {
  const handle = await open(file).catch(() => undefined)
  if (!handle) return
  try {
    const { size } = await handle.stat()
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    const isPacked = buffer[0] === 0x1f && buffer[1] === 0x8b
    if (size <= longestBytes && !isPacked) return
    const what = isPacked
      ? 'is packed'
      : `has ${Math.ceil(size / 1024 ** 2)} MiB, more than ${longestBytes / 1024 ** 2}`
    throw new SluiceError('invalid-input', `${file}: the report of the other run ${what}: it is not read.`)
  } finally {
    await handle.close()
  }
}
