import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteRules } from '../../../../src/control/server/serve/note-rules.ts'
import type { ApprovalRules } from '../../../../src/core/suite/config/approval-settings.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

const rule = { approvals: 1, approvers: { role: 'approver' as const }, expires: 60_000 }

test('a server says which rules are for no feature, and puts on record that they are others than before', async () => {
  await using plane = await testPlane()
  const { store, clock } = plane
  const noted = async (rules: ApprovalRules) => {
    const lines: string[] = []
    await noteRules(
      { store, clock, log: (_, message, facts) => void lines.push(`${message}: ${facts?.features}`) },
      rules,
    )
    return lines
  }
  const changed = 'the rules for approvals have changed'
  assert.deepEqual(await noted({}), [])
  const rules = { 'billng-*': rule, 'billing-*': rule }
  assert.deepEqual(await noted(rules), [`${changed}: billng-*, billing-*`], 'no feature is there yet')
  await plane.publish('billing-mail', 'a')
  await plane.ask('PUT /v1/features/billing-mail/active', {
    as: 'admin',
    body: { version: await plane.publish('billing-mail', 'a'), reason: 'r' },
  })
  const unused = 'these rules for approvals are for no feature that there is: check how they are written: billng-*'
  assert.deepEqual(await noted(rules), [unused])
  const settings = async () => (await signedIn(plane, 'viewer')).page('/settings')
  assert.match(await settings(), /A server that was started later asks for other approvals/)
  assert.deepEqual(await noted({}), [`${changed}: none any more`])
  assert.doesNotMatch(await settings(), /other approvals/, 'that is what this plane asks for')
  const rows = (await store.audit('_system')).filter(({ action }) => action === 'approval.rules')
  assert.deepEqual(
    rows.map(({ before, after }) => [before, after]),
    [
      [{ rules: {} }, { rules }],
      [{ rules }, { rules: {} }],
    ],
  )
})
