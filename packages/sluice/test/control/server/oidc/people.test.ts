import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { personId } from '../../../../src/control/server/access/people.ts'
import { scopes } from '../../../../src/records/token-scopes.ts'
import { type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'
import { sendForm, signedIn } from '../../../support/control-plane/visitor.ts'
import { type LocalProvider, startIdentityProvider } from '../../../support/oidc/identity-provider.ts'
import { arrive, oidcCallback, planeAt, visit } from '../../../support/oidc/oidc-visitor.ts'

let provider: LocalProvider
before(async () => {
  provider = await startIdentityProvider({ callbacks: [oidcCallback] })
})
after(() => provider[Symbol.asyncDispose]())

const idOf = (login: string) => personId(provider.issuer, login)

test('each group gives its role, to a person who has a record and no secret', async () => {
  await using plane = await planeAt(provider)
  const roles: [string, unknown, string[], string[] | null][] = [
    ['vera', ['staff'], ['viewer'], null],
    ['otto', ['staff', 'on-call'], ['operator', 'viewer'], null],
    ['olga', ['approvers', 'on-call', 'of no interest'], ['operator', 'approver'], null],
    ['anna', 'admins', ['admin'], null],
    ['mike', ['mail', 'staff', 'on-call'], ['operator'], ['mail']],
  ]
  for (const [login, groups, scopes, features] of roles) {
    provider.people.set(login, { name: `${login} at work`, groups })
    const { status, text, session, response } = await arrive(plane, provider, login, '/settings')
    assert.equal(status, 200, text)
    assert.match(text, new RegExp(`<b>${login} at work</b>.*href="/settings"`))
    assert.equal(response.headers.get('refresh'), '0; url=/settings')
    const settings = await (await visit(plane, '/settings', session)).text()
    assert.match(settings, new RegExp(`<b>${login} at work</b>`))
    const record = await plane.store.tokenById(idOf(login))
    assert.deepEqual(
      [record?.scopes, record?.features, record?.person],
      [scopes, features, { issuer: provider.issuer, subject: login }],
    )
    for (const as of [record?.hash ?? '', idOf(login), login])
      assert.equal((await plane.ask('GET /v1/features', { as })).status, 401)
  }
  const rows = (await plane.store.audit('_system')).filter(({ action }) => action === 'person.rights')
  assert.deepEqual(
    rows.map(({ actor, tokenId, evidence }) => [actor, tokenId, evidence]),
    [
      ['vera at work', idOf('vera'), { groups: ['staff'] }],
      ['otto at work', idOf('otto'), { groups: ['on-call', 'staff'] }],
      ['olga at work', idOf('olga'), { groups: ['on-call', 'approvers'] }],
      ['anna at work', idOf('anna'), { groups: ['admins'] }],
      ['mike at work', idOf('mike'), { groups: ['mail'] }],
    ],
  )
  await arrive(plane, provider, 'otto')
  assert.equal((await plane.store.audit('_system')).length, rows.at(-1)?.seq, 'nothing has changed, nothing is written')
})

test('a person who may see one feature finds no trace of another', async () => {
  await using plane = await planeAt(provider)
  for (const feature of ['mail', 'merger']) {
    const version = await plane.publish(feature, `text of ${feature}`)
    const body = { version, reason: `launch of ${feature}` }
    await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'admin', body })
  }
  provider.people.set('mike', { name: 'Mike', groups: ['mail', 'admins'] })
  const settings = { roles: [{ group: 'mail', role: 'admin' as const, features: ['mail'] }, ...adminsLast] }
  await using limited = await planeAt(provider, { store: plane.store, oidc: settings })
  const { session } = await arrive(limited, provider, 'mike')
  for (const path of ['/', '/costs', '/judge', '/instances', '/settings', '/features/mail', '/audit/mail']) {
    const shown = await visit(limited, path, session)
    const text = await shown.text()
    assert.equal(shown.status, 200, `${path}: ${text}`)
    assert.doesNotMatch(text, /merger/, path)
  }
  const tokens = /<h2>Tokens and people<\/h2>.*<\/section>/s.exec(
    await (await visit(limited, '/settings', session)).text(),
  )?.[0]
  assert.match(tokens ?? '', /Mike/)
  assert.doesNotMatch(tokens ?? '', /-scope-/, 'nor of tokens that reach further')
  for (const path of ['/features/merger', '/audit/merger', '/features/none', '/audit/_system']) {
    const shown = await visit(limited, path, session)
    assert.equal(shown.status, 404, path)
    assert.doesNotMatch(await shown.text(), /launch|text of/, path)
  }
})

const adminsLast = [{ group: 'admins', role: 'admin' as const }]

