import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ruleFor, widens } from '../../../src/control/approval/approval-rule.ts'
import { newFeature } from '../../../src/control/release/feature-state.ts'
import { ReleaseConflict } from '../../../src/control/release/release-conflict.ts'
import { sharePpm } from '../../../src/control/release/rollout-state.ts'
import { servedVersions } from '../../../src/control/release/snapshot.ts'
import { runningRollout, transition } from '../../../src/control/release/transition.ts'
import { serverSettingsSchema } from '../../../src/core/suite/config/server-settings.ts'
import type { FeatureState } from '../../../src/records/feature.ts'
import { anyEvent, at } from '../../support/store/state-arbitrary.ts'

test('the rule whose pattern has the most fixed characters counts, and one that asks for 0 approvals asks nobody', () => {
  const rules = serverSettingsSchema.parse({
    approvals: { '*': {}, 'bill*': { approvals: 2, approvers: ['ann', 'bob'] }, 'billing-notes': { approvals: 0 } },
  }).approvals
  assert.ok(rules)
  const asked = (feature: string) => ruleFor({ approvals: rules, environments: [] }, feature)
  const approvals = (feature: string) => asked(feature)?.approvals
  assert.deepEqual(['mail', 'billing', 'billing-notes'].map(approvals), [1, 2, undefined])
  assert.equal(ruleFor({ approvals: {}, environments: [] }, 'mail'), undefined)
  assert.deepEqual(asked('mail'), { approvals: 1, approvers: { role: 'approver' }, expires: 86_400_000 })
})

test('of two rules that say as much the stricter one counts, in whichever order they stand', () => {
  const rule = (approvals: number) => ({ approvals, approvers: { role: 'approver' as const }, expires: 86_400_000 })
  const pairs: [string, string, string, string[]][] = [
    ['billing', 'billing@*', 'billing@staging', ['staging', 'production']],
    ['billing@*', 'billing@**', 'billing', ['staging', 'production']],
    ['bill-*', '*-mail', 'bill-mail', []],
    ['*@stag*', '*@*ging', 'mail@staging', ['staging', 'production']],
  ]
  for (const [one, other, key, environments] of pairs) {
    for (const approvals of [
      { [one]: rule(0), [other]: rule(2) },
      { [other]: rule(2), [one]: rule(0) },
      { [one]: rule(2), [other]: rule(0) },
    ])
      assert.equal(ruleFor({ approvals, environments }, key)?.approvals, 2, JSON.stringify(approvals))
  }
  const named = { 'billing*': rule(2), billing: rule(0) }
  assert.equal(ruleFor({ approvals: named, environments: [] }, 'billing'), undefined, 'the name itself says more')
})

test('a rule may be for an environment, and no rule for an environment undoes one for some features', () => {
  const environments = ['staging', 'production']
  const asked = (given: Record<string, number>, key: string) => {
    const approvals = Object.fromEntries(Object.entries(given).map(([name, approvals]) => [name, { approvals }]))
    const rules = serverSettingsSchema.parse({ environments, approvals }).approvals ?? {}
    return ruleFor({ approvals: rules, environments }, key)?.approvals ?? 0
  }
  const both = (given: Record<string, number>, name: string) => [asked(given, `${name}@staging`), asked(given, name)]
  assert.deepEqual(both({ '*': 1, '*@staging': 0 }, 'mail'), [0, 1])
  assert.deepEqual(both({ '*@production': 1 }, 'mail'), [0, 1])
  assert.deepEqual(both({ '*': 1, '*@staging': 0, 'billing-*': 2 }, 'billing-mail'), [2, 2])
  assert.deepEqual(both({ '*@production': 1, '*@prod*': 2, 'billing-*': 3 }, 'mail'), [0, 1])
  assert.deepEqual(both({ 'billing-*': 2, 'billing-*@staging': 0 }, 'billing-mail'), [0, 2])
  assert.deepEqual(both({ mail: 1, 'mail@production': 2, 'm*@production': 3 }, 'mail'), [1, 2])
  assert.deepEqual(both({ 'mail@staging': 0, '*': 1, constructor: 2 }, 'mail'), [0, 1])
})

test('a rule that names fewer people than must approve, or an expiry that nobody can mean, is refused', () => {
  const faultOf = (rule: object) =>
    serverSettingsSchema
      .safeParse({ approvals: { '*': rule } })
      .error?.issues.map(({ path, message }) => [path.at(-1), message])
  assert.deepEqual(faultOf({ approvals: 2, approvers: ['ann'] }), [
    ['approvers', 'names 1 of the 2 who must approve: name more, or ask for fewer'],
  ])
  assert.deepEqual(faultOf({ expires: '1s' }), [['expires', 'must be 1m to 30d']])
  assert.equal(faultOf({ approvers: { role: 'ci' } })?.length, 1)
})

/** The share of users that may get a version of which none knows whether it is any good. */
function canaryPpm(state: FeatureState): number {
  const rollout = runningRollout(state)
  return rollout ? sharePpm(rollout) : 0
}

test('what needs no approval gives nobody a version that they could not have got before', () => {
  let held = 0
  fc.assert(
    fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 40 }), (events) => {
      let state = newFeature('summary')
      for (const [index, event] of events.entries()) {
        let next: FeatureState
        try {
          next = transition(state, event, at(1000 * index))
        } catch (error) {
          if (!(error instanceof ReleaseConflict)) throw error
          continue
        }
        if (!widens(state, event)) {
          const before = [...servedVersions(state), ...state.history.map(({ version }) => version)]
          for (const version of servedVersions(next)) assert.ok(before.includes(version), `${event.type}: ${version}`)
          assert.ok(canaryPpm(next) <= canaryPpm(state))
          assert.ok(next.active === state.active || state.history.some(({ version }) => version === next.active))
          held += 1
        }
        state = next
      }
    }),
    { seed: 17, numRuns: 2000 },
  )
  assert.ok(held > 300, `${held}`)
})
