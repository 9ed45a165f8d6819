// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how headers name variables.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { fakeModel } from '../support/fake-model.ts'
import { judged, readReport } from '../support/gate-project.ts'
import { createProject, type Project, summaryFiles } from '../support/project.ts'

const key = 'sk-real-"key"&0123456789'
const forms = [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key), key.replaceAll('"', '&quot;')]
const encoded = [0, 1, 2].map((offset) =>
  Buffer.from(`${'x'.repeat(offset)}${key}`)
    .toString('base64')
    .slice(offset + 1, -4),
)

/** Every file below a folder, as text; compressed ones unpacked. */
function filesBelow(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile())
  return new Map(
    files.map((name) => {
      const bytes = readFileSync(path.join(folder, name))
      return [name, (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')]
    }),
  )
}

function assertNowhere(project: Project, secrets: readonly string[], ...output: string[]) {
  const written = new Map([
    ...['report', '.sluice'].flatMap((folder) => [...filesBelow(path.join(project.root, folder))]),
    ...output.entries().map(([index, text]) => [`output ${index}`, text] as const),
  ])
  assert.ok(written.size > 5)
  for (const [name, text] of written)
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} in ${name}`)
}

/** A server that answers as `reply` says, which sees the headers. */
async function server(reply: (headers: IncomingHttpHeaders) => { status: number; body: string }) {
  const seen: IncomingHttpHeaders[] = []
  const listening = createServer((request, response) => {
    request.resume().on('end', () => {
      seen.push(request.headers)
      const { status, body } = reply(request.headers)
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return {
    port: (listening.address() as AddressInfo).port,
    seen,
    async [Symbol.asyncDispose]() {
      listening.closeAllConnections()
      await new Promise((resolve) => listening.close(resolve))
    },
  }
}

const settings = 'sluice: 1\ngate: {threshold: 0.5, repeats: [1]}\n'
const prompt = (lines: string) => `sluice: 1\nmodel: anthropic:m-1\n${lines}\ntestData: [{v: a}]\n`
const gateAll = ['gate', '--all', '--report-dir', 'report']

test('what an application prints of its environment stands in no file and no output, in no form', async () => {
  using project = createProject({
    'app.cjs': `process.stdin.resume().on('end', () => {
      const key = process.env.ANTHROPIC_API_KEY, html = key.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
      const base64 = [0, 1, 2].map((n) => Buffer.from('x'.repeat(n) + key).toString('base64'))
      console.log([key, JSON.stringify({ key }), encodeURIComponent(key), html, ...base64, process.env.DB_URL].join('\\n'))
    })`,
    'prompts/a.prompt.yml': prompt('target: {command: [node, app.cjs]}\nchecks: [{contains: nothing like it}]'),
    'prompts/b.prompt.yml': prompt(
      `target: {command: [node, -e, "console.error(process.env.ANTHROPIC_API_KEY.repeat(9)); process.exit(1)"]}\nchecks: [{contains: x}]`,
    ),
    'sluice.yaml': settings,
  })
  project.git('init', '-q')
  const env = { ANTHROPIC_API_KEY: key, DB_URL: 'postgres://ann:pass-0815-word@db/x' }
  const { code, stdout, stderr } = await project.binary(gateAll, env)
  assert.notEqual(code, 0, stderr)
  const json = await project.sluice(['report', '--format', 'json'], env)
  assertNowhere(project, [...forms, ...encoded, 'pass-0815-word'], stdout, stderr, json.stdout)
  assert.match(JSON.parse(json.stdout).features[0].cases[0].output, /^\*\*\*\n\{"key":"\*\*\*"\}/)
})

test('faults of modules are masked before they are cut, and what a module prints by itself is not shown', async () => {
  using project = createProject({
    'throws.mjs': `export default () => {
      process.stdout.write(process.env.ANTHROPIC_API_KEY.slice(0, 9)), process.stdout.write(process.env.ANTHROPIC_API_KEY.slice(9) + '.')
      throw new Error('y'.repeat(185) + process.env.ANTHROPIC_API_KEY)
    }`,
    'reports.mjs': `export default () => ({ error: 'y'.repeat(185) + process.env.ANTHROPIC_API_KEY })`,
    'prompts/a.prompt.yml': prompt('target: {module: ../throws.mjs}\nchecks: [{contains: x}]'),
    'prompts/b.prompt.yml': prompt('target: {module: ../reports.mjs}\nchecks: [{contains: x}]'),
    'sluice.yaml': settings,
  })
  project.git('init', '-q')
  const { stdout, stderr } = await project.binary(gateAll, { ANTHROPIC_API_KEY: key })
  assertNowhere(project, [key.slice(0, 8)], stdout, stderr)
  assert.match(stdout, /^INCONCLUSIVE/)
  assert.match(stdout, /y{20}\*\*\*/)
})

test('a score comes from the answer as it was, and an answer that holds a secret is asked for again, not kept', async () => {
  await using model = await fakeModel(() => `The key is ${key}.`)
  const checks = `checks: [{contains: '${key}'}]\ngate: {threshold: 0.5, repeats: [1]}\n`
  const files = summaryFiles({ url: model.url, cases: 2 })
  using project = createProject({
    ...files,
    'prompts/summary.prompt.yml': files['prompts/summary.prompt.yml'].replace(
      'checks: [{contains: Action item}]\n',
      checks,
    ),
  })
  const env = { LOCAL_API_KEY: key }
  for (const calls of [2, 4]) {
    const { report, stdout } = await judged(project, ['eval', 'summary', '--report-dir', 'report'], env)
    assert.deepEqual([report.features[0]?.score.mean, model.requests.length], [1, calls])
    assertNowhere(project, forms, stdout)
  }
})

test('a header takes its value from the environment; a missing variable is named, and $$ keeps the characters', async () => {
  await using gateway = await server(({ authorization, 'x-key': own }) => ({
    status: 400,
    body: JSON.stringify({
      error: { message: `No quota for ${own}. Authorization: Bearer other-gateways-token, ${authorization}` },
    }),
  }))
  const address = `http://ann:pw@127.0.0.1:${gateway.port}/v1?access_key=query-secret-value`
  using project = createProject({
    'sluice.yaml': `${settings}providers:\n  gw: {kind: openai-compatible, retries: 0, baseURL: "${address}", headers: {X-Key: "v1 \${GW_SUBSCRIPTION}", X-Plain: "$\${HOME}", X-Auth: literal-secret-0815}}\nprices: {"gw:*": {input: 0, output: 0}}\n`,
    'prompts/a.prompt.yml': prompt('messages: [{role: user, content: "{{v}}"}]\nchecks: [{contains: x}]').replace(
      'anthropic:m-1',
      'gw:m',
    ),
  })
  project.git('init', '-q')
  const without = await project.sluice(gateAll)
  assert.equal(without.code, 4)
  assert.match(without.stderr, /gw: the header X-Key has no value; set the environment variable GW_SUBSCRIPTION/)
  assert.equal(gateway.seen.length, 0)
  const { stdout, stderr } = await project.sluice(gateAll, {
    GW_SUBSCRIPTION: 'subscription-0815',
    GW_API_KEY: 'gw-key-0815-abc',
  })
  assert.deepEqual([gateway.seen[0]?.['x-key'], gateway.seen[0]?.['x-plain']], ['v1 subscription-0815', '${HOME}'])
  const secrets = [
    'subscription-0815',
    'gw-key-0815-abc',
    'literal-secret-0815',
    'query-secret-value',
    'ann:pw@',
    'other-gateways-token',
  ]
  assertNowhere(project, secrets, stdout, stderr)
  assert.match(stdout, /No quota for v1 \*\*\*|No quota for \*\*\*/)
})

