import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GithubStanding } from '../../../../src/control/github/github-progress.ts'
import type { LoopFault } from '../../../../src/control/loops/loop-faults.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

const nothingKnown = { assessment: async () => null, drift: async () => null }

test('what GitHub is told of releases, and what is wrong with it, stands in the settings', async () => {
  const standing = { repository: 'acme/mail', link: null as GithubStanding['link'] }
  const faults: LoopFault[] = []
  const engineState = { ...nothingKnown, github: async () => standing, faults: () => faults }
  await using plane = await testPlane({ engineState })
  const ann = await signedIn(plane, 'viewer')
  const shown = async () => text(await ann.page('/settings')).match(/GitHub .*/s)?.[0]
  assert.match(
    (await shown()) ?? '',
    /^GitHub Releases and rollouts are reported to acme\/mail ?; nothing was reported yet\./,
  )
  const since = plane.clock.now()
  standing.link = { state: 'works', words: null, checkWay: 'status', since: 0 }
  assert.match((await shown()) ?? '', /✕ No replica reports it now ?: .* Last: works, since/)
  await plane.store.lead('github:acme/mail')
  standing.link = { state: 'refused', words: '401 Bad credentials', checkWay: null, since }
  assert.match((await shown()) ?? '', /Refused since .*: 401 Bad credentials .*The evidence stands nowhere\./)
  standing.link = { state: 'works', words: null, checkWay: 'status', since }
  assert.match((await shown()) ?? '', /Works since .*The evidence stands in a commit status\./)
  assert.match((await shown()) ?? '', /✓ Works since/)
  standing.link = { state: 'works', words: null, checkWay: null, since }
  assert.match((await shown()) ?? '', /! Works since .*The evidence stands nowhere\./)
  await using silent = await testPlane()
  const ben = await signedIn(silent, 'viewer')
  assert.match(text(await ben.page('/settings')), /GitHub GitHub is not told of releases\./)
})

test('GitHub is not said to work while it refuses what it is told, be it of one feature alone', async () => {
  const standing = { repository: 'acme/mail', link: null as GithubStanding['link'] }
  const faults: LoopFault[] = []
  const engineState = { ...nothingKnown, github: async () => standing, faults: () => faults }
  await using plane = await testPlane({ engineState })
  await plane.store.lead('github:acme/mail')
  const since = plane.clock.now()
  const ann = await signedIn(plane, 'viewer')
  const shown = async () => text(await ann.page('/settings')).match(/GitHub .*/s)?.[0] ?? ''
  faults.push({ loop: 'telling GitHub', feature: 'mail', code: 'refused', since, failures: 3 })
  faults.push({ loop: 'telling another', feature: 'mail', code: 'refused', since, failures: 3 })
  assert.match(
    await shown(),
    /^GitHub ✕ Fails for mail \(refused, 3 times in a row\) ?, since 24 Nov 2026 09:00Z .*nothing was/,
  )
  standing.link = { state: 'works', words: null, checkWay: 'status', since }
  assert.match(await shown(), /✕ Fails for mail .* For what else it is told it works since 24 Nov 2026 09:00Z/)
  assert.doesNotMatch(await shown(), /✓|another/)
  faults.push(...Array.from({ length: 12 }, (_, index) => ({ ...fault(index), since })))
  assert.match(await shown(), /✕ Fails for f-0 .*✕ Fails for f-8 .* and 3 more/)
  assert.doesNotMatch(await shown(), /f-9/)
  faults.splice(0, faults.length, { ...fault(0), feature: null, since })
  assert.match(await shown(), /^GitHub ✕ Fails \(refused/)
  const other = await plane.token('limited-to-mail', { scopes: ['viewer'], features: ['mail'] })
  faults.splice(0, 1, { ...fault(0), feature: 'title', since })
  const page = text(await (await signedIn(plane, 'viewer', other)).page('/settings'))
  assert.doesNotMatch(page, /title/)
})

const fault = (index: number) => ({ loop: 'telling GitHub', feature: `f-${index}`, code: 'refused', failures: 3 })

test('which channels are told, and whether that fails, stands in the settings', async () => {
  const channels = ['slack SLACK_URL', 'webhook HOOK_URL']
  const faults: LoopFault[] = []
  await using plane = await testPlane({
    engineState: { ...nothingKnown, channels: () => channels, faults: () => faults },
  })
  const ann = await signedIn(plane, 'viewer')
  const shown = async () => text(await ann.page('/settings')).match(/Notifications (.*) GitHub/s)?.[1] ?? ''
  await plane.store.lead('notify:webhook HOOK_URL 3f2a')
  assert.match(
    await shown(),
    /^slack SLACK_URL ?: ✕ no replica reports it now: .* webhook HOOK_URL ?: \? no failure is/,
  )
  faults.push({
    loop: 'telling webhook HOOK_URL',
    feature: null,
    code: 'refused',
    since: plane.clock.now(),
    failures: 3,
  })
  assert.match(await shown(), /webhook HOOK_URL ?: ✕ failed 3 times in a row \(refused\) ?, since/)
  channels.length = 0
  assert.match(await shown(), /Nobody is told when a canary is rolled back/)
})
