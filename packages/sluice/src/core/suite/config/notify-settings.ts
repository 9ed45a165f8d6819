import { z } from 'zod'
import { exactlyOne } from '../diagnostics/exactly-one.ts'
import { secretVariableSchema } from '../values/header-settings.ts'

const environmentName = secretVariableSchema('the secret')

const address = z.url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' })

const slackSchema = z
  .strictObject({
    urlEnv: environmentName.meta({
      description: 'Environment variable that holds the address of the incoming webhook.',
      examples: ['SLACK_WEBHOOK_URL'],
    }),
  })
  .meta({ description: 'An incoming webhook of Slack.', examples: [{ urlEnv: 'SLACK_WEBHOOK_URL' }] })

const webhookSchema = z
  .strictObject({
    url: address.exactOptional().meta({
      description: 'Where the webhook goes, if the address is no secret; either this or urlEnv.',
      examples: ['https://ops.example.com/sluice'],
    }),
    urlEnv: environmentName
      .exactOptional()
      .meta({ description: 'Environment variable that holds the address instead.', examples: ['OPS_WEBHOOK_URL'] }),
    secretEnv: environmentName.meta({
      description: 'Environment variable with the signing secret, whsec_…; while rotating both, separated by a space.',
      examples: ['OPS_WEBHOOK_SECRET'],
    }),
  })
  .superRefine((value, context) => {
    if ((value.url === undefined) !== (value.urlEnv === undefined)) return
    context.addIssue({ code: 'custom', message: 'give either url or urlEnv', path: [] })
  })
  .meta({
    description: 'A signed webhook, see standardwebhooks.com.',
    examples: [{ url: 'https://ops.example.com/sluice', secretEnv: 'OPS_WEBHOOK_SECRET' }],
  })

const pagerdutySchema = z
  .strictObject({
    routingKeyEnv: environmentName.meta({
      description: 'Environment variable that holds the routing key.',
      examples: ['PAGERDUTY_ROUTING_KEY'],
    }),
    url: address.exactOptional().meta({
      description:
        'Address of the API; accounts in the EU have another (default https://events.pagerduty.com/v2/enqueue).',
      examples: ['https://events.eu.pagerduty.com/v2/enqueue'],
    }),
  })
  .meta({ description: 'PagerDuty, by its Events API v2.', examples: [{ routingKeyEnv: 'PAGERDUTY_ROUTING_KEY' }] })

const kinds = ['slack', 'webhook', 'pagerduty'] as const
const one = exactlyOne(kinds, 'kind of notification')

const notifyEntrySchema = z
  .strictObject({
    slack: slackSchema.exactOptional(),
    webhook: webhookSchema.exactOptional(),
    pagerduty: pagerdutySchema.exactOptional(),
  })
  .superRefine(one.check)
  .meta(one.meta)

/** The `notify` of sluice.yaml. Secrets are named by their environment variable, never written down. */
export const notifySchema = z.array(notifyEntrySchema).meta({
  description:
    'Who is told when a night fails and has recovered, and, by sluice serve, what happens to releases. Each entry is one of slack, webhook and pagerduty.',
  examples: [[{ slack: { urlEnv: 'SLACK_WEBHOOK_URL' } }, { pagerduty: { routingKeyEnv: 'PAGERDUTY_ROUTING_KEY' } }]],
})

/** One entry: exactly one of the kinds is set. */
export type NotifySettings = z.output<typeof notifyEntrySchema>
