import type { Message } from './message.ts'
import { dedupKey, headline, messageId, type Notification } from './notification.ts'

const labels = { failed: 'Nightly failed', recovered: 'Nightly recovered', changed: 'Provider changed' }
const alarms = { failed: 'trigger', recovered: 'resolve', changed: null } as const
const types = {
  failed: 'sluice.nightly.failed',
  recovered: 'sluice.nightly.recovered',
  changed: 'sluice.nightly.provider_changed',
}

/** A night of a feature as channels tell it. */
export function nightMessage(notification: Notification): Message {
  const { event, time, project, feature, night, since, codes, details, score, threshold, link } = notification
  const mean = score === null ? 'no score' : `mean ${score.toFixed(3)}`
  return {
    label: labels[event],
    title: headline(notification),
    details,
    facts: [mean, ...(threshold === null ? [] : [`threshold ${threshold}`]), night],
    project,
    feature,
    link: link === undefined ? undefined : { href: link, text: 'run' },
    time,
    id: messageId(notification),
    dedupKey: dedupKey(notification),
    alarm: alarms[event],
    severity: 'error',
    source: 'sluice nightly',
    code: codes[0] ?? 'failed',
    type: types[event],
    data: { night, since, codes, details, score, threshold },
  }
}
