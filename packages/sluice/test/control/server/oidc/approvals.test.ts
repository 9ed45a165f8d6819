import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { personId } from '../../../../src/control/server/access/people.ts'
import { createLeanFetch } from '../../../../src/core/providers/http/lean-fetch.ts'
import { type RuledPlane, ruled } from '../../../support/control-plane/ruled.ts'
import { hiddenFields, type Visitor, visitorOf } from '../../../support/control-plane/visitor.ts'
import {
  clientSecret,
  type LocalProvider,
  oidcSettings,
  startIdentityProvider,
} from '../../../support/oidc/identity-provider.ts'
import { arrive, oidcCallback } from '../../../support/oidc/oidc-visitor.ts'

let provider: LocalProvider
before(async () => {
  provider = await startIdentityProvider({ callbacks: [oidcCallback] })
})
after(() => provider[Symbol.asyncDispose]())

const idOf = (login: string) => personId(provider.issuer, login)

/** A plane whose releases need so many approvals, and whose people sign in at the provider. */
function ruledAt(approvals: number): Promise<RuledPlane> {
  const fetch = createLeanFetch({ env: {} })
  const oidc = { settings: oidcSettings(provider.issuer), secret: clientSecret, fetch, deadlineMs: 30_000 }
  return ruled({ approvals }, { oidc })
}

async function signIn(plane: RuledPlane, login: string, ...groups: string[]): Promise<Visitor> {
  provider.people.set(login, { name: `${login} at work`, groups })
  const { session, text } = await arrive(plane, provider, login)
  assert.notEqual(session, '', text)
  return visitorOf(plane, session)
}

/** Sends the form on the page of an act; the status, and what the page says then. */
async function act(who: Visitor, path: string, fields: Record<string, string> = {}): Promise<[number, string]> {
  const hidden = hiddenFields(await who.page(path))
  const response = await who.send(path.split('?', 1)[0] ?? '', { ...hidden, reason: 'looked at it', ...fields })
  return [response.status, response.headers.get('location') ?? (await response.text())]
}

test('people of the provider propose and approve, and the log names them', async () => {
  await using plane = await ruledAt(1)
  const otto = await signIn(plane, 'otto', 'on-call')
  const anna = await signIn(plane, 'anna', 'approvers')
  const [status, address] = await act(otto, `/features/f/start?version=${plane.next}`)
  assert.deepEqual([status, address.startsWith('/proposals/')], [303, true], address)
  assert.deepEqual(await act(anna, `${address}/approve`), [303, address])
  const rows = (await plane.store.audit('f')).slice(-3)
  assert.deepEqual(
    rows.map(({ action, actor, tokenId }) => [action, actor, tokenId]),
    [
      ['approval.propose', 'otto at work', idOf('otto')],
      ['approval.approve', 'anna at work', idOf('anna')],
      ['rollout.start', 'anna at work', idOf('anna')],
    ],
  )
  assert.equal((await plane.store.feature('f'))?.rollout?.canary, plane.next)
  assert.match(await otto.page(address), /approved by anna at work/)
})

test('a person is one, by however many groups and sessions, and by tokens of their own', async () => {
  await using plane = await ruledAt(1)
  const olga = await signIn(plane, 'olga', 'on-call', 'approvers')
  const [, address] = await act(olga, `/features/f/start?version=${plane.next}`)
  const again = await signIn(plane, 'olga', 'approvers')
  for (const who of [olga, again]) {
    assert.match(await who.page(`${address}/approve`), /whoever proposes a release does not approve it: both by/)
    const forced = { revision: '1', sendKey: 'a-key-of-a-page-1', reason: 'mine' }
    const { status } = await who.send(`${address}/approve`, forced)
    assert.ok(status === 403 || status === 409, String(status))
  }
  assert.equal((await plane.store.feature('f'))?.rollout, null)
  const id = address.split('/').at(-1) ?? ''
  await plane.token('the-second-hand-of-olga', { scopes: ['approver'], madeBy: idOf('olga') })
  const second = await plane.decide(id, 'approve', 'the-second-hand-of-olga')
  assert.deepEqual([second.status, second.body.code], [403, 'may-not-approve'])
  assert.match(second.body.detail, /(?:"|&quot;)olga at work(?:"|&quot;) made /)
  await plane.token('the-proposing-hand-of-olga', { scopes: ['operator'], madeBy: idOf('olga') })
  const proposed = { act: 'activate', version: plane.next, reason: 'r' }
  const { body } = await plane.propose(proposed, 'the-proposing-hand-of-olga')
  assert.match(await again.page(`/proposals/${body.id}/approve`), /(?:"|&quot;)olga at work(?:"|&quot;) made /)
})

test('of two approvals, that of a person who was revoked or has lost the role since counts no more', async () => {
  await using plane = await ruledAt(2)
  const { id } = (await plane.propose()).body
  const [bert, cora, dora] = [
    await signIn(plane, 'bert', 'approvers'),
    await signIn(plane, 'cora', 'approvers'),
    await signIn(plane, 'dora', 'approvers'),
  ]
  const path = `/proposals/${id}/approve`
  assert.equal((await act(bert, path))[0], 303)
  const twice = await bert.page(path)
  assert.match(twice, /another person must approve too: both by &quot;bert at work&quot;/)
  await plane.ask(`DELETE /v1/tokens/${idOf('bert')}`, { as: 'admin' })
  assert.equal((await act(cora, path))[0], 303)
  assert.deepEqual([(await plane.store.proposal(id))?.state, await plane.actions(1)], ['open', ['approval.approve']])
  await signIn(plane, 'cora', 'staff')
  assert.equal((await act(dora, path))[0], 303)
  assert.equal((await plane.store.proposal(id))?.state, 'open', 'of three approvals one counts')
  const shown = (await plane.ask(`GET /v1/proposals/${id}`, { as: 'viewer' })).body
  assert.deepEqual([shown.missing, shown.approvals.length, shown.approvals[0].tokenId], [1, 1, idOf('dora')])
  assert.equal((await plane.decide(id, 'approve')).body.state, 'done')
})

test('a person who is revoked while the last approval is under way has not approved', async () => {
  await using plane = await ruledAt(2)
  const { id } = (await plane.propose()).body
  assert.equal((await act(await signIn(plane, 'erna', 'approvers'), `/proposals/${id}/approve`))[0], 303)
  const { feature } = plane.store
  let reads = 0
  // The release reads the feature once more before it is made.
  plane.store.feature = async (name) => {
    reads += 1
    if (reads === 2) await plane.ask(`DELETE /v1/tokens/${idOf('erna')}`, { as: 'admin' })
    return feature(name)
  }
  const last = await plane.decide(id, 'approve')
  plane.store.feature = feature
  assert.ok(reads >= 2)
  assert.notEqual(last.body.state, 'done', JSON.stringify(last.body))
  assert.equal((await plane.store.feature('f'))?.rollout, null)
})
