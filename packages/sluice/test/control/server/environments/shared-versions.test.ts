import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promptVersion } from '../../../support/control-plane/control-plane.ts'
import { type StagedPlane, stagedPlane } from '../../../support/control-plane/environments.ts'
import { content } from '../../../support/store/store-samples.ts'

const storing = { store: true, retention: '10d', judge: { percent: 100 } }
const judged = { rubric: [{ id: 'good', ask: 'Is it good?' }], judge: { model: 'local:judge' } }

async function publish(plane: StagedPlane, more: object, feature = 'summary') {
  const body = { content: promptVersion('a'), ...judged, ...more }
  return plane.ask(`POST /v1/features/${feature}/versions`, { as: 'ci', body })
}

test('what is published last limits what is stored in each environment at once, and keeps no proposal from approval', async () => {
  await using plane = await stagedPlane()
  await publish(plane, { live: storing })
  await plane.activate('summary@staging', plane.first)
  const live = async (key: string) => (await plane.store.feature(key))?.live
  assert.equal((await live('summary@staging'))?.store, true)
  await plane.store.putContent([{ ...content('kept'), feature: 'summary@staging', version: plane.first }])
  const { body } = await publish(plane, { live: { ...storing, store: false } })
  assert.equal((await live('summary@staging'))?.store, false)
  assert.deepEqual(body.notes, ['Storing is off: 1 stored text of summary@staging deleted.'])
  assert.equal(await plane.store.content({ feature: 'summary@staging', id: 'kept' }), undefined)
  const [row] = (await plane.store.audit('summary@staging')).slice(-1)
  assert.deepEqual([row?.action, row?.reason], ['version.settings', 'settings were published: live.store'])
  const again = await publish(plane, { live: { ...storing, store: false } })
  assert.deepEqual([again.status, (await plane.store.audit('summary@staging')).at(-1)?.seq], [200, row?.seq])
})

test('the judge of a version stays while it is rolled out in any environment', async () => {
  await using plane = await stagedPlane()
  await publish(plane, {})
  await plane.activate('summary@staging', plane.next)
  const started = await plane.start('summary@staging', plane.first)
  assert.equal(started.status, 201)
  const refused = await publish(plane, { rubric: [{ id: 'bad', ask: 'Is it bad?' }] })
  assert.deepEqual([refused.status, refused.body.code], [409, 'settings-locked'])
})

test('a version is published for all environments', async () => {
  await using plane = await stagedPlane()
  const refused = await publish(plane, {}, 'summary@staging')
  assert.equal(refused.status, 400)
  assert.match(
    refused.body.detail,
    /published once for all environments: publish it as summary, then release it in sta/,
  )
  const { versions } = await plane.feature('summary@staging')
  assert.deepEqual(
    versions.map(({ id }: { id: string }) => id),
    [plane.first, plane.next],
  )
})
