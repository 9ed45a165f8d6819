import type { LoggedRollout } from '../../records/audit-row.ts'
import { isRolloutEnd, type Rollout } from '../../records/rollout/rollout.ts'
import { formatPpm } from '../../text/format.ts'
import { byController } from '../release/audit.ts'
import { type ReleaseRow, takenBackBy } from '../release/release-row.ts'
import { strengthBy } from '../rollout/assessment/unwatched-signals.ts'
import { rolloutSentence } from '../words/rollout-sentence.ts'

/** A state of a deployment, in GitHub's words. */
export type DeploymentState = 'in_progress' | 'pending' | 'success' | 'failure' | 'inactive'

/** Something to do on GitHub; doing it again does nothing. */
export type DeploymentStep = {
  version: string
  /** Null of what is told of a release. */
  rolloutId: string | null
} & (
  | {
      do: 'deploy'
      /** What the deployment is found by again. */
      key: string
      words: string
    }
  | {
      do: 'state'
      /** Null: the newest release of the version. */
      key: string | null
      state: DeploymentState
      words: string
    }
  | {
      do: 'check'
      /** What the check run is found by again: a rollout has one. */
      id: string
      rollout: LoggedRollout | null
    }
)

/** How versions are called, and the settings of the rollouts. */
export interface RowNames {
  nameOf(version: string): string
  /** Undefined where it is not known any more. */
  settingsOf(rolloutId: string): Rollout['settings'] | undefined
}

/** What GitHub is told of a row, in this order. Pure. */
export function deploymentSteps(row: ReleaseRow, names: RowNames): DeploymentStep[] {
  const { before, after } = row
  const is = after.rollout
  const left =
    before.rollout && !isRolloutEnd(before.rollout.state) && before.rollout.id !== is?.id ? before.rollout : null
  return [
    ...(left ? endSteps({ ...left, state: 'superseded' }, left, { row, names }) : []),
    ...(is ? rolloutSteps(is, row, names) : []),
    ...(after.active !== null && after.active !== before.active ? releaseSteps(after.active, row, names) : []),
  ]
}

function rolloutSteps(is: LoggedRollout, row: ReleaseRow, names: RowNames): DeploymentStep[] {
  const { before } = row
  const was = before.rollout?.id === is.id ? before.rollout : null
  if (isRolloutEnd(is.state)) return was && !isRolloutEnd(was.state) ? endSteps(is, was, { row, names }) : []
  const isSameStage = was?.stage === is.stage
  if (isSameStage && was.state === is.state) return []
  const state = is.state === 'paused' ? 'pending' : 'in_progress'
  return [
    ...(was && !isSameStage ? passed(was, leftWords(is, row, names)) : []),
    ...(isSameStage ? [] : [{ ...stageOf(is), do: 'deploy' as const, words: stageWords(is, row, names) }]),
    stateOf(is, state, sentenceOf(is, row, names.settingsOf(is.id))),
    checkOf(is),
  ]
}

/** `was` is the stage in which it ended. */
function endSteps(
  is: LoggedRollout,
  was: LoggedRollout,
  { row, names }: { row: ReleaseRow; names: RowNames },
): DeploymentStep[] {
  const words = sentenceOf(is, row, names.settingsOf(is.id))
  if (is.state === 'promoted') return [...passed(was, words), checkOf(is)]
  return [stateOf(was, is.state === 'rolledBack' ? 'failure' : 'inactive', words), checkOf(is)]
}

/** Why a stage was left. One that a person cut short, or that time alone ended, has proven nothing. */
function leftWords({ id, ppm }: LoggedRollout, { row }: ReleaseRow, { settingsOf }: RowNames): string {
  const on = `on to ${formatPpm(ppm)} of the users.`
  if (!byController(row)) return `Advanced by hand, by ${row.actor}: ${on}`
  return strengthBy(settingsOf(id) ?? {}) === 'time' ? `Passed by time alone: ${on}` : `Passed: ${on}`
}

/** It served its purpose; beside the stage that follows, or the release, it serves nobody any more. */
function passed(was: LoggedRollout, words: string): DeploymentStep[] {
  return [stateOf(was, 'success', words), stateOf(was, 'inactive', words)]
}

function releaseSteps(active: string, row: ReleaseRow, { nameOf }: RowNames): DeploymentStep[] {
  const { before } = row
  const { actor, action, reason, hash, chain } = row.row
  const isBack = takenBackBy(row.row) !== undefined
  const why = reason === null ? '' : ` (${reason})`
  const words = `Everybody gets ${nameOf(active)}${isBack ? ' again' : ''}, by ${actor}${why}`
  const release = { version: active, rolloutId: null, key: `release ${hash.slice(0, 16)}` }
  const steps: DeploymentStep[] = [
    { ...release, do: 'deploy', words: `${chain} ${nameOf(active)} for everybody` },
    { ...release, do: 'state', state: 'success', words },
  ]
  if (before.active !== null) {
    const left = { version: before.active, rolloutId: null, key: null, do: 'state' as const }
    if (isBack) steps.push({ ...left, state: 'failure', words: `Taken back by ${actor}${why}` })
    else steps.push({ ...left, state: 'inactive', words: `Replaced by ${nameOf(active)}` })
  }
  const judged = isBack ? before.active : active
  // What a rollout ended in stands in its own check; that everybody's version was taken back does not.
  if ((isBack || action.startsWith('active.')) && judged !== null)
    steps.push({ do: 'check', version: judged, rolloutId: null, id: release.key, rollout: null })
  return steps
}

function stageOf({ canary, id, stage }: LoggedRollout) {
  return { version: canary, rolloutId: id, key: `${id} stage ${stage + 1}` }
}

function stateOf(rollout: LoggedRollout, state: DeploymentState, words: string): DeploymentStep {
  return { ...stageOf(rollout), do: 'state', state, words }
}

function checkOf(rollout: LoggedRollout): DeploymentStep {
  const { id, canary } = rollout
  return { do: 'check', version: canary, rolloutId: id, id, rollout }
}

/** `mail 3.1, stage 1 of 4: 1 % of the users` */
function stageWords({ id, canary, stage, ppm }: LoggedRollout, { row }: ReleaseRow, names: RowNames): string {
  const of = names.settingsOf(id)?.stages.length
  const place = `stage ${stage + 1}${of === undefined ? '' : ` of ${of}`}`
  return `${row.chain} ${names.nameOf(canary)}, ${place}: ${formatPpm(ppm)} of the users`
}

/** What the rollout did to its users when the row was written. By its settings it says what was not watched. */
export function sentenceOf(
  { state, ppm, strength, why, incumbent }: LoggedRollout,
  { row, after }: ReleaseRow,
  settings: Rollout['settings'] | undefined,
): string {
  const isEnded = isRolloutEnd(state)
  return rolloutSentence({
    ...{ state, strength, ppm, settings },
    pausedAt: state === 'paused' ? row.at : null,
    endedAt: isEnded ? row.at : null,
    ending: isEnded ? { by: row.actor, why } : null,
    isIncumbentBack: after.active !== incumbent,
  })
}
