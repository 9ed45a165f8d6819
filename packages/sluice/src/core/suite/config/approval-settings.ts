import { z } from 'zod'
import { duration } from '../../../records/duration.ts'
import { dayMs } from '../../../time-units.ts'

/** Whoever has one of these roles may be asked to approve; `admin` has each of them. */
const approverRoles = ['approver', 'operator', 'admin'] as const

const approversSchema = z
  .union([
    z.strictObject({
      role: z.enum(approverRoles).meta({
        description: 'Who may approve: whoever has this role, or admin, which has all.',
        examples: ['operator'],
      }),
    }),
    z.array(z.string().min(1).max(200)).min(1).max(100),
  ])
  .meta({
    description:
      'Who may approve: everybody with a role, or a list of ids and names of tokens. A name that several have stands for none; people of server.oidc are named by id.',
    examples: [{ role: 'approver' }, ['t-3f2a91bc04d7', 'ann']],
  })

const leastExpiryMs = 60_000
const longestExpiryMs = 30 * dayMs

const approvalRuleSchema = z
  .strictObject({
    approvals: z
      .int()
      .min(0)
      .max(20)
      .default(1)
      .meta({ description: 'How many people must approve; 0 asks nobody (default 1).', examples: [2] }),
    approvers: approversSchema.default({ role: 'approver' }),
    expires: duration
      .prefault('24h')
      .refine((ms) => ms >= leastExpiryMs && ms <= longestExpiryMs, { error: 'must be 1m to 30d' })
      .meta({ description: 'A release that nobody has approved by then lapses (default 24h).', examples: ['4h'] }),
  })
  .superRefine(({ approvals, approvers }, context) => {
    if (!Array.isArray(approvers) || approvers.length >= approvals) return
    const message = `names ${approvers.length} of the ${approvals} who must approve: name more, or ask for fewer`
    context.addIssue({ code: 'custom', path: ['approvers'], message })
  })
  .meta({ description: 'Who must approve a release.', examples: [{ approvals: 2, expires: '4h' }] })

/** Who must approve releases. Only who may write sluice.yaml can change it; no token can. */
export const approvalRulesSchema = z.record(z.string().min(1), approvalRuleSchema).meta({
  description:
    'Who must approve releases, by feature, or by feature@environment where there are environments; * matches anything, and of several the one with the most fixed characters counts: those of the feature first.',
  examples: [{ '*': { approvals: 1 }, 'billing-*': { approvals: 2, approvers: { role: 'approver' } } }],
})

export type ApprovalRules = z.output<typeof approvalRulesSchema>
export type ApprovalRule = z.output<typeof approvalRuleSchema>
