import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultJudge } from '../../../../src/core/suite/models/default-judge.ts'
import { faultsOf, good, load } from '../../../support/memory-files.ts'

const config = async (text?: string) => (await load(good(text === undefined ? {} : { 'sluice.yaml': text }))).config
const faults = async (text: string) =>
  (await faultsOf(good({ 'sluice.yaml': text }))).map((fault) => fault.replace('sluice.yaml:', ''))

const defaults = {
  root: '/project',
  prompts: '{prompts,.github/prompts}/**/*.prompt.{yml,yaml}',
  judge: defaultJudge,
  gate: {
    threshold: 0.85,
    margin: 0.03,
    tagMargin: 0.1,
    confidence: 0.95,
    repeats: [1, 2, 3, 5, 8],
    minCoverage: 0.98,
    onInconclusive: 'tiebreak',
    caseThreshold: 0.6,
    estimand: 'golden-set',
    guard: 'report',
    judge: { minKappa: 0.6, onUncalibrated: 'allow' },
  },
  providers: {},
  prices: {},
}

test('every key has a default, without a file and with an empty one', async () => {
  assert.deepEqual(await config(), defaults)
  assert.deepEqual(await config('# nothing\n'), { ...defaults, file: 'sluice.yaml' })
  assert.deepEqual(await config('sluice: 1\n'), { ...defaults, file: 'sluice.yaml' })
})

test('what is said is taken, the rest stays', async () => {
  const { judge, gate, providers, prices, embedding } = await config(`sluice: 1
judge: {model: local/judge-1, parameters: {temperature: 0}}
embedding: {model: "local:embed"}
gate: {threshold: 0.7, repeats: [1], budgetUsd: 2}
providers:
  local: {kind: openai-compatible, baseURL: "http://127.0.0.1:11434/v1", headers: {x-team: a}, timeoutMs: 5000, concurrency: 4, retries: 0}
  recorded: {kind: replay, files: recordings/*.jsonl}
  anthropic: {apiKeyEnv: TEAM_KEY}
prices: {"local:*": {input: 0, output: 0}}
`)
  assert.deepEqual(judge, { model: 'local:judge-1', parameters: { temperature: 0 } })
  assert.deepEqual(embedding, { model: 'local:embed' })
  assert.deepEqual(gate, { ...defaults.gate, threshold: 0.7, repeats: [1], budgetUsd: 2 })
  assert.deepEqual(providers, {
    local: {
      kind: 'openai-compatible',
      baseURL: 'http://127.0.0.1:11434/v1',
      headers: { 'x-team': 'a' },
      timeoutMs: 5000,
      concurrency: 4,
      retries: 0,
    },
    recorded: { kind: 'replay', files: ['recordings/*.jsonl'] },
    anthropic: { kind: 'anthropic', apiKeyEnv: 'TEAM_KEY' },
  })
  assert.deepEqual(prices, { 'local:*': { input: 0, output: 0 } })
})

test('settings out of their range are refused, all at once', async () => {
  const found = await faults(`gate:
  threshold: 1.1
  margin: -0.01
  tagMargin: 0
  confidence: 0.5
  minCoverage: -1
  onInconclusive: blok
  budgetUsd: 0
  caseThreshold: .nan
  estimand: cases
`)
  assert.deepEqual(found, [
    '2:14: gate.threshold: must be at most 1, found 1.1',
    '3:11: gate.margin: must be at least 0, found -0.01',
    '4:14: gate.tagMargin: must be more than 0, found 0',
    '5:15: gate.confidence: must be more than 0.5, found 0.5',
    '6:16: gate.minCoverage: must be at least 0, found -1',
    '7:19: gate.onInconclusive: expected one of tiebreak, block, warn, found "blok"; did you mean "block"?',
    '8:14: gate.budgetUsd: must be more than 0, found 0',
    '9:18: gate.caseThreshold: expected a number, found .nan',
    '10:13: gate.estimand: expected one of golden-set, population, found "cases"',
  ])
})

test('looks begin with one repeat and increase', async () => {
  assert.deepEqual(await faults('gate: {repeats: [2, 3]}\n'), [
    '1:18: gate.repeats.0: the first round has 1 repeat, not 2',
  ])
  assert.deepEqual(await faults('gate: {repeats: [1, 3, 3]}\n'), [
    '1:24: gate.repeats.2: must be more than the 3 before it',
  ])
  assert.deepEqual(await faults('gate: {repeats: []}\n'), ['1:17: gate.repeats: must not be empty'])
  assert.deepEqual(await faults('gate: {repeats: [1, 2.5]}\n'), [
    '1:21: gate.repeats.1: expected a whole number, found 2.5',
  ])
})

