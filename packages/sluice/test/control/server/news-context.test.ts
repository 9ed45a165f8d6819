import assert from 'node:assert/strict'
import { test } from 'node:test'
import { releaseNews } from '../../../src/control/notify/release-news.ts'
import { newsContext } from '../../../src/control/server/news-context.ts'
import { linksTo } from '../../../src/control/server/serve/serve-engine.ts'
import { testPlane } from '../../support/control-plane.ts'
import { startCanary } from '../../support/watched-canary.ts'

test('whoever is called gets the worst answer, the next command and a link to the page, and no text of a user', async () => {
  await using plane = await testPlane()
  const { id, canary } = await startCanary(plane, 'mail')
  await plane.store.putContent([
    {
      ...{ id: 'o-1', feature: 'mail', version: canary, rolloutId: id, unit: null, input: { email: 'private' } },
      ...{ output: 'private too', score: 0.2, storedAt: 1, expiresAt: Number.MAX_SAFE_INTEGER },
      judgement: { items: [{ id: 'dates', verdict: 'no', evidence: 'private', reasoning: 'private' }] },
    },
  ])
  await plane.ask('POST /v1/features/mail/rollback', { as: 'operator', body: { reason: 'wrong dates' } })
  const row = (await plane.store.audit('mail')).at(-1)
  assert.ok(row)
  const context = await newsContext(plane.store, row)
  const news = releaseNews(row, { project: 'acme/mail', linkTo: linksTo('https://sluice.example.com'), context })
  assert.deepEqual(news?.details, [
    'Worst answer: o-1, score 0.200, failed dates.',
    `Next: sluice rollout report ${id}`,
  ])
  assert.equal(news?.link, `https://sluice.example.com/rollouts/${id}`)
  assert.ok(news?.facts.includes(`rollout ${id}`))
  assert.doesNotMatch(JSON.stringify(news), /private/)
  const broken = { ...plane.store, feature: () => Promise.reject(new Error('away')) }
  assert.deepEqual(await newsContext(broken, row), { labels: new Map(), details: [] })
})

test('links lead to pages', () => {
  assert.equal(linksTo('https://s.example')('a b', null), 'https://s.example/features/a%20b')
  assert.equal(linksTo(null)('mail', 'r1'), undefined)
})
