import { randomUUID } from 'node:crypto'
import { endIfStopped } from '../../core/answers/stop.ts'
import { spanText } from '../../core/providers/errors/quota-error.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import { type PresentOptions, present } from '../../gate/report/present.ts'
import { type FinishedRun, reportOfRun } from '../../gate/report/report-of-run.ts'
import { openSession, type RunContext } from '../../gate/run/session.ts'
import type { Report } from '../../records/report/report.ts'
import type { Host } from '../host.ts'
import { listenForInterrupt } from './interrupt.ts'
import { showProgress } from './progress.ts'

/** How models are asked, and where the report goes. */
interface SessionFlags extends PresentOptions {
  /** Calls under way at a time. */
  concurrency: number
  /** How long a call may wait for quotas, in ms; undefined: as long as is usual. */
  maxWait?: number | undefined
  /** USD; overrules the project's. */
  budgetUsd?: number | undefined
  /** Uses no answer of an earlier run, for no version, and keeps the new ones in place of the old. */
  fresh?: boolean | undefined
}

export interface SessionRequest {
  command: Report['command']
  project: LoadedProject
  flags: SessionFlags
  /** What was answered outside of this edition is asked anew, e.g. every night. */
  edition?: string | undefined
}

/**
 * Runs what asks models: the store is open, the progress is shown and the first Ctrl-C ends the run in good order. Then
 * presents what the run came to, and gives everything back, also where the run fails.
 */
export async function withSession<Finished extends FinishedRun>(
  request: SessionRequest,
  host: Host,
  run: (context: RunContext) => Promise<Finished>,
): Promise<Finished> {
  const { command, flags } = request
  return inSession(request, host, async (context) => {
    const finished = await run(context)
    context.progress.stop()
    const report = reportOfRun({ ...context.session, command }, finished.conclusion)
    await present(report, finished.casesOf, flags, host)
    return finished
  })
}

/** Opens a session likewise for a command with a report of its own. */
export async function inSession<Result>(
  { command, project, flags, edition }: Omit<SessionRequest, 'command'> & { command: string },
  host: Host,
  run: (context: RunContext) => Promise<Result>,
): Promise<Result> {
  const { concurrency, maxWait: maxWaitMs, budgetUsd } = flags
  const interrupt = listenForInterrupt(host)
  try {
    const ownEdition = flags.fresh ? `fresh ${randomUUID()}` : edition
    const options = { command, concurrency, budgetUsd, maxWaitMs, edition: ownEdition }
    const session = openSession(project, options, { ...host, interrupt, onWait: waitNote(host) })
    const interactive = host.stderr.isTTY === true && !host.env.CI
    const progress = showProgress({ stream: host.stderr, interactive, spentUsd: session.spentUsd })
    try {
      return await run({ project, session, progress })
    } catch (error) {
      // What was cut off by the user has not failed.
      if (error instanceof ProviderError && error.kind === 'aborted') endIfStopped(interrupt.stop)
      throw error
    } finally {
      progress.stop()
      await session.close()
    }
  } finally {
    interrupt.dispose()
  }
}

/** Says on stderr why nothing seems to happen. */
function waitNote({ stderr }: Pick<Host, 'stderr'>) {
  return (source: string, ms: number) => {
    const ownLine = stderr.isTTY ? '\r\x1b[2K' : ''
    stderr.write(`${ownLine}${source} takes no requests for ${spanText(ms)}: waiting.\n`)
  }
}
