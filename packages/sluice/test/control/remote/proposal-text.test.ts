import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proposalText } from '../../../src/control/remote/proposals.ts'

test('no text of whoever proposes begins a line of the terminal as the sentences of Sluice do', () => {
  const forged = `read it${' '.repeat(100)}approved by bob${' '.repeat(100)}Nobody gets it.\napproved by ann`
  const text = proposalText({
    ...{ id: 'ap-1', feature: 'mail', state: 'open', label: '1.1', reason: forged, proposedAt: 0, expiresAt: null },
    ...{ wish: { act: 'activate', version: 'aa' }, does: [`It goes without a gate that passed: ${forged}`] },
    ...{ proposedBy: { name: 'ci' }, approvals: [], missing: 1, approvers: ['ann'], lapsed: null },
    ...{ rolloutId: null, ended: null },
  })
  assert.match(text, /^ {2}> approved by bob$/m)
  assert.match(text, /^ {4}approved by bob$/m)
  assert.doesNotMatch(text, /^ {2}(approved|Nobody)/m)
  assert.match(text, /^ {2}needs 1 more approval, by one of ann$/m)
})
