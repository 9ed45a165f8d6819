import { z } from 'zod'
import { exactlyOne } from '../diagnostics/exactly-one.ts'
import { secretVariableSchema } from '../values/header-settings.ts'

const environmentName = secretVariableSchema('the secret')

const address = z.url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' })

const slackSchema = z
  .strictObject({
    urlEnv: environmentName.meta({ description: 'Environment variable that holds the incoming-webhook URL.' }),
  })
  .meta({ description: 'A Slack incoming webhook.' })

const webhookSchema = z
  .strictObject({
    url: address.exactOptional().meta({ description: 'Where the webhook goes, if the address is no secret.' }),
    urlEnv: environmentName
      .exactOptional()
      .meta({ description: 'Environment variable that holds the address instead.' }),
    secretEnv: environmentName.meta({
      description: 'Environment variable with the signing secret, whsec_…; while rotating both, separated by a space.',
    }),
  })
  .superRefine((value, context) => {
    if ((value.url === undefined) !== (value.urlEnv === undefined)) return
    context.addIssue({ code: 'custom', message: 'give either url or urlEnv', path: [] })
  })
  .meta({ description: 'A signed webhook, see standardwebhooks.com.' })

const pagerdutySchema = z
  .strictObject({
    routingKeyEnv: environmentName.meta({ description: 'Environment variable that holds the routing key.' }),
    url: address
      .exactOptional()
      .meta({ description: 'Default https://events.pagerduty.com/v2/enqueue; accounts in the EU have another.' }),
  })
  .meta({ description: 'PagerDuty Events API v2.' })

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
  description: 'Who is told when a night fails and has recovered, and, by sluice serve, what happens to releases.',
})

/** One entry: exactly one of the kinds is set. */
export type NotifySettings = z.output<typeof notifyEntrySchema>
