import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { isObject } from '../../json.ts'
import type { LiveSettings } from '../../records/rollout/rollout-settings.ts'

/** One setting that has another value than before. */
export interface SettingChange {
  /** E.g. `live.store` or `rollout.minUsers`. */
  setting: string
  before: unknown
  after: unknown
}

/** How settings differ, down to the names of keys; lists are taken as a whole. A key that is not there is null. */
export function settingChanges(before: object, after: object): SettingChange[] {
  return changesAt('', before, after)
}

function changesAt(path: string, before: unknown, after: unknown): SettingChange[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return []
  if (!isObject(before) || !isObject(after)) return [{ setting: path, before: before ?? null, after: after ?? null }]
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.flatMap((key) => changesAt(path === '' ? key : `${path}.${key}`, before[key], after[key]))
}

/**
 * What holds for a version with settings of its own, given those that were published last, of whichever version: a
 * version of before brings back neither that texts are stored, nor a longer time, nor that nothing is taken out of
 * them.
 */
export function limitedLive(own: LiveSettings, latest: LiveSettings): LiveSettings {
  const redact = latest.redact ?? own.redact
  return {
    ...own,
    store: own.store && latest.store,
    retention: Math.min(own.retention, latest.retention),
    ...(redact !== undefined && { redact }),
  }
}
