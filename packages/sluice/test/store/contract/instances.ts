import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../support/until.ts'
import type { Implementation } from './implementations.ts'
import { instance, start } from './samples.ts'

export function testInstances({ name: kind, open }: Implementation): void {
  test(`${kind}: an instance is known by its last report and its first time`, async (context) => {
    const store = await open(context)
    await store.acknowledge([instance('b'), instance('a', { seenAt: start - 1 })])
    const later = instance('b', { revision: 2, hash: 'h2', stale: true, firstSeenAt: start + 9, seenAt: start + 9 })
    await store.acknowledge([later])
    assert.deepEqual(await store.instances(0), [instance('a', { seenAt: start - 1 }), { ...later, firstSeenAt: start }])
    assert.deepEqual(
      (await store.instances(start)).map((record) => record.instance),
      ['b'],
    )
    await store.forgetInstance('b')
    assert.equal((await store.instances(start)).length, 0)
  })

  test(`${kind}: of two reports of an instance in one call the last counts`, async (context) => {
    const store = await open(context)
    await store.acknowledge([instance('a', { revision: 1 }), instance('a', { revision: 2 })])
    assert.deepEqual(await store.instances(0), [instance('a', { revision: 2 })])
  })

  test(`${kind}: listeners hear of acknowledgements until they stop`, async (context) => {
    const store = await open(context)
    let heard = 0
    const stop = store.onAcknowledge(() => {
      heard += 1
    })
    await store.acknowledge([instance('a')])
    await until(() => heard > 0, 'the acknowledgement')
    stop()
  })
}