test('providers say what they lack', async () => {
  const found = await faults(`providers:
  local: {baseURL: "http://127.0.0.1"}
  near: {kind: openai-compatible}
  far: {kind: openai-compatible, baseURL: "ftp://x"}
  tape: {kind: replay}
  odd: {kind: openai, files: x.jsonl}
  openai: {apiKeyEnv: sk-12345}
  wrong: {kind: antropic}
`)
  for (const expected of [
    '4:43: providers.far.baseURL: must be a URL that starts with http:// or https://',
    '7:23: providers.openai.apiKeyEnv: must be the name of an environment variable, not the key itself',
    '8:17: providers.wrong.kind: expected one of anthropic, openai, google, openai-compatible, replay, found "antropic"; did you mean "anthropic"?',
  ]) {
    assert.ok(found.includes(expected), `${expected}\n${found.join('\n')}`)
  }
  const lacking = await faults(`providers:
  local: {baseURL: "http://127.0.0.1"}
  near: {kind: openai-compatible}
  tape: {kind: replay}
  odd: {kind: openai, files: x.jsonl}
`)
  assert.deepEqual(lacking, [
    '2:10: providers.local.kind: missing; expected one of anthropic, openai, google, openai-compatible, replay',
    '3:9: providers.near.baseURL: missing; openai-compatible needs it',
    '4:9: providers.tape.files: missing; a replay provider needs its recordings',
    '5:30: providers.odd.files: only a replay provider reads files',
  ])
})

test('a judge of a provider that does not exist, and a price of no model, are reported', async () => {
  assert.deepEqual(await faults('judge: {model: "anthropci:x"}\nprices: {gpt: {input: 1, output: 1}}\n'), [
    '1:16: judge.model: there is no provider "anthropci"; did you mean "anthropic"?',
    '2:15: prices.gpt: matches no model; write provider:model, * for anything',
  ])
})

test('a fault in one part does not make the others fail in turn', async () => {
  const contents = good({
    'sluice.yaml': 'providers: {local: {kind: openai-compatible, baseURL: "http://x/v1"}}\ngate: {treshold: 1}\n',
  })
  const prompt = String(contents['prompts/summary.prompt.yml']).replace('anthropic:', 'local:')
  assert.deepEqual(await faultsOf({ ...contents, 'prompts/summary.prompt.yml': prompt }), [
    'sluice.yaml:2:8: gate.treshold: unknown key "treshold"; did you mean "threshold"?',
  ])
  const worse = {
    ...contents,
    'sluice.yaml': 'providers: {local: {kind: opeani}}\n',
    'prompts/summary.prompt.yml': prompt,
  }
  assert.equal((await faultsOf(worse)).length, 1)
})

test('a project without prompts says which glob found nothing', async () => {
  assert.deepEqual(await faultsOf({}), [
    'sluice.yaml:1:1: prompts: no file matches {prompts,.github/prompts}/**/*.prompt.{yml,yaml}',
  ])
  assert.deepEqual(await faultsOf({ 'sluice.yaml': 'sluice: 1\nprompts: prmopts/*.yml\n' }), [
    'sluice.yaml:2:10: prompts: no file matches prmopts/*.yml',
  ])
})

test('recordings that match no file are a warning', async () => {
  assert.deepEqual(await faults('providers: {tape: {kind: replay, files: [r/*.jsonl, x.jsonl]}}\n'), [
    'warning 1:41: providers.tape.files: no file matches r/*.jsonl',
    'warning 1:41: providers.tape.files: no file matches x.jsonl',
  ])
})

test('sluice.yml is not silently ignored', async () => {
  assert.deepEqual(await faultsOf(good({ 'sluice.yml': 'sluice: 1\n' })), [
    'sluice.yml:1:1: this file is not read; rename it to sluice.yaml',
  ])
})

