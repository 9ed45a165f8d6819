import type { ApprovalRule, ApprovalRules } from '../../../src/core/suite/config/approval-settings.ts'
import { type TestPlane, type Told, testPlane } from './control-plane.ts'

const day = 24 * 3_600_000

/** A control plane on which releases need approval. */
export interface RuledPlane extends TestPlane {
  /** What everybody gets, and a version that is published and not released. */
  first: string
  next: string
  /** The rules as they are; tests may change them as a new sluice.yaml would. */
  rules: Record<string, ApprovalRule>
  propose(body?: object, as?: string): Promise<Told>
  /** `what` is approve, reject, withdraw or review. */
  decide(id: string, what: string, as?: string, body?: object): Promise<Told>
  /** `f` as the API shows it. */
  state(): Promise<Told['body']>
  /** What the log of `f` calls its last rows. */
  actions(last: number): Promise<string[]>
}

/** One with two versions of `f`, of which the first was made active before there was a rule. */
export async function ruled(
  rule: Partial<ApprovalRule> = {},
  options: Parameters<typeof testPlane>[0] = {},
): Promise<RuledPlane> {
  const rules: ApprovalRules = {}
  const plane = await testPlane({ approvals: rules, ...options })
  const first = await plane.publish('f', 'a')
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: first, reason: 'launch' } })
  const next = await plane.publish('f', 'b')
  rules['*'] = { approvals: 1, approvers: { role: 'approver' }, expires: day, ...rule }
  const start = { act: 'start', version: next, reason: 'shorter' }
  return {
    ...plane,
    ...{ first, next, rules },
    propose: (body = start, as = 'operator') => plane.ask('POST /v1/features/f/proposals', { as, body }),
    decide: (id, what, as = 'approver', body = { reason: 'looked at it' }) =>
      plane.ask(`POST /v1/proposals/${id}/${what}`, { as, body }),
    state: async () => (await plane.ask('GET /v1/features/f', { as: 'operator' })).body,
    actions: async (last) => (await plane.store.audit('f')).slice(-last).map(({ action }) => action),
  }
}
