import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEvent } from '../../../../src/control/store/apply-event.ts'
import type { ProofStrength } from '../../../../src/records/rollout/rollout.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { nothingKnown, planeThatKnows, startCanary, watchCanary } from '../../../support/rollout/watched-canary.ts'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

const marks: Record<ProofStrength, { mark: string; line: string }> = {
  strong: { mark: '✓', line: 'pass' },
  weak: { mark: '!', line: 'muted' },
  time: { mark: '!', line: 'muted' },
}

for (const [strength, { mark, line }] of Object.entries(marks))
  test(`a promotion is marked as well only where it was proven, on each page and in each chart: ${strength}`, async () => {
    const known = nothingKnown()
    await using plane = await planeThatKnows(known)
    const rollout = await startCanary(plane, 'mail')
    watchCanary(rollout, known, { worseBy: 0, looks: 3 })
    const rolloutId = rollout.id
    const event = { type: 'promote', reason: 'so', strength: strength as ProofStrength, rolloutId } as const
    await applyEvent(plane.store, 'mail', event, { at: plane.clock.now() + 900_000, by: 'x' }, { tokenId: null })
    await plane.pass(2000)
    const ann = await signedIn(plane, 'viewer')
    for (const path of [`/rollouts/${rolloutId}`, '/features/mail', '/']) {
      const found = text(await ann.page(path)).match(/[✓!✕?○] promoted/gi) ?? []
      assert.deepEqual([...new Set(found.map((each) => each.toLowerCase()))], [`${mark} promoted`], path)
    }
    const page = await ann.page(`/rollouts/${rolloutId}`)
    const events = [...page.matchAll(/class="event-label tone-(\w+)"[^>]*>promoted/gs)].map(([, tone]) => tone)
    assert.deepEqual([...new Set(events)], [line])
  })
