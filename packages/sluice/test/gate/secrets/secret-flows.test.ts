// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how headers name variables.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Config } from '../../../src/core/suite/config/config.ts'
import type { Target } from '../../../src/core/suite/prompt/target.ts'
import { type FlowSettings, newFlows, secretFlows } from '../../../src/gate/secrets/secret-flows.ts'

const env = {
  ANTHROPIC_API_KEY: 'a',
  OPENAI_API_KEY: 'o',
  GW_API_KEY: 'g',
  DEPLOY_SECRET: 'd',
  HOOK: 'https://hooks.example/x',
  INPUT_TOKEN: 't',
}

interface Settings {
  providers?: Config['providers']
  notify?: NonNullable<Config['notify']>
  target?: Target
}

function project({ providers = {}, notify = [], target }: Settings): FlowSettings {
  return { config: { providers, notify }, prompts: target ? [{ feature: 'mail', target }] : [] }
}

/** `variable to place [name]` of every new flow, with `was …` where the variable goes at the base. */
function changes(now: Settings, base: Settings | undefined, more: Record<string, string> = {}) {
  const all = { ...env, ...more }
  const found = newFlows(secretFlows(project(now), all), base && secretFlows(project(base), all))
  return found.map(({ variable, shown, name, before }) => {
    return `${variable} to ${shown} [${name}]${before.length > 0 ? ` was ${before.join()}` : ''}`
  })
}

const evil = 'https://evil.example/v1'
const gateway = { kind: 'openai-compatible', baseURL: 'https://gw.example/v1' } as const

test('an unchanged project has no new flow, however its providers are called', () => {
  const base = { providers: { gw: gateway, eu: { kind: 'anthropic', baseURL: 'https://eu.example' } as const } }
  assert.deepEqual(changes(base, base), [])
  assert.deepEqual(
    changes({ providers: { ...base.providers, other: { ...gateway, apiKeyEnv: 'GW_API_KEY' } } }, base),
    [],
  )
  assert.deepEqual(
    changes({ providers: { anthropic: { kind: 'anthropic', baseURL: 'https://api.anthropic.com/v1/' } } }, {}),
    [],
  )
})

for (const [what, now, base, expected] of [
  [
    'the address of a built-in provider',
    { providers: { anthropic: { kind: 'anthropic', baseURL: evil } } },
    {},
    [`ANTHROPIC_API_KEY to ${evil} [anthropic] was https://api.anthropic.com/v1`],
  ],
  [
    'a path on the same host',
    { providers: { gw: { ...gateway, baseURL: 'https://gw.example/other' } } },
    { providers: { gw: gateway } },
    ['GW_API_KEY to https://gw.example/other [gw] was https://gw.example/v1'],
  ],
  [
    'a query that says where to',
    { providers: { gw: { ...gateway, baseURL: 'https://gw.example/v1?to=evil' } } },
    { providers: { gw: gateway } },
    ['GW_API_KEY to https://gw.example/v1 [gw] was https://gw.example/v1'],
  ],
  [
    'no encryption any more',
    { providers: { gw: { ...gateway, baseURL: 'http://gw.example/v1' } } },
    { providers: { gw: gateway } },
    ['GW_API_KEY to http://gw.example/v1 [gw] was https://gw.example/v1'],
  ],
  [
    'another variable',
    { providers: { gw: { ...gateway, apiKeyEnv: 'DEPLOY_SECRET' } } },
    { providers: { gw: gateway } },
    ['DEPLOY_SECRET to https://gw.example/v1 [gw]'],
  ],
  [
    'the key of one provider for another',
    { providers: { x: { kind: 'openai', apiKeyEnv: 'ANTHROPIC_API_KEY' } } },
    {},
    ['ANTHROPIC_API_KEY to https://api.openai.com/v1 [x] was https://api.anthropic.com/v1'],
  ],
  [
    'another kind under the same name',
    { providers: { anthropic: { kind: 'openai-compatible', baseURL: evil, apiKeyEnv: 'ANTHROPIC_API_KEY' } } },
    {},
    [`ANTHROPIC_API_KEY to ${evil} [anthropic] was https://api.anthropic.com/v1`],
  ],
  [
    'a header',
    { providers: { gw: { ...gateway, headers: { X: 'v1 ${DEPLOY_SECRET}' } } } },
    { providers: { gw: gateway } },
    ['DEPLOY_SECRET to https://gw.example/v1 [gw]'],
  ],
  [
    'a new server with the key that its name implies',
    { providers: { gw: gateway } },
    {},
    ['GW_API_KEY to https://gw.example/v1 [gw]'],
  ],
  [
    'back from a gateway to the provider',
    {},
    { providers: { anthropic: { kind: 'anthropic', baseURL: 'https://gw.example' } } },
    ['ANTHROPIC_API_KEY to https://api.anthropic.com/v1 [anthropic] was https://gw.example'],
  ],
  [
    'the address of a target',
    { target: { kind: 'http', url: evil, headers: { A: '${DEPLOY_SECRET}' } } },
    { target: { kind: 'http', url: 'https://app.example', headers: { A: '${DEPLOY_SECRET}' } } },
    [`DEPLOY_SECRET to ${evil} [mail] was https://app.example`],
  ],
  [
    'a channel',
    { notify: [{ pagerduty: { routingKeyEnv: 'DEPLOY_SECRET', url: evil } }] },
    {},
    [`DEPLOY_SECRET to ${evil} [notify]`],
  ],
  [
    'a secret as an address',
    { notify: [{ slack: { urlEnv: 'DEPLOY_SECRET' } }] },
    { notify: [{ slack: { urlEnv: 'HOOK' } }] },
    ['DEPLOY_SECRET to the address in DEPLOY_SECRET [notify]'],
  ],
] as [string, Settings, Settings, string[]][])
  test(`a new flow: ${what}`, () => assert.deepEqual(changes(now, base), expected))

