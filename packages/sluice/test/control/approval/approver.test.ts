import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Lineage, standingOf, whyNotApprove } from '../../../src/control/approval/approver.ts'
import type { ApprovalRule } from '../../../src/core/suite/config/approval-settings.ts'
import type { TokenRecord } from '../../../src/records/token.ts'
import type { Scope } from '../../../src/records/token-scopes.ts'
import { token } from '../../support/store/store-samples.ts'

const byRole: Pick<ApprovalRule, 'approvers'> = { approvers: { role: 'approver' } }

/** The server made `seed`; it made carl and dora, admins who made the others. */
const makers: Record<string, string> = {
  ...{ carl: 'seed', dora: 'seed', ann: 'seed', ci: 'seed', eve: 'carl', fred: 'carl', gil: 'eve', hal: 'dora' },
}
const scopesOf: Record<string, Scope[]> = { carl: ['admin'], dora: ['admin'], ci: ['ci'], app: ['client'] }
const recordOf = (name: string): TokenRecord =>
  token(name === 'seed' ? 't-admin-1' : name, { name, scopes: scopesOf[name] ?? ['operator', 'approver'] })

function lineageOf(name: string): Lineage {
  const chain: TokenRecord[] = []
  for (let maker = makers[name]; maker !== undefined; maker = makers[maker]) chain.push(recordOf(maker))
  return { record: recordOf(name), makers: chain }
}

interface Case {
  who: string
  proposer: string
  publisher?: string
  before?: string[]
  rule?: Pick<ApprovalRule, 'approvers'>
}

function why({ who, proposer, publisher, before = [], rule = byRole }: Case): string | null {
  const candidate = lineageOf(who)
  const tokens = ['seed', ...Object.keys(makers)].map(recordOf)
  const standing = standingOf(rule, candidate.record, { tokens, isValid: () => true })
  return whyNotApprove(
    { ...candidate, standing },
    {
      proposer: lineageOf(proposer),
      publishers: publisher === undefined ? [] : [lineageOf(publisher)],
      publisherName: null,
    },
    before.map(lineageOf),
  )
}

const list = (...approvers: string[]) => ({ rule: { approvers } })

const allowed: Case[] = [
  { who: 'ann', proposer: 'ci' },
  { who: 'hal', proposer: 'eve' },
  { who: 'carl', proposer: 'hal' },
  { who: 'hal', proposer: 'ann', publisher: 'eve' },
  { who: 'hal', proposer: 'ann', publisher: 'seed' },
  { who: 'hal', proposer: 'ann', before: ['eve'] },
  // The file vouches for fred, whoever made his token.
  { who: 'fred', proposer: 'eve', ...list('fred', 'x') },
]

const refused: [Case, RegExp][] = [
  [{ who: 'ann', proposer: 'ann' }, /whoever proposes.*both by "ann"/],
  [{ who: 'eve', proposer: 'carl' }, /"carl" made "eve"/],
  [{ who: 'gil', proposer: 'carl' }, /"carl" made "gil"/],
  [{ who: 'carl', proposer: 'eve' }, /"carl" made "eve"/],
  [{ who: 'fred', proposer: 'eve' }, /both made by "carl"/],
  [{ who: 'seed', proposer: 'ann', rule: { approvers: { role: 'admin' } } }, /the rule asks for others/],
  [{ who: 'ci', proposer: 'ann' }, /for machines/],
  [{ who: 'ci', proposer: 'ann', ...list('ci') }, /for machines/],
  [{ who: 'hal', proposer: 'ann', publisher: 'hal' }, /whoever published.*both by "hal"/],
  [{ who: 'seed', proposer: 'ann', publisher: 'seed', rule: { approvers: { role: 'approver' } } }, /"seed" made "ann"/],
  [{ who: 'hal', proposer: 'ann', publisher: 'dora' }, /whoever published.*"dora" made "hal"/],
  [{ who: 'hal', proposer: 'ann', before: ['hal'] }, /another person must approve too/],
  [{ who: 'fred', proposer: 'ann', before: ['eve'] }, /another person.*both made by "carl"/],
  [{ who: 'ann', proposer: 'eve', ...list('bob', 'hal') }, /the rule asks for others/],
  [{ who: 'carl', proposer: 'eve', ...list('carl') }, /"carl" made "eve"/],
]

test('a person approves what others have proposed and published', () => {
  for (const one of allowed) assert.equal(why(one), null, JSON.stringify(one))
})