test('whoever has no group with a role is told what came and what helps, and leaves no record', async () => {
  await using plane = await planeAt(provider)
  provider.people.set('ned', { name: 'Ned', groups: ['sales', '<b>lunch</b>'] })
  const refused = await arrive(plane, provider, 'ned', '/costs')
  assert.deepEqual([refused.status, refused.session], [403, ''])
  assert.match(
    refused.text,
    /None of your groups has a role here: the claim &quot;groups&quot; of http:\/\/127[^ ]* names &quot;sales&quot;, &quot;&lt;b&gt;lunch/,
  )
  assert.match(refused.text, /server\.oidc\.roles in sluice\.yaml/)
  assert.doesNotMatch(refused.text, /on-call|admins/, 'which groups have a role is told to nobody without one')
  assert.match(refused.text, /name="next" value="\/costs"/)
  provider.people.set('ned', { name: 'Ned' })
  assert.match(
    (await arrive(plane, provider, 'ned')).text,
    /has not sent the claim &quot;groups&quot;, only .*&quot;name&quot;/,
  )
  provider.people.set('ned', { groups: Array.from({ length: 10_000 }, (_, index) => `group-${index}`) })
  assert.match((await arrive(plane, provider, 'ned')).text, /&quot;group-9&quot;, and 9,990 more\./)
  assert.equal(await plane.store.tokenById(idOf('ned')), undefined)
  assert.match(plane.logged(), /"message":"sign-in by the identity provider refused","code":"no-role"/)
})

test('lost groups take the role away at the next sign-in, in every browser, and on the record', async () => {
  await using plane = await planeAt(provider)
  provider.people.set('lea', { name: 'Lea', groups: ['admins'] })
  const { session } = await arrive(plane, provider, 'lea')
  const other = await arrive(plane, provider, 'lea')
  provider.people.set('lea', { name: 'Lea', groups: ['staff'] })
  const narrow = await arrive(plane, provider, 'lea')
  plane.clock.advance(2000)
  for (const cookie of [session, other.session, narrow.session])
    assert.match(await (await visit(plane, '/', cookie)).text(), /<small>viewer · all features<\/small>/)
  provider.people.set('lea', { name: 'Lea', groups: [] })
  assert.equal((await arrive(plane, provider, 'lea')).status, 403)
  plane.clock.advance(2000)
  for (const cookie of [session, other.session, narrow.session])
    assert.equal((await visit(plane, '/', cookie)).status, 303)
  const rows = (await plane.store.audit('_system')).filter(({ tokenId }) => tokenId === idOf('lea'))
  assert.deepEqual(
    rows.map(({ action, before, after }) => [action, scopesIn(before), scopesIn(after)]),
    [
      ['person.rights', null, ['admin']],
      ['person.rights', ['admin'], ['viewer']],
      ['person.rights', ['viewer'], []],
    ],
  )
  const { body } = await plane.ask('GET /v1/tokens', { as: 'admin' })
  const listed = body.tokens.find(({ id }: { id: string }) => id === idOf('lea'))
  const settings = await (await signedIn(plane, 'admin')).page('/settings')
  assert.match(settings, /Lea<\/th>\n.*no group of theirs has a role.*\n.*>nothing</)
  assert.deepEqual([listed.scopes, listed.person.subject], [[], 'lea'])
})

const scopesIn = (state: unknown) => (state as { scopes: string[] } | null)?.scopes ?? null

test('a revoked person stays out until an admin lets them in, and then needs a new session', async () => {
  await using plane = await planeAt(provider)
  provider.people.set('rob', { name: 'Rob', groups: ['on-call'] })
  const { session } = await arrive(plane, provider, 'rob')
  const id = idOf('rob')
  assert.equal((await plane.ask(`DELETE /v1/tokens/${id}`, { as: 'admin' })).status, 200)
  plane.clock.advance(2000)
  assert.equal((await visit(plane, '/', session)).status, 303)
  provider.people.set('rob', { name: 'Rob', groups: ['admins'] })
  const refused = await arrive(plane, provider, 'rob')
  assert.deepEqual([refused.status, refused.session], [403, ''])
  assert.match(refused.text, /Rob was revoked here.*sluice token reinstate/)
  assert.deepEqual((await plane.store.tokenById(id))?.scopes, ['operator'])
  await plane.ask(`POST /v1/tokens/${id}/reinstate`, { as: 'admin' })
  plane.clock.advance(2000)
  assert.equal((await visit(plane, '/', session)).status, 303, 'the session from before stays ended')
  const back = await arrive(plane, provider, 'rob')
  assert.equal((await visit(plane, '/', back.session)).status, 200)
})

test('signing out everywhere ends all sessions of a person, who may come back at once', async () => {
  await using plane = await planeAt(provider)
  provider.people.set('eve', { name: 'Eve', groups: ['staff'] })
  const [here, there] = [await arrive(plane, provider, 'eve'), await arrive(plane, provider, 'eve')]
  const page = await (await visit(plane, '/settings', here.session)).text()
  const formKey = /name="formKey" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const form = { formKey, everywhere: 'yes' }
  assert.equal((await sendForm(plane, '/sign-out', form, { cookie: here.session })).status, 303)
  const again = await arrive(plane, provider, 'eve')
  assert.equal((await visit(plane, '/', again.session)).status, 200, 'though the old record is kept for two seconds')
  plane.clock.advance(2000)
  const statuses = [here, there, again].map(async ({ session }) => (await visit(plane, '/', session)).status)
  assert.deepEqual(await Promise.all(statuses), [303, 303, 200])
})

