import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoopFault } from '../../../../src/control/loops/loop-faults.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

test('background work for all features that fails keeps every feature from being said to be well, on every page', async () => {
  const faults: LoopFault[] = []
  await using plane = await testPlane({
    engineState: { assessment: async () => null, drift: async () => null, faults: () => faults },
  })
  for (const feature of ['mail', 'title']) {
    const version = await plane.publish(feature, 'a')
    await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body: { version, reason: 'launch' } })
  }
  const token = await plane.token('limited-to-mail', { scopes: ['viewer'], features: ['mail'] })
  const shown = async () => {
    plane.clock.advance(1000)
    const [all, limited] = [await signedIn(plane, 'viewer'), await signedIn(plane, 'viewer', token)]
    const pages = [all.page('/'), all.page('/features/mail'), limited.page('/'), limited.page('/features/mail')]
    return (await Promise.all(pages)).map(text)
  }
  const none = 'None of \\d features? has a rollout that is held, raises an alarm or was rolled back today, nor'
  const own = new RegExp(`✓ ${none} background work of its own that fails`)
  for (const [index, page] of (await shown()).entries()) {
    if (index % 2 === 0) assert.match(page, own)
    assert.match(page, /✓ no background work fails/)
    assert.doesNotMatch(page, /Failing/)
  }
  faults.push({ loop: 'the canaries', feature: null, code: 'refused', since: plane.clock.now(), failures: 3 })
  for (const [index, page] of (await shown()).entries()) {
    if (index % 2 === 0) assert.match(page, new RegExp(`[^✓] ${none} .* ✕ background work for all features fails`))
    assert.match(page, /Failing the canaries fails \(refused, 3 times in a row, since 24 Nov/)
    assert.match(page, /\? only background work for all features fails/)
    assert.doesNotMatch(page, /✓ no|✓ None/)
  }
})
