import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { environmentVariables } from '../../src/environment-variables.ts'

const src = path.join(import.meta.dirname, '../../src')
const lists = ['environment-variables.ts', 'ci-variables.ts']

/** The ways in which the source reads a variable by its name. */
const reads = [
  /\benv\??\.([A-Z][A-Z0-9_]+|npm_\w+)\b/g,
  /^\s+([A-Z][A-Z0-9]*_[A-Z0-9_]+): /gm,
  /\b(?:variable|target): '([A-Z][A-Z0-9_]+)'/g,
  /'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g,
  /\b([A-Z]+_(?:URL|TOKEN|KEY))\b/g,
]
const lowerCase = /'([a-z]+_proxy)'/g
/** `const { A, B: b } = env`, and parameters of the type of an environment. */
const takenApart = /\{([^{}]*)\}\s*(?:= (?:\w+\.)*env\b|: NodeJS\.ProcessEnv)/g

/** The variables that a file reads, as far as its text shows. */
function namesIn(text: string): string[] {
  const direct = reads.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name))
  const lower = [...text.matchAll(lowerCase)].map(([, name = '']) => name.toUpperCase())
  const inner = [...text.matchAll(takenApart)].flatMap(([, keys = '']) => keys.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? [])
  return [...direct, ...lower, ...inner]
}

/** Names in capitals that are no variables which Sluice reads: codes of errors, names in texts, what is withheld or set. */
const others = [
  /^(?:ERR|UND_ERR|EAI|ABORT|OAUTH|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)(?:_|$)/,
  /^(?:TARGETING_KEY_MISSING|FLAG_NOT_FOUND|INVALID_CONTEXT|PARSE_ERROR|TYPE_MISMATCH|RESPONSE_ALREADY_SENT)$/,
  /^(?:BLOCK_AS_IMPLICIT_KEY|BAD_SCALAR_START|MULTIPLE_DOCS|TAB_AS_INDENT|UNEXPECTED_TOKEN)$/,
  // What git tells a hook, and what git is told.
  /^GIT_(?!CEILING_DIRECTORIES)|^LC_ALL$/,
  // What code under test must not see.
  /^(?:NPM|NODE_AUTH)_TOKEN$/,
  // What Sluice tells a process that it has started.
  /^SLUICE_STARTED_BY$/,
  // Examples of names that a file may give.
  /^(?:SLACK|OPS|PAGERDUTY|OPENROUTER|SLUICE_GITHUB|OIDC)_/,
  // Keys of other vendors, as text of advice; they are read as <NAME>_API_KEY.
  /^(?:COHERE|DEEPSEEK|MISTRAL|XAI)_API_KEY$|^(?:API_KEY|NAME_OF_ITS_KEY|KEY__|APP_TOKEN|NAME_API_KEY)$/,
]

const texts = globSync('**/*.{ts,cts,mts}', { cwd: src })
  .filter((file) => !lists.includes(file))
  .map((file) => ({ file, text: readFileSync(path.join(src, file), 'utf8') }))
const listed = environmentVariables.flatMap(({ variables }) => variables.map(({ name }) => name))

test('every variable of the environment that the source reads is listed, with a meaning and an example', () => {
  assert.ok(texts.length > 500)
  const found = texts.flatMap(({ file, text }) => namesIn(text).map((name) => ({ file, name })))
  const missing = found.filter(({ name }) => !listed.includes(name) && !others.some((pattern) => pattern.test(name)))
  assert.deepEqual(missing, [])
  for (const { name, means, example } of environmentVariables.flatMap(({ variables }) => variables))
    assert.ok(means !== '' && example !== '', name)
})

test('every listed variable is read, and stands in the list once', () => {
  const all = new Set(texts.flatMap(({ text }) => namesIn(text)))
  assert.ok(listed.length > 30 && all.size > 30, `${listed.length} are listed, ${all.size} were found`)
  assert.deepEqual(
    listed.filter((name) => /^\w+$/.test(name) && !all.has(name)),
    [],
  )
  assert.equal(new Set(listed).size, listed.length)
})

test('where the name of a variable is computed, the list says where it is from', () => {
  const computed = texts.filter(({ text }) => /\benv\??\.?\[/.test(text)).map(({ file }) => file)
  assert.deepEqual(
    computed.sort(),
    [
      // The systems of the list.
      'gate/base/base-commit.ts',
      // apiKeyEnv, headers, notify, server.
      ...['core/notify/create-channels.ts', 'core/providers/api-key.ts', 'core/providers/configured-secrets.ts'],
      ...['core/suite/values/environment-text.ts', 'control/server/serve/serve-engine.ts'],
      // clientSecretEnv.
      'control/server/serve/serve-config.ts',
      // Proxies, in both spellings.
      'core/providers/http/proxy.ts',
      // Every variable, to mask or withhold it.
      ...['gate/secrets/secret-flows.ts', 'masking/git-settings.ts', 'masking/secret-names.ts'],
    ].sort(),
  )
})

test('a read of a variable is found in every form', () => {
  assert.deepEqual(namesIn('if (env.NEW_ONE) process.env.CI'), ['NEW_ONE', 'CI'])
  assert.deepEqual(namesIn('const { FIRST, SECOND: second } = host.env'), ['FIRST', 'SECOND'])
  assert.deepEqual(namesIn('function f({ CI, OTHER }: NodeJS.ProcessEnv) {}'), ['CI', 'OTHER'])
  assert.deepEqual(namesIn("  IN_A_SCHEMA: z.string(),\n  { variable: 'BUILDKITE' }"), ['IN_A_SCHEMA', 'BUILDKITE'])
})
