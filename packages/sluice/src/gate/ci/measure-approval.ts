import type { WorkflowRun } from './workflow-run.ts'

/** The label that lets a change alter its own measure, in the run that setting it starts. */
const approvalLabel = 'sluice:measure-approved'

/** What the label comes to in this run. */
export interface MeasureApproval {
  /** Flags of the gate. */
  args: string[]
  /** For the log and the summary: why a label that is there lifts nothing. */
  note: string | undefined
}

/**
 * A label lifts the guard only in the run that was started by setting it, and only by one of the workflow's approvers.
 * So it holds for the commits that were there to be read: a later push starts a run of its own, without it.
 */
export function measureApproval({ inputs, pullRequest }: Pick<WorkflowRun, 'inputs' | 'pullRequest'>): MeasureApproval {
  const nothing = { args: [], note: undefined }
  if (inputs.command !== 'gate' || !pullRequest?.labels.includes(approvalLabel)) return nothing
  const { labelled, commit } = pullRequest
  if (labelled?.label !== approvalLabel) {
    return {
      ...nothing,
      note: `The label ${approvalLabel} counts only for the run that it starts. To approve the current commits, remove the label and set it again.`,
    }
  }
  const isApprover = inputs.measureApprovers.some((login) => login.toLowerCase() === labelled.by.toLowerCase())
  if (!isApprover) {
    return {
      ...nothing,
      note: `The label ${approvalLabel} was set by ${labelled.by}, who is not among the measure-approvers of the workflow: the label has no effect.`,
    }
  }
  const at = commit === '' ? '' : ` at ${commit.slice(0, 7)}`
  return {
    args: ['--guard', 'report', '--approved-by', `the label ${approvalLabel}, set by ${labelled.by}${at}`],
    note: undefined,
  }
}
