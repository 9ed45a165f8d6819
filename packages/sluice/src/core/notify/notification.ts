import { createHash } from 'node:crypto'
import path from 'node:path'

/** `changed`: nothing is wrong, but the provider serves another model than it did. */
export type NotificationEvent = 'failed' | 'recovered' | 'changed'

/** What is told about one feature after a night. Details may quote models and files: every channel escapes them. */
export interface Notification {
  event: NotificationEvent
  /** Which project this is, e.g. `acme/mail`. */
  project: string
  feature: string
  night: string
  /** The night on which the incident began; this night where there is no incident. */
  since: string
  /** The codes of the reasons, e.g. `provider-drift`. */
  codes: readonly string[]
  /** One sentence each, most important first. */
  details: readonly string[]
  /** In [0,1]; null where nothing has a score. */
  score: number | null
  threshold: number | null
  /** The page that shows the run. */
  link?: string | undefined
  /** ISO 8601. */
  time: string
}

/** One line that says what happened. */
export function notificationTitle({ event, project, feature, night, since }: Notification): string {
  const where = `${feature} (${project})`
  if (event === 'failed') return `${where} failed its nightly of ${night}`
  if (event === 'recovered') return `${where} has recovered on ${night}; it was failing since ${since}`
  return `${where}: the provider serves something else since ${night}`
}

/**
 * The key of an incident: the same on every night of it, also when the history was lost. It has at most 255 characters
 * and holds no secret.
 */
export function dedupKey({ project, feature }: Pick<Notification, 'project' | 'feature'>): string {
  const key = `sluice-nightly/${project}/${feature}`
  return key.length <= 255 ? key : `sluice-nightly/${createHash('sha256').update(key).digest('hex')}`
}

/** The id of a message: the same each time it is sent, so that a receiver recognises a repetition. */
export function messageId(notification: Notification): string {
  const { event, since } = notification
  const about = [dedupKey(notification), event, event === 'changed' ? notification.night : since].join('\n')
  return `msg_${createHash('sha256').update(about).digest('hex').slice(0, 24)}`
}

/** The name of the project in messages: the repository in CI, else the folder. */
export function projectName(root: string, { GITHUB_REPOSITORY, CI_PROJECT_PATH }: NodeJS.ProcessEnv): string {
  return GITHUB_REPOSITORY || CI_PROJECT_PATH || path.basename(root)
}