test('a target over HTTP gets headers from the environment, and its faults name no secret', async () => {
  await using app = await server(({ authorization }) => ({ status: 401, body: `bad ${authorization}` }))
  using project = createProject({
    'sluice.yaml': settings,
    'prompts/a.prompt.yml': prompt(
      `target: {http: {url: "http://ann:longpassword@127.0.0.1:${app.port}/?sig=signature-1", headers: {Authorization: "Bearer \${APP_CODE}"}}}\nchecks: [{contains: x}]`,
    ),
  })
  project.git('init', '-q')
  const { code, stdout, stderr } = await project.sluice(gateAll, { APP_CODE: 'app-code-4711' })
  assert.equal(code, 4)
  assert.equal(app.seen[0]?.authorization, 'Bearer app-code-4711')
  assertNowhere(project, ['app-code-4711', 'longpassword', 'signature-1'], stdout, stderr)
  const { features } = readReport(project, 'report')
  assert.match(features[0]?.cases[0]?.error ?? '', /http:\/\/127\.0\.0\.1:\d+ answered 401: bad (Bearer )?\*\*\*/)
})

for (const [place, line] of Object.entries({
  'a key': 'providers: {p: {kind: openai, apiKeyEnv: INPUT_TOKEN}}',
  'the implicit key': 'providers: {input: {kind: openai-compatible, baseURL: "http://127.0.0.1:9/v1"}}',
  'a header': 'providers: {p: {kind: openai, headers: {X: "a ${ACTIONS_RUNTIME_TOKEN}"}}}',
  'a channel': 'notify: [{slack: {urlEnv: SLUICE_ADMIN_TOKEN}}]',
}))
  test(`a token of the workflow cannot be named: ${place}`, async () => {
    using project = createProject({ 'sluice.yaml': `sluice: 1\nprompts: nothing/*.yml\n${line}\n` })
    const { code, stdout } = await project.sluice(['check'])
    assert.equal(code, 3)
    assert.match(stdout, /belongs to the workflow and is sent to nobody/)
  })

