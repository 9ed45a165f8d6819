import { excerpt, visibleLine } from '../../text/untrusted.ts'
import type { Channel } from './channel.ts'
import type { ChannelMessage } from './message.ts'

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
    onlyAlarms: true,
    request: (message) => ({
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(pagerdutyEvent(message, routingKey)),
    }),
  }
}

function pagerdutyEvent(message: ChannelMessage, routingKey: string) {
  const key = { routing_key: routingKey, dedup_key: message.dedupKey }
  if (message.alarm === 'resolve') return { ...key, event_action: 'resolve' }
  const { title, details, project, feature, link, time, severity, source, code, data } = message
  const summary = [title, ...details.slice(0, 1)].map(visibleLine).join(': ')
  return {
    ...key,
    event_action: 'trigger',
    client: source,
    ...(link && { links: [link] }),
    payload: {
      summary: excerpt(summary, longestSummary - 40),
      source: project,
      severity,
      timestamp: time,
      component: feature,
      group: source,
      class: code,
      custom_details: data,
    },
  }
}
