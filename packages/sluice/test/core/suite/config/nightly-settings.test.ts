import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf, good, load } from '../../../support/memory-files.ts'

const faults = async (text: string) => faultsOf(good({ 'sluice.yaml': text }))

test('nights and notifications are configured, secrets by the names of environment variables', async () => {
  const { config } = await load(
    good({
      'sluice.yaml': `nightly: {threshold: 0.9, suite: full, repeats: 2, sentinels: 50, budgetUsd: 5}
notify:
  - slack: {urlEnv: SLACK_URL}
  - webhook: {url: "https://example.com/hook", secretEnv: HOOK_SECRET}
  - pagerduty: {routingKeyEnv: PD_KEY}
`,
    }),
  )
  assert.deepEqual(config.nightly, { threshold: 0.9, suite: 'full', repeats: 2, sentinels: 50, budgetUsd: 5 })
  assert.deepEqual(config.notify, [
    { slack: { urlEnv: 'SLACK_URL' } },
    { webhook: { url: 'https://example.com/hook', secretEnv: 'HOOK_SECRET' } },
    { pagerduty: { routingKeyEnv: 'PD_KEY' } },
  ])
})

test('an unknown kind of notification is named, with what was meant', async () => {
  assert.deepEqual(await faults('notify:\n  - slak: {urlEnv: SLACK_URL}\n'), [
    'sluice.yaml:2:5: notify.0.slak: unknown key "slak"; did you mean "slack"?',
  ])
  assert.deepEqual(await faults('notify:\n  - {}\n'), [
    'sluice.yaml:2:5: notify.0: names no kind of notification; give one of slack, webhook, pagerduty',
  ])
})

test('a secret in the file is refused where the name of its variable belongs', async () => {
  assert.deepEqual(await faults('notify:\n  - slack: {urlEnv: "https://hooks.slack.com/services/T/B/x"}\n'), [
    'sluice.yaml:2:21: notify.0.slack.urlEnv: must be the name of an environment variable, not the secret itself',
  ])
  assert.deepEqual(await faults('notify:\n  - webhook: {secretEnv: S}\n'), [
    'sluice.yaml:2:14: notify.0.webhook: give either url or urlEnv',
  ])
})

test('a prompt says whether it is in production, and only in the native form', async () => {
  const prompt = (lines: string) => ({
    'prompts/p.prompt.yml': `sluice: 1\nmodel: a:b\nmessages: [{role: user, content: hi}]\nchecks: [{contains: x}]\n${lines}`,
  })
  const production = async (lines: string) => (await load(prompt(lines))).prompts[0]?.production
  assert.equal(await production('production: false\n'), false)
  assert.equal(await production(''), undefined)
  const found = await faultsOf(prompt('production: maybe\n'))
  assert.ok(
    found.includes('prompts/p.prompt.yml:5:13: production: expected true or false, found "maybe"'),
    found.join('\n'),
  )
})