test('a variable in a header that is no variable is an error at its place', async () => {
  using project = createProject({
    'sluice.yaml': 'sluice: 1\nproviders: {p: {kind: openai, headers: {X: "${a b}"}}}\n',
  })
  const { code, stdout } = await project.sluice(['check'])
  assert.equal(code, 3)
  assert.match(stdout, /sluice\.yaml:2:\d+.*names no environment variable; write \$\{NAME\}/)
})

test('code under test gets the keys of models, but nothing that belongs to the workflow', async () => {
  const look =
    'const names = () => Object.keys(process.env).filter((name) => /TOKEN|INPUT|ACTIONS|SLACK|GITHUB_|API_KEY|ASKPASS|GIT_CONFIG_[KV]/.test(name)).sort().join(" ")'
  using project = createProject({
    'app.cjs': `${look}\nprocess.stdin.resume().on('end', () => console.log(names()))`,
    'module.mjs': `${look}\nexport default () => names()`,
    'check.mjs': `${look}\nexport default () => ({ score: 1, reason: names() })`,
    'prompts/command.prompt.yml': prompt('target: {command: [node, app.cjs]}\nchecks: [{module: ../check.mjs}]'),
    'prompts/module.prompt.yml': prompt('target: {module: ../module.mjs}\nchecks: [{contains: x}]'),
    'sluice.yaml': `${settings}notify: [{slack: {urlEnv: SLACK_HOOK}}]\n`,
  })
  project.git('init', '-q')
  const names = [
    'INPUT_TOKEN',
    'INPUT_ARGS',
    'GITHUB_TOKEN',
    'ACTIONS_RUNTIME_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_URL',
    'ACTIONS_CACHE_URL',
  ]
  const more = [
    'SLUICE_TOKEN',
    'SLUICE_ADMIN_TOKEN',
    'SLACK_HOOK',
    'NODE_AUTH_TOKEN',
    'NPM_TOKEN',
    'GITHUB_ENV',
    'GITHUB_OUTPUT',
    'OPENAI_API_KEY',
  ]
  const env = {
    ...Object.fromEntries([...names, ...more].map((name) => [name, `value-of-${name}`])),
    ...{ GIT_ASKPASS: 'true', SSH_ASKPASS: 'true', GIT_CONFIG_COUNT: '1' },
    ...{ GIT_CONFIG_KEY_0: 'http.extraheader', GIT_CONFIG_VALUE_0: 'AUTHORIZATION: basic dHdvLXR3bw==' },
  }
  const { report } = await judged({ sluice: project.binary }, ['gate', '--all'], env)
  const [command, module] = report.features.map(({ cases }) => cases[0])
  assert.equal(command?.output, 'OPENAI_API_KEY')
  assert.equal(command?.checks[0]?.reason, 'OPENAI_API_KEY')
  assert.equal(module?.output, 'OPENAI_API_KEY')
})

test('check says which secrets are too short to be masked', async () => {
  using project = createProject({ 'sluice.yaml': 'sluice: 1\nprompts: nothing/*.yml\n' })
  const { stdout } = await project.sluice(['check'], { OPENAI_API_KEY: 'abc' })
  assert.match(stdout, /OPENAI_API_KEY holds 3 characters: a secret of fewer than 8 is not masked/)
})
