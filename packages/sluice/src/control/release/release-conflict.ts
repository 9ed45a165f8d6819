import { SluiceError } from '../../errors.ts'

/** Why the state of a feature does not allow what was asked. */
export type ConflictCode =
  | 'rollout-running'
  | 'no-rollout'
  | 'other-rollout'
  | 'other-stage'
  | 'last-stage'
  | 'paused'
  | 'not-paused'
  | 'nothing-active'
  | 'no-good-version'
  | 'rolled-back-version'
  | 'same-version'
  | 'not-served'
  | 'already-rolled-back'
  | 'changed-meanwhile'
  | 'no-change'
  | 'too-many-excluded'
  | 'unknown-version'
  | 'busy'

/** What was asked is well formed, but the state of the feature does not allow it. Nothing has changed. */
export class ReleaseConflict extends SluiceError {
  override readonly name = 'ReleaseConflict'
  readonly conflict: ConflictCode

  constructor(conflict: ConflictCode, message: string) {
    super('refused', message)
    this.conflict = conflict
  }
}
