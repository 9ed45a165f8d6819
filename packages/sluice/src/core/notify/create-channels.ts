import { createHash } from 'node:crypto'
import { SluiceError } from '../../errors.ts'
import type { Mask } from '../../masking/mask.ts'
import type { NotifySettings } from '../suite/config/notify-settings.ts'
import type { Channel } from './channel.ts'
import { pagerdutyChannel, pagerdutyUrl } from './pagerduty.ts'
import { slackChannel } from './slack.ts'
import { standardWebhookChannel, webhookKeys } from './standard-webhook.ts'

type Env = Record<string, string | undefined>

/**
 * The channels of sluice.yaml, with the values of their environment variables. `mask` removes secrets from every
 * message.
 * @throws SluiceError `invalid-input` naming every variable that is missing or holds nothing of use
 */
export function createChannels(settings: readonly NotifySettings[], env: Env, mask?: Mask): Channel[] {
  const faults: string[] = []
  const channels = settings.flatMap((entry, index) => {
    try {
      const channel = channelOf(entry, env)
      const request: Channel['request'] = (message, now) => channel.request(mask?.data(message) ?? message, now)
      return [{ ...channel, request }]
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      faults.push(`sluice.yaml: notify.${index}: ${error.message}`)
      return []
    }
  })
  if (faults.length === 0) return channels
  throw new SluiceError('invalid-input', [...faults, 'Set them, or run with --no-notify.'].join('\n'))
}

function channelOf({ slack, webhook, pagerduty }: NotifySettings, env: Env): Channel {
  if (slack) {
    const url = addressIn(slack.urlEnv, env)
    return slackChannel({ ...identity('slack', slack.urlEnv, url), url })
  }
  if (webhook) {
    const url = webhook.url ?? addressIn(webhook.urlEnv ?? '', env)
    const keys = webhookKeys(secretIn(webhook.secretEnv, env), webhook.secretEnv)
    return standardWebhookChannel({ ...identity('webhook', webhook.urlEnv ?? hostOf(url), url), url, keys })
  }
  if (pagerduty) {
    const { routingKeyEnv, url = pagerdutyUrl } = pagerduty
    const routingKey = secretIn(routingKeyEnv, env)
    return pagerdutyChannel({ ...identity('pagerduty', routingKeyEnv, url + routingKey), url, routingKey })
  }
  throw new TypeError('an entry of notify without a kind')
}

/** The address itself may be a secret: only its hash is kept. */
function identity(kind: string, name: string, address: string): { id: string; addressId: string } {
  const hash = createHash('sha256').update(address).digest('hex').slice(0, 12)
  return { id: `${kind} ${name}`, addressId: hash }
}

function secretIn(variable: string, env: Env): string {
  const value = env[variable]?.trim()
  if (value) return value
  throw new SluiceError('invalid-input', `the environment variable ${variable} is not set`)
}

function addressIn(variable: string, env: Env): string {
  const value = secretIn(variable, env)
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value
  throw new SluiceError('invalid-input', `the environment variable ${variable} does not hold a URL`)
}

function hostOf(url: string): string {
  return new URL(url).host
}
