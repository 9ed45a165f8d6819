import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forgottenAtATime, mostInstances } from '../../../../src/control/store/instance-store.ts'
import type { Implementation } from '../../../support/store/implementations.ts'
import { instance, start } from '../../../support/store/store-samples.ts'
import { until } from '../../../support/until.ts'

export function testInstances({ name: kind, open }: Implementation): void {
  test(`${kind}: an instance is known by its last report and its first time`, async (context) => {
    const store = await open(context)
    await store.acknowledge([instance('b'), instance('a', { mayServeUntil: start - 1 })])
    const later = instance('b', { revision: 2, hash: 'h2', stale: true, firstSeenAt: start + 9, seenAt: start + 9 })
    await store.acknowledge([later])
    assert.deepEqual(await store.instances(0), [
      instance('a', { mayServeUntil: start - 1 }),
      { ...later, firstSeenAt: start },
    ])
    assert.deepEqual(
      (await store.instances(start)).map((record) => record.instance),
      ['b'],
    )
    await store.forgetInstance(instance('b'))
    assert.equal((await store.instances(start)).length, 0)
  })

  test(`${kind}: a process that has nothing yet is counted, and takes nothing from one that has`, async (context) => {
    const store = await open(context)
    await store.acknowledge([instance('a')])
    await store.acknowledge([instance('a', { revision: -1 }), instance('b', { revision: -1 })])
    await store.acknowledge([instance('b', { revision: 3 })])
    const found = await store.instances(0)
    assert.deepEqual(
      found.map((record) => record.revision),
      [1, 3],
    )
  })

  test(`${kind}: of two reports of an instance in one call the last counts`, async (context) => {
    const store = await open(context)
    await store.acknowledge([instance('a', { revision: 1 }), instance('a', { revision: 2 })])
    assert.deepEqual(await store.instances(0), [instance('a', { revision: 2 })])
  })

  test(`${kind}: namesakes are told apart by token and process, and one speaks for itself alone`, async (context) => {
    const store = await open(context)
    const all = [
      instance('host', { tokenId: 't1', process: 'p1' }),
      instance('host', { tokenId: 't1', process: 'p2' }),
      instance('host', { tokenId: 't2', process: 'p1' }),
    ]
    await store.acknowledge(all)
    await store.acknowledge([{ ...all[0]!, revision: 2 }])
    await store.forgetInstance(all[1]!)
    const left = await store.instances(0)
    assert.deepEqual(
      left.map(({ tokenId, process, revision }) => [tokenId, process, revision]),
      [
        ['t1', 'p1', 2],
        ['t2', 'p1', 1],
      ],
    )
  })

  test(`${kind}: those that were silent for too long are forgotten, a bounded number at a time`, async (context) => {
    const store = await open(context)
    const many = Array.from({ length: forgottenAtATime }, (_, index) => instance(`gone-${index}`))
    await store.acknowledge(many)
    await store.acknowledge([instance('here', { mayServeUntil: start + 9000 })])
    while (await store.forgetSilent(start + 5000));
    const left = await store.instances(0)
    assert.deepEqual(
      left.map((record) => record.instance),
      ['here'],
    )
  })

  test(`${kind}: a token with too many instances loses the silent ones, and then gets no new ones`, async (context) => {
    const store = await open(context)
    const lasting = { tokenId: 't1', mayServeUntil: start + 9000 }
    const many = Array.from({ length: mostInstances }, (_, index) => {
      return instance(`i-${index}`, index === 0 ? { ...lasting, mayServeUntil: start - 1 } : lasting)
    })
    assert.equal(await store.acknowledge(many), 0)
    assert.equal(await store.acknowledge([instance('in', lasting)]), 0)
    assert.equal(await store.acknowledge([instance('out', lasting), instance('i-1', lasting)]), 1)
    assert.equal(await store.acknowledge([instance('out', { ...lasting, tokenId: 't2' })]), 0)
    const left = await store.instances(0)
    assert.equal(left.filter(({ tokenId }) => tokenId === 't1').length, mostInstances)
    assert.ok(!left.some((record) => record.instance === 'i-0'))
    const [gone] = left
    if (gone) await store.forgetInstance(gone)
    assert.equal(await store.acknowledge(['one', 'more'].map((name) => instance(name, lasting))), 1, 'of one call')
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
