import { z } from 'zod'
import { jsonIn } from '../../../json.ts'

const code = z.union([z.string(), z.number()]).nullish().catch(undefined)
const inner = z.looseObject({ code }).nullish().catch(undefined)
const errorSchema = z.looseObject({
  message: z.string().nullish().catch(undefined),
  code,
  type: code,
  innererror: inner,
  provider_specific_fields: z.looseObject({ innererror: inner }).nullish().catch(undefined),
  metadata: z
    .looseObject({ flagged_input: z.string(), reasons: z.array(z.string()) })
    .nullish()
    .catch(undefined),
})
const bodySchema = z.looseObject({
  error: errorSchema.nullish().catch(undefined),
  incomplete_details: z.looseObject({ reason: code }).nullish().catch(undefined),
})

/** Error codes for a violation of the provider's content policy, in lower case. */
const policyCodes = new Set([
  'content_filter',
  'content_policy_violation',
  'contentpolicyviolationerror',
  'responsibleaipolicyviolation',
  'content_blocked',
  'content_moderation_failed',
  'data_inspection_failed',
  'datainspectionfailed',
  'guardrail_intervened',
  'moderation_blocked',
  'safety_violation',
  'sensitive_words_detected',
])

/** How messages without a code begin. Quoted input cannot be at the beginning. */
const policyMessages = [
  /^Output blocked by content filtering policy/,
  /^Invalid prompt: your prompt was flagged as potentially violating our usage policy/,
]

/**
 * Whether an error's body says that the content was not accepted: `refused` by the model's provider, `moderated` by a
 * gateway before it. Only codes and fixed beginnings count, since an error's text may quote the input.
 */
export function policyRefusal(body: string): 'refused' | 'moderated' | undefined {
  const { error, incomplete_details } = bodySchema.safeParse(jsonIn(body)).data ?? {}
  const message = error?.message ?? ''
  if (policyMessages.some((beginning) => beginning.test(message))) return 'refused'
  const passedOn = error?.provider_specific_fields?.innererror?.code
  const codes = [error?.code, error?.type, error?.innererror?.code, passedOn, incomplete_details?.reason]
  if (codes.some((one) => typeof one === 'string' && policyCodes.has(one.toLowerCase()))) return 'refused'
  return error?.metadata ? 'moderated' : undefined
}