test('a session of a person ends after eight hours, and with the provider that it came from', async () => {
  await using plane = await planeAt(provider)
  provider.people.set('tom', { name: 'Tom', groups: ['staff'] })
  const { session } = await arrive(plane, provider, 'tom')
  await using tokensOnly = await testPlane({ store: plane.store, manual: plane.clock })
  assert.equal((await visit(tokensOnly, '/', session)).status, 303)
  const shownAt = async (at: Pick<TestPlane, 'plane'>) => {
    const page = await (await signedIn(at, 'admin')).page('/settings')
    return /Tom .*? (?=viewer)/.exec(page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' '))?.[0]
  }
  assert.match((await shownAt(plane)) ?? '', /^Tom ✓ signs in at /)
  assert.match((await shownAt(tokensOnly)) ?? '', /^Tom \? their identity provider is not asked any more $/)
  await using elsewhere = await planeAt({ issuer: 'http://127.0.0.1:1' }, { store: plane.store, manual: plane.clock })
  assert.equal((await visit(elsewhere, '/', session)).status, 303)
  assert.match((await shownAt(elsewhere)) ?? '', /^Tom \? their/)
  await using slash = await planeAt({ issuer: `${provider.issuer}/` }, { store: plane.store, manual: plane.clock })
  assert.equal((await visit(slash, '/', session)).status, 200, 'a slash makes no other provider')
  assert.match((await shownAt(slash)) ?? '', /^Tom ✓ signs in at /)
  assert.equal((await arrive(slash, provider, 'tom')).status, 200)
  assert.equal((await plane.store.tokens()).filter(({ person }) => person).length, 1, 'and nobody new')
  plane.clock.jump(8 * 3_600_000 - 1)
  assert.equal((await visit(plane, '/', session)).status, 200)
  plane.clock.advance(1)
  assert.equal((await visit(plane, '/', session)).status, 303)
})

test('people are told apart by what the provider calls them, whatever they call themselves', async () => {
  await using plane = await planeAt(provider)
  const names = async (login: string, claims: Record<string, unknown>) => {
    provider.people.set(login, { groups: ['staff'], ...claims })
    const { status, text } = await arrive(plane, provider, login)
    assert.equal(status, 200, text)
    return (await plane.store.tokenById(idOf(login)))?.name
  }
  const own = (login: string) => `(${idOf(login).slice(0, 10)})`
  const same = { name: 'Ann Lee', email: 'ann@example.com' }
  assert.equal(await names('ann-1', same), 'Ann Lee')
  assert.equal(await names('ann-2', same), `Ann Lee ${own('ann-2')}`)
  assert.equal(await names('ann-1', same), 'Ann Lee')
  assert.equal(await names('ann-3', { name: 'ＡＮＮ  lee' }), `ＡＮＮ lee ${own('ann-3')}`)
  assert.equal(await names('sly', { name: 'Sluice' }), `Sluice ${own('sly')}`)
  assert.equal(await names('pia', { name: 7, preferred_username: ' ', email: 'pia@example.com' }), 'pia@example.com')
  assert.equal(await names('nil', {}), `person ${own('nil')}`)
  const odd = `<script>alert(1)</script>\u0000\u202e\ud800${'x'.repeat(10_000)}`
  const shown = await names('odd', { name: odd })
  assert.match(shown ?? '', /^<script>alert\(1\)<\/script>␀\[U\+202E\]�x+$/)
  assert.equal(shown?.length, 80)
  const before = (await plane.store.tokens()).length
  for (const login of ['x'.repeat(256), 'jos\u00e9']) {
    provider.people.set(login, { name: login, groups: ['staff'] })
    const { status, text, session } = await arrive(plane, provider, login)
    assert.deepEqual([status, session], [403, ''])
    assert.match(text, /by an id \(sub\) that is not 1 to 255 ASCII characters/)
  }
  assert.equal((await plane.store.tokens()).length, before)
})

test('with too many records nobody new gets one, and whoever has one comes in', async () => {
  const growth = { features: 10, versionsOfFeature: 10, tokens: scopes.length + 1 }
  await using plane = await planeAt(provider, { settings: { growth } })
  for (const login of ['first', 'second']) provider.people.set(login, { name: login, groups: ['staff'] })
  assert.equal((await arrive(plane, provider, 'first')).status, 200)
  const refused = await arrive(plane, provider, 'second')
  assert.equal(refused.status, 409)
  assert.match(refused.text, /There are 7 tokens already, which is the limit/)
  assert.equal((await arrive(plane, provider, 'first')).status, 200)
})
