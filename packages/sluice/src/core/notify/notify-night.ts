import type { Channel } from './channel.ts'
import { type DeliverOptions, type Delivery, deliver } from './deliver.ts'
import type { Incident, Incidents } from './incidents.ts'
import type { ChannelMessage } from './message.ts'
import { dedupKey, messageId, type Notification, type NotificationEvent, notificationTitle } from './notification.ts'

/** The part of a feature's night that channels are told. */
export interface NightNotification extends Omit<Notification, 'event' | 'since'> {
  verdict: 'pass' | 'fail' | 'inconclusive'
  /** The provider serves something else than on the night before. */
  changed: boolean
}

export interface NotifyOptions {
  channels: readonly Channel[]
  incidents: Incidents
  deliver: DeliverOptions
}

/**
 * Tells every channel what it does not know yet: that an incident has begun, that it is over, that the provider
 * changed. An incident is told once, however many nights it lasts; what could not be delivered is tried again the next
 * night. An inconclusive night neither begins nor ends one. Returns what the report should say; never throws for a
 * channel.
 */
export async function notifyNight(notification: NightNotification, options: NotifyOptions): Promise<string[]> {
  const { channels, incidents } = options
  const incident = afterNight(incidents.get(notification.feature), notification)
  const notes: string[] = []
  const known = new Set(incident.told)
  for (const channel of channels) {
    const event = eventFor(channel, incident, notification)
    if (!event) continue
    const off = incidents.disabledSince(keyOf(channel))
    if (off !== undefined) {
      notes.push(`${channel.id} is switched off since ${off}: its address is gone. Give it another one in sluice.yaml.`)
      known.delete(channel.id)
      continue
    }
    const { verdict: _, changed: __, ...about } = notification
    const message = nightMessage({ ...about, event, since: incident.since ?? notification.night })
    const delivery = await deliver((now) => channel.request(message, now), options.deliver)
    notes.push(...noteOn(channel, delivery))
    if (delivery.state === 'gone') incidents.disable(keyOf(channel), notification.night)
    if (delivery.state === 'delivered' && event === 'failed') known.add(channel.id)
    if (delivery.state === 'delivered' && event === 'changed') incident.changed[channel.id] = notification.night
    if (delivery.state !== 'failed' && event === 'recovered') known.delete(channel.id)
  }
  incidents.set(afterNotifying({ ...incident, told: [...known] }))
  return notes
}

/** A night that fails opens an incident or goes on with it; one that passes ends it. */
function afterNight(incident: Incident, { verdict, night }: NightNotification): Incident {
  const copy = { ...incident, changed: { ...incident.changed } }
  if (verdict === 'fail') {
    const goesOn = incident.since !== null && !incident.recovered
    return { ...copy, since: goesOn ? incident.since : night, recovered: false }
  }
  if (verdict === 'pass' && incident.since !== null) return { ...copy, recovered: true }
  return copy
}

function afterNotifying(incident: Incident): Incident {
  if (!incident.recovered || incident.told.length > 0) return incident
  return { ...incident, since: null, recovered: false }
}

function eventFor(
  { id, onlyAlarms }: Channel,
  incident: Incident,
  notification: NightNotification,
): NotificationEvent | undefined {
  const wasNotified = incident.told.includes(id)
  if (incident.recovered && wasNotified) return 'recovered'
  if (notification.verdict === 'fail') return wasNotified ? undefined : 'failed'
  if (notification.changed && !onlyAlarms && incident.changed[id] !== notification.night) return 'changed'
  return undefined
}

function noteOn({ id }: Channel, delivery: Delivery): string[] {
  if (delivery.state === 'delivered') return []
  if (delivery.state === 'gone') return [`${id}: the address is gone (410); the channel is switched off from now on.`]
  return [`${id} did not get its message: ${delivery.why}. It is sent again the next night.`]
}

function keyOf({ id, addressId }: Channel): string {
  return `${id} ${addressId}`
}

const labels = { failed: 'Nightly failed', recovered: 'Nightly recovered', changed: 'Provider changed' }
const alarms = { failed: 'trigger', recovered: 'resolve', changed: null } as const
const types = {
  failed: 'sluice.nightly.failed',
  recovered: 'sluice.nightly.recovered',
  changed: 'sluice.nightly.provider_changed',
}

/** The message about a night of a feature. */
export function nightMessage(notification: Notification): ChannelMessage {
  const { event, time, project, feature, night, since, codes, details, score, threshold, link } = notification
  const mean = score === null ? 'no score' : `mean ${score.toFixed(3)}`
  return {
    label: labels[event],
    title: notificationTitle(notification),
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