test('recordings may not answer in the name of a real provider, however it is spelt', async () => {
  for (const name of ['anthropic', 'openai', 'google', 'Anthropic', 'open-ai', 'GOOGLE', 'ａnthropic']) {
    const [fault = ''] = await faults(`providers:\n  ${name}: {kind: replay, files: recordings/*.jsonl}\n`)
    assert.match(fault, /is the name of a real provider.*recorded:model/, name)
  }
  assert.deepEqual(await faults('providers:\n  anthropic-recorded: {kind: replay, files: prompts/*.yml}\n'), [])
})

test('the guard is a setting of the project alone', async () => {
  assert.equal((await config('gate: {guard: strict}\n')).gate.guard, 'strict')
  assert.match((await faults('gate: {guard: none}\n')).join(), /guard/)
})

test('the token of GitHub goes to no address on whose way others could read it', async () => {
  const faults = (apiUrl: string) => {
    const settings = `server:\n  github: {repository: acme/mail, tokenEnv: T, apiUrl: "${apiUrl}"}\n`
    return faultsOf(good({ 'sluice.yaml': settings }))
  }
  for (const address of ['http://github.acme.corp/api/v3', 'http://127.0.0.1.acme.corp', 'http://localhost@acme.corp'])
    assert.match(
      (await faults(address)).join('\n'),
      /^sluice\.yaml:2:\d+: server\.github\.apiUrl: must begin with https:\/\/; http:\/\/ is only for this machine/,
    )
  assert.match((await faults('github.acme.corp')).join(), /apiUrl: must be a URL that starts with https/)
  for (const address of ['https://github.acme.corp/api/v3/', 'http://127.0.0.1:3000', 'http://[::1]:3000'])
    assert.deepEqual(await faults(address), [], address)
})

test('sign-in by an identity provider is configured strictly, and gives no role of machines', async () => {
  const server = (keys: string) => `server:\n  oidc:\n    clientId: sluice\n${keys.replaceAll(/^/gm, '    ')}\n`
  const issuer = 'issuer: https://login.example.com/realms/staff'
  const roles = 'groupsClaim: groups\nroles: [{group: on-call, role: operator, features: [summary]}]'
  const { config } = await load(good({ 'sluice.yaml': server(`${issuer}\n${roles}`) }))
  assert.deepEqual(config.server?.oidc, {
    ...{ issuer: 'https://login.example.com/realms/staff', clientId: 'sluice', groupsClaim: 'groups' },
    roles: [{ group: 'on-call', role: 'operator', features: ['summary'] }],
  })
  const faults = async (keys: string) => (await faultsOf(good({ 'sluice.yaml': server(keys) }))).join('\n')
  const wrong: [string, RegExp][] = [
    [
      `issuer: http://login.example.com\n${roles}`,
      /^sluice\.yaml:4:13: server\.oidc\.issuer: must begin with https:\/\//,
    ],
    [`issuer: login.example.com\n${roles}`, /issuer: must be the address of the identity provider/],
    [`issuer: "https://login.example.com?x=1"\n${roles}`, /issuer: must be an address without a user, a query/],
    [
      `${issuer}\ngroupsClaim: email\nroles: [{group: a, role: viewer}]`,
      /groupsClaim: email is often chosen by people/,
    ],
    [`${issuer}\ngroupsClaim: groups\nroles: []`, /roles: must not be empty/],
    [
      `${issuer}\ngroupsClaim: groups\nroles: [{group: a, role: client}]`,
      /roles\.0\.role: expected one of viewer, operator, approver, admin, found "client"/,
    ],
    [`${issuer}\ngroupsClaim: groups\nroles: [{group: a, role: ci}]`, /roles\.0\.role: /],
    [
      `${issuer}\ngroupsClaim: groups\nroles: [{group: a, rolle: viewer}]`,
      /rolle: unknown key "rolle"; did you mean "role"/,
    ],
    [
      `${issuer}\nclientSecret: xyz\n${roles}`,
      /clientSecret: unknown key "clientSecret"; did you mean "clientSecretEnv"/,
    ],
    [
      `${issuer}\nclientSecretEnv: "my secret"\n${roles}`,
      /clientSecretEnv: must be the name of an environment variable/,
    ],
    [issuer, /groupsClaim/],
  ]
  for (const [keys, expected] of wrong) assert.match(await faults(keys), expected)
  for (const address of ['http://127.0.0.1:3000', 'http://localhost:3000', 'http://[::1]:3000'])
    assert.equal(await faults(`issuer: "${address}"\n${roles}`), '')
})