test('a command gets the credentials of the environment, but no token of the workflow', () => {
  const target = (...command: string[]): Target => ({ kind: 'command', command, cwd: '/' })
  const base = { target: target('node', 'app.cjs') }
  assert.deepEqual(changes(base, base), [])
  assert.deepEqual(
    changes({ target: target('env') }, base).map((flow) => flow.split(' was')[0]),
    ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GW_API_KEY', 'DEPLOY_SECRET'].map(
      (name) => `${name} to the command env [mail]`,
    ),
  )
})

test('a started server and a setup get what env names, and nothing else', () => {
  const target = (env: Record<string, string>): Target => ({
    kind: 'http',
    url: 'http://127.0.0.1:{port}/',
    cwd: '/',
    start: { command: ['node', 's.mjs'], readyMs: 1 },
    setup: [['npm', 'ci']],
    env,
  })
  assert.deepEqual(changes({ target: target({ A: 'b' }) }, {}), [])
  assert.deepEqual(changes({ target: target({ A: 'x${DEPLOY_SECRET}' }) }, {}), [
    'DEPLOY_SECRET to the command npm ci [mail]',
    'DEPLOY_SECRET to the command node s.mjs [mail]',
  ])
})

test('without a secret to carry there is no flow: a server without a key may move', () => {
  assert.deepEqual(
    changes({ providers: { local: { ...gateway, baseURL: evil } } }, { providers: { local: gateway } }),
    [],
  )
  assert.deepEqual(changes({ target: { kind: 'http', url: evil } }, {}), [])
})

test('without a base those are new that lead to no provider and no address of the environment', () => {
  assert.deepEqual(changes({}, undefined), [])
  assert.deepEqual(changes({}, undefined, { ANTHROPIC_BASE_URL: 'https://proxy.example' }), [])
  assert.deepEqual(changes({ notify: [{ slack: { urlEnv: 'HOOK' } }] }, undefined), [])
  assert.deepEqual(changes({ providers: { gw: gateway } }, undefined), ['GW_API_KEY to https://gw.example/v1 [gw]'])
})

test('what is shown of an address holds neither user nor query', () => {
  const baseURL = 'https://ann:password@gw.example/v1?key=secret'
  assert.deepEqual(changes({ providers: { gw: { ...gateway, baseURL } } }, {}), [
    'GW_API_KEY to https://gw.example/v1 [gw]',
  ])
})
