import { createHmac } from 'node:crypto'
import { SluiceError } from '../../errors.ts'
import type { Channel } from './channel.ts'
import type { ChannelMessage } from './message.ts'

export interface WebhookOptions {
  id: string
  addressId: string
  url: string
  /** One key, or several during a rotation: each signs. */
  keys: readonly Buffer[]
}

/** A signed webhook by the Standard Webhooks specification (standardwebhooks.com). */
export function standardWebhookChannel({ id, addressId, url, keys }: WebhookOptions): Channel {
  return {
    id,
    addressId,
    onlyAlarms: false,
    request(message, now) {
      const body = JSON.stringify(webhookBody(message))
      const stamp = { id: message.id, timestamp: Math.floor(now / 1000) }
      return {
        url,
        headers: {
          'content-type': 'application/json',
          'webhook-id': stamp.id,
          'webhook-timestamp': String(stamp.timestamp),
          'webhook-signature': keys.map((key) => signature(key, stamp, body)).join(' '),
        },
        body,
      }
    },
  }
}

function webhookBody({ type, time, title, dedupKey, project, feature, link, data }: ChannelMessage) {
  return {
    type,
    timestamp: time,
    data: { summary: title, dedupKey, project, feature, ...data, link: link?.href ?? null },
  }
}

/** `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; the timestamp in seconds. */
function signature(key: Buffer, { id, timestamp }: { id: string; timestamp: number }, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

/**
 * The keys in a secret of the form `whsec_<base64>`, or in several separated by white space. The secret itself is in no
 * message.
 * @throws SluiceError `invalid-input`
 */
export function webhookKeys(secret: string, variable: string): Buffer[] {
  return secret
    .trim()
    .split(/\s+/)
    .map((one) => {
      const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(one)?.[1]
      const key = Buffer.from(encoded ?? '', 'base64')
      if (key.length >= 24 && key.length <= 64) return key
      throw new SluiceError(
        'invalid-input',
        `${variable} does not hold a signing secret: expected whsec_ and the base64 of 24 to 64 random bytes. ` +
          'Make one with: echo whsec_$(openssl rand -base64 32)',
      )
    })
}
