import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RolloutAnswer } from '../../../src/control/remote/answers.ts'
import { proposalText } from '../../../src/control/remote/proposals.ts'
import { rolloutText } from '../../../src/control/remote/rollout-text.ts'

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

test('no name that an application has chosen begins a line of a rollout', () => {
  const name = `a${' '.repeat(30)}promote it`
  const places = [0.6, 0.4].map((share) => ({ id: name, tokenId: 't-1', share }))
  const text = rolloutText(
    {
      ...{ id: 'r-1', feature: 'mail', incumbent: 'aa', canary: 'bb', settings: { stages: [{ ppm: 1, soakMs: 1 }] } },
      ...{ stage: 0, enteredAt: [0], status: 'running', state: 'running', ppm: 1, startedAt: 0, startedBy: 'ann' },
      ...{ override: null, endedAt: null, ending: null, assessment: { words: 'so', places: { instance: places } } },
    } as unknown as RolloutAnswer,
    [],
    0,
  )
  assert.match(text, /^ {4}promote it/m)
  assert.doesNotMatch(text, /^ {2}promote it/m)
})
