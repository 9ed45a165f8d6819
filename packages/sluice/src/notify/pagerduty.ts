import { excerpt, visibleLine } from '../report/untrusted.ts'
import type { Channel } from './channel.ts'
import { dedupKey, headline, type Notification } from './notification.ts'

export const pagerdutyUrl = 'https://events.pagerduty.com/v2/enqueue'

const longestSummary = 1024

export interface PagerdutyOptions {
  id: string
  addressId: string
  url: string
  routingKey: string
}

/** PagerDuty Events API v2: an incident is triggered once and resolved once, both under the same key. */
export function pagerdutyChannel({ id, addressId, url, routingKey }: PagerdutyOptions): Channel {
  return {
    id,
    addressId,
    events: ['failed', 'recovered'],
    request: (notification) => ({
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(pagerdutyEvent(notification, routingKey)),
    }),
  }
}

function pagerdutyEvent(notification: Notification, routingKey: string) {
  const key = { routing_key: routingKey, dedup_key: dedupKey(notification) }
  if (notification.event === 'recovered') return { ...key, event_action: 'resolve' }
  const { project, feature, night, since, codes, details, score, threshold, link, time } = notification
  const summary = [headline(notification), ...details.slice(0, 1)].map(visibleLine).join(': ')
  return {
    ...key,
    event_action: 'trigger',
    client: 'sluice nightly',
    ...(link && { links: [{ href: link, text: 'run' }] }),
    payload: {
      summary: excerpt(summary, longestSummary - 40),
      source: project,
      severity: 'error',
      timestamp: time,
      component: feature,
      group: 'sluice nightly',
      class: codes[0] ?? 'failed',
      custom_details: { night, since, codes, details, score, threshold },
    },
  }
}
