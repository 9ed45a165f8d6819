import { SluiceError } from '../errors.ts'
import type { WorkflowRun } from './workflow-run.ts'

/** Events on which the code that is judged, and the workflow that judges it, come from those who may write here. */
const judging = new Set(['pull_request', 'push', 'merge_group', 'schedule', 'workflow_dispatch'])

const reasons: Record<string, string> = {
  pull_request_target:
    'with the code of a fork checked out, that event would hand your secrets to whoever opened the pull request. Use pull_request',
  workflow_run:
    'it has your secrets and follows a run that a fork may have started. There only the comment is safe: set command: comment',
  issue_comment: 'anybody may comment, and the run has your secrets. Use pull_request',
}

/** @throws SluiceError `invalid-input` where judging would put secrets beside code of people who may not have them. */
export function refuseUnsafeEvent({ event, inputs: { command } }: Pick<WorkflowRun, 'event' | 'inputs'>): void {
  if (command === 'comment' ? event === 'workflow_run' : judging.has(event)) return
  const why =
    command === 'comment'
      ? 'command: comment posts what another run left, so it belongs on workflow_run'
      : (reasons[event] ?? `whose code it runs beside your secrets is not known. Use ${[...judging].join(', ')}`)
  throw new SluiceError(
    'invalid-input',
    `sluice does not run ${command} on ${event}: ${why}; docs/github.md says how forks get a comment.`,
  )
}
