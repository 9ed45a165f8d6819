import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createSignInLink } from '../../../../src/control/server/access/sign-in-link.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { manualClock } from '../../../support/manual-clock.ts'

const home = 'http://localhost'

test('a link signs in once, and what only looks ahead does not use it up', async () => {
  const link = createSignInLink('t-guest', { clock: manualClock(), randomBytes })
  await using plane = await testPlane({ settings: { signInLink: link } })
  await plane.token('token-of-the-guest', { id: 't-guest', scopes: ['viewer'] })
  const open = (path: string, init: RequestInit = {}) => plane.plane.fetch(new Request(`${home}${path}`, init))
  for (const ahead of [{ method: 'HEAD' }, { headers: { 'sec-purpose': 'prefetch' } }]) {
    const { status, headers } = await open(link.path, ahead)
    assert.deepEqual([status, headers.has('set-cookie')], [403, false])
  }
  assert.equal((await open(`${link.path}x`)).status, 403)
  assert.match(plane.logged(), /"status":403/)
  assert.ok(!plane.logged().includes(link.path.slice(-43)), 'the log has what would still sign in')
  const first = await open(link.path)
  const cookie = first.headers.get('set-cookie') ?? ''
  assert.deepEqual([first.status, first.headers.get('refresh')], [200, '0; url=/'])
  assert.match(cookie, /; HttpOnly; SameSite=Strict/)
  const inside = await open('/', { headers: { cookie: cookie.split(';', 1)[0] ?? '' } })
  assert.equal(inside.status, 200)
  const again = await open(link.path)
  assert.deepEqual([again.status, again.headers.has('set-cookie')], [403, false])
  assert.match(await again.text(), /This link worked once, for ten minutes, and has ended/)
})

test('a link is for ten minutes, and a token that is revoked signs nobody in', async () => {
  const clock = manualClock()
  const link = createSignInLink('t-guest', { clock, randomBytes })
  clock.advance(10 * 60_000)
  assert.equal(link.take(link.path.slice('/sign-in/link/'.length)), undefined)
  const fresh = createSignInLink('t-guest', { clock, randomBytes })
  await using plane = await testPlane({ settings: { signInLink: fresh } })
  await plane.token('token-of-the-guest', { id: 't-guest', scopes: ['viewer'], revokedAt: 1 })
  const { status, headers } = await plane.plane.fetch(new Request(`${home}${fresh.path}`))
  assert.deepEqual([status, headers.has('set-cookie')], [403, false])
})

test('without a link there is no such address', async () => {
  await using plane = await testPlane()
  assert.equal((await plane.plane.fetch(new Request(`${home}/sign-in/link/x`))).status, 404)
  assert.equal((await (await signedIn(plane, 'viewer')).get('/sign-in/link/x')).status, 404)
})
