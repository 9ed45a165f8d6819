import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instancesAnswer } from '../../../../src/control/remote/answers.ts'
import { statusText } from '../../../../src/control/remote/status.ts'
import { app, stagedPlane } from '../../../support/control-plane/environments.ts'
import { acknowledge } from '../../../support/control-plane/launched.ts'
import { hiddenFields, signedIn } from '../../../support/control-plane/visitor.ts'

test('pages say which environment, and lead a version from one to the next', async () => {
  await using plane = await stagedPlane()
  const { first, next, activate } = plane
  await activate('summary@staging', first)
  await activate('summary', first)
  await activate('summary@staging', next)
  const visitor = await signedIn(plane, 'operator')
  const overview = await visitor.page('/')
  for (const name of ['summary@staging', 'summary@production']) assert.ok(overview.includes(`>${name}</a>`), name)
  const address = `/features/summary%40production/start?version=${next}`
  for (const path of ['/features/summary', '/features/summary@staging']) {
    const page = await visitor.page(path)
    assert.ok(page.includes(`href="${address}">Release to production …</a>`), path)
    assert.equal(page.match(/Release to/g)?.length, 1)
  }
  const looking = await signedIn(plane, 'viewer')
  assert.doesNotMatch(await looking.page('/features/summary'), /Release to/)
  const started = await visitor.send(address.split('?')[0] ?? '', {
    ...hiddenFields(await visitor.page(address)),
    reason: 'it did well in staging',
    acceptUndecided: 'yes',
  })
  assert.equal(started.status, 303, await started.text())
  assert.equal((await plane.feature('summary')).rollout.canary, next)
  assert.doesNotMatch(await visitor.page('/features/summary'), /Release to/, 'it is on its way there')
  const unknown = await visitor.get('/features/summary@stagin')
  assert.equal(unknown.status, 404)
  assert.match(await unknown.text(), /There is no environment &quot;stagin&quot;: there are staging and production/)
})

test('the present revision is told of each environment, and each instance with its own', async () => {
  await using plane = await stagedPlane()
  await plane.activate('summary@staging', plane.first)
  await plane.activate('summary', plane.first)
  await plane.activate('summary@staging', plane.next)
  for (const place of ['staging', 'production'] as const) await acknowledge(plane, `host-${place}`, {}, app[place])
  const revisionIn = async (as: string) => (await plane.ask('GET /v1/snapshot', { as })).body.revision
  const [staging, production] = [await revisionIn(app.staging), await revisionIn(app.production)]
  assert.notEqual(staging, production)
  const present = `${staging} in staging, ${production} in production`
  const page = (await (await signedIn(plane, 'operator')).page('/instances')).replaceAll(/<[^>]+>/g, '')
  assert.ok(page.includes(`All 2 are up to datepresent revision ${present}`), page)
  assert.match(page, new RegExp(`host-staging\\s+✓ ?up to date\\s+${staging} in staging`))
  const { body } = await plane.ask('GET /v1/instances', { as: 'viewer' })
  assert.equal(body.current.revision, production)
  const answer = instancesAnswer.parse(body)
  assert.ok(
    statusText({ features: [], instances: answer }, 0).includes(`2 of 2 are up to date, at revision ${present}\n`),
  )
  const behind = answer.instances.map((one) => ({ ...one, upToDate: false }))
  const lagging = statusText({ features: [], instances: { ...answer, instances: behind } }, 0)
  assert.ok(lagging.includes(`host-staging has revision ${staging} in staging\n`), lagging)

  const limited = await plane.token('a-viewer-of-staging', { scopes: ['viewer'], environments: ['staging'] })
  const own = (await plane.ask('GET /v1/instances', { as: limited })).body
  assert.deepEqual(own.environments, [{ environment: 'staging', revision: staging }])
})

test('a page refuses a release before its turn, and makes it in an emergency', async () => {
  await using plane = await stagedPlane()
  const visitor = await signedIn(plane, 'operator')
  const address = `/features/summary/activate?version=${plane.first}`
  const refused = await visitor.page(address)
  assert.match(refused, /cannot go to production yet: it was never active in staging/)
  assert.doesNotMatch(refused, /name="reason"/)
  const first = `/features/summary%40staging/activate?version=${plane.first}`
  assert.ok(refused.includes(`href="${first}">Release it as summary@staging first</a>`))
  assert.doesNotMatch(refused, /Try it on a share/, 'which would be refused, too')
  assert.match(await visitor.page(first), /name="reason"/)
  assert.match(refused, /breakGlass=yes">All the same, in an emergency/)
  const page = await visitor.page(`${address}&breakGlass=yes`)
  const made = await visitor.send('/features/summary/activate', { ...hiddenFields(page), reason: 'staging is down' })
  assert.equal(made.status, 303, await made.text())
  assert.equal((await plane.feature('summary')).active, plane.first)
})

test('who may not see the environment before is refused in general words, by pages and answers, and led nowhere', async () => {
  await using plane = await stagedPlane()
  const as = await plane.token('an-operator-of-production', { scopes: ['operator'], environments: ['production'] })
  const visitor = await signedIn(plane, 'operator', as)
  const path = '/features/summary/activate'
  const early =
    /cannot go to production yet: an earlier environment has not given it to everybody, or has taken it back\./
  const page = await visitor.page(`${path}?version=${plane.first}`)
  assert.match(page, early)
  assert.match(page, /All the same, in an emergency/)
  assert.match(await visitor.page(`${path}?version=${plane.first}&breakGlass=yes`), early)
  const body = { version: plane.first, reason: 'r' }
  const refused = await plane.ask('PUT /v1/features/summary/active', { as, body })
  assert.equal(refused.body.code, 'environment-before')
  assert.match(refused.body.detail, early)
  for (const text of [page, refused.body.detail]) assert.doesNotMatch(text, /staging|first<\/a>/)
  const missing = async (feature: string) => {
    const response = await visitor.get(`/features/${feature}`)
    return [response.status, /There is no such feature, or this token may not see it/.test(await response.text())]
  }
  assert.deepEqual(
    [await missing('summary@staging'), await missing('summary@nope')],
    [
      [404, true],
      [404, true],
    ],
  )
  const { body: named } = await plane.ask('GET /v1/features/summary@nope', { as })
  assert.deepEqual(
    [named.code, /not for the environment nope\.$/.test(named.detail)],
    ['environment-not-allowed', true],
  )
})