test('nobody approves alone what they proposed, whatever tokens they have or make', () => {
  for (const [one, expected] of refused) assert.match(why(one) ?? 'nothing', expected, JSON.stringify(one))
})

test('a token whose makers are not known approves nothing, nor does anybody what such a token proposed', () => {
  const [ann, hal] = [lineageOf('ann'), lineageOf('hal')]
  const authors = { proposer: ann, publishers: [], publisherName: null }
  assert.match(whyNotApprove({ ...hal, makers: null, standing: 'role' }, authors, []) ?? '', /does not say who made it/)
  for (const proposer of [null, { ...ann, makers: null }])
    assert.match(whyNotApprove({ ...hal, standing: 'role' }, { ...authors, proposer }, []) ?? '', /not known whose/)
})

test('where a version says no more of its publisher than a name, whoever has that name does not approve it', () => {
  const authors = { proposer: lineageOf('ann'), publishers: [], publisherName: 'hal' }
  assert.match(whyNotApprove({ ...lineageOf('hal'), standing: 'role' }, authors, []) ?? '', /published by "hal"/)
})

test('a name in a list stands for the only valid token that has it', () => {
  const [one, twin, admin] = [
    token('t-1', { name: 'ann' }),
    token('t-2', { name: 'ann' }),
    token('t-3', { scopes: ['admin'] }),
  ]
  const among = (...tokens: TokenRecord[]) => ({ tokens, isValid: ({ revokedAt }: TokenRecord) => revokedAt === null })
  assert.equal(standingOf({ approvers: ['ann'] }, one, among(one, admin)), 'name')
  assert.equal(standingOf({ approvers: ['ann'] }, one, among(one, twin)), 'ambiguous')
  assert.equal(standingOf({ approvers: ['t-1'] }, one, among(one, twin)), 'id')
  assert.equal(standingOf({ approvers: ['t-1'] }, admin, among(admin)), 'none')
  assert.equal(standingOf({ approvers: { role: 'operator' } }, admin, among(admin)), 'role')
})

test('a name passes on to the next token of the same maker, and to nobody who makes or chooses it', () => {
  const made = (id: string, madeBy: string, more: Partial<TokenRecord> = {}) =>
    token(id, { name: 'ann', madeBy, ...more })
  const next = (old: TokenRecord, record: TokenRecord) =>
    standingOf({ approvers: ['ann'] }, record, {
      tokens: [old, record],
      isValid: ({ revokedAt }) => revokedAt === null,
    })
  const old = made('t-1', 't-admin-1', { revokedAt: 1 })
  assert.equal(next(old, made('t-2', 't-admin-1')), 'name')
  assert.equal(next(old, made('t-2', 't-admin-2')), 'name', 'SLUICE_ADMIN_TOKEN is another one by now')
  assert.equal(next(old, made('t-2', 't-eve')), 'ambiguous')
  assert.equal(next(made('t-1', 't-carl', { revokedAt: 1 }), made('t-2', 't-eve')), 'ambiguous')
  const { madeBy: _, ...unknown } = old
  assert.equal(next(unknown, made('t-2', 't-admin-1')), 'ambiguous')
  const person = token('p-1', { name: 'ann', person: { issuer: 'https://login.example.com', subject: '7' } })
  assert.equal(next(old, person), 'chosen')
  assert.equal(next(person, made('t-2', 't-admin-1')), 'name')
  const authors = { proposer: lineageOf('ann'), publishers: [], publisherName: null }
  const chosen = { record: { ...person, scopes: ['operator' as const] }, makers: [], standing: 'chosen' as const }
  assert.match(whyNotApprove(chosen, authors, []) ?? '', /choose names like "ann" themselves: list the id, p-1/)
})

test('a token that is called by an id in the list is not the one that has the id', () => {
  for (const id of ['t-3f2a91bc04d7', 't-admin-0011aabb', `p-${'0f'.repeat(16)}`]) {
    const impostor = token('t-aaaaaaaaaaaa', { name: id, scopes: ['approver'] })
    for (const tokens of [[impostor], [impostor, token(id, { name: 'ann' })]]) {
      assert.equal(standingOf({ approvers: [id] }, impostor, { tokens, isValid: () => true }), 'none')
    }
    assert.equal(standingOf({ approvers: [id] }, token(id, { name: 'ann' }), { tokens: [], isValid: () => true }), 'id')
  }
})
