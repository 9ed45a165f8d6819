import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupsIn, rightsOf, withoutRoleText } from '../../../../src/control/server/access/group-roles.ts'

const roles = [
  { group: 'mail', role: 'operator' as const, features: ['mail', 'chat'] },
  { group: 'mail-approvers', role: 'approver' as const, features: ['chat', 'mail'] },
  { group: 'search', role: 'operator' as const, features: ['search'] },
  { group: 'staff', role: 'viewer' as const },
  { group: 'on-call', role: 'operator' as const },
]
const of = (...groups: string[]) => {
  const rights = rightsOf(groups, { roles })
  return rights && [rights.scopes, rights.features]
}

test('the first group that counts decides on the features, and only groups with the same features add roles', () => {
  assert.deepEqual(of('mail'), [['operator'], ['mail', 'chat']])
  assert.deepEqual(of('mail-approvers', 'mail'), [
    ['operator', 'approver'],
    ['mail', 'chat'],
  ])
  assert.deepEqual(of('staff', 'mail'), [['operator'], ['mail', 'chat']], 'not operator of all')
  assert.deepEqual(of('search', 'mail'), [['operator'], ['mail', 'chat']], 'nor of what only another group has')
  assert.deepEqual(of('on-call', 'staff'), [['viewer', 'operator'], null])
  assert.equal(of(), undefined)
  assert.equal(of('Staff', 'staff ', 'sta'), undefined, 'letter by letter')
  assert.equal(of('__proto__', 'constructor'), undefined)
})

test('only groups with the same environments add roles', () => {
  const limited = [
    { group: 'staging', role: 'operator' as const, environments: ['staging'] },
    { group: 'staff', role: 'viewer' as const },
    { group: 'staging-approvers', role: 'approver' as const, environments: ['staging'] },
  ]
  const given = (...groups: string[]) => {
    const rights = rightsOf(groups, { roles: limited })
    return [rights?.scopes, rights?.environments]
  }
  assert.deepEqual(given('staff', 'staging'), [['operator'], ['staging']], 'not viewer of all')
  assert.deepEqual(given('staging', 'staging-approvers'), [['operator', 'approver'], ['staging']])
  assert.deepEqual(given('staff'), [['viewer'], undefined])
})

test('a claim of groups is a text or a list of texts, and its own', () => {
  assert.deepEqual(groupsIn({ groups: 'staff' }, 'groups'), ['staff'])
  assert.deepEqual(groupsIn({ groups: ['staff', 7, null, ['admins'], { group: 'admins' }] }, 'groups'), ['staff'])
  for (const groups of [undefined, null, 7, true, { admins: true }]) assert.equal(groupsIn({ groups }, 'groups'), null)
  assert.equal(groupsIn({}, 'constructor'), null)
})

test('who has no role is told what came: other groups, none, another claim, or too many for a token', () => {
  const settings = { issuer: 'https://login.example.com', groupsClaim: 'groups' }
  const text = (claims: Record<string, unknown>) => withoutRoleText(claims, settings)
  assert.match(
    text({ groups: [] }),
    /^The claim "groups" of https:\/\/login\.example\.com names no group\. Whoever runs/,
  )
  assert.match(text({ sub: 'x', iss: 'y', roles: ['a'] }), /has not sent the claim "groups", only "roles": let it send/)
  assert.match(text({ sub: 'x' }), /has not sent the claim "groups", and nothing but who you are: let it send/)
  const overage = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://evil.example' } } }
  for (const claims of [overage, { hasgroups: true }]) assert.match(text(claims), /too many for a token/)
  const long = text({ groups: ['\u202eadmins', `${'x'.repeat(59)}😀${'y'.repeat(1000)}`] })
  assert.match(long, /"\[U\+202E\]admins", "x{59}�…"\./)
})
