import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMask } from '../../src/masking/mask.ts'
import {
  isCredentialName,
  isWorkflowToken,
  secretsOfEnvironment,
  withholdFrom,
  withoutCredentials,
} from '../../src/masking/secret-names.ts'

function maskOf(...secrets: string[]) {
  const mask = createMask()
  mask.learn(secrets)
  return mask
}

const entity = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
const named: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '/': '&sol;',
  '+': '&plus;',
}
const json = (text: string) => JSON.stringify(text).slice(1, -1)

const encodings: Record<string, (secret: string) => string> = {
  raw: (secret) => secret,
  JSON: json,
  'JSON in JSON': (secret) => json(json(secret)),
  'JSON with unicode escapes': (secret) =>
    secret.replace(/[^A-Za-z0-9]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'HTML by number': entity,
  'HTML by name': (secret) => secret.replace(/[&<>"'/+]/g, (character) => named[character] ?? ''),
  Markdown: (secret) => secret.replace(/[\\`*_{}[\]()#+.!|<>~-]/g, '\\$&'),
  URL: encodeURIComponent,
  'URL twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  form: (secret) => new URLSearchParams({ a: secret }).toString().slice(2),
  hexadecimal: (secret) => Buffer.from(secret).toString('hex'),
  'a printed buffer': (secret) =>
    Buffer.from(secret)
      .toString('hex')
      .replace(/..(?!$)/g, '$& '),
  'bytes escaped': (secret) =>
    Array.from(Buffer.from(secret), (byte) => {
      const character = String.fromCharCode(byte)
      return /[A-Za-z0-9]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`
    }).join(''),
  ...Object.fromEntries(
    [0, 1, 2, 3, 4].flatMap((offset) => [
      [`base64 at ${offset}`, (secret: string) => Buffer.from(`${'u'.repeat(offset)}${secret}tail`).toString('base64')],
      [
        `base64url at ${offset}`,
        (secret: string) => Buffer.from(`${'u'.repeat(offset)}${secret}`).toString('base64url'),
      ],
    ]),
  ),
  'wrapped base64': (secret) =>
    Buffer.from(`DEPLOY_SECRET=${secret}\nPATH=/bin`).toString('base64').replace(/.{20}/g, '$&\n'),
}

const awkward = [
  'sk-ant-REAL-KEY-0123456789',
  'a"b\\c<d>&e\'f/g+h=',
  'pass word with spaces',
  'pässwörd-ünd-mehr',
  'eins\nzwei-drei',
  '********',
]

for (const [name, encode] of Object.entries(encodings)) {
  test(`a secret is masked in this form: ${name}`, () => {
    for (const secret of awkward) {
      const written = encode(secret)
      const shown = maskOf(secret).text(`before ${written} after`)
      assert.match(shown, /\*\*\*/, secret)
      assert.ok(!shown.replaceAll('***', '').includes(written), `${secret}: ${shown}`)
      if (!name.includes('base64')) assert.equal(shown, 'before *** after')
    }
  })
}

test('a text without a secret stays as it is, data without one stays the same object', () => {
  const mask = maskOf(...awkward)
  const data = { a: ['sk-ant', { b: 'REAL-KEY' }], n: 1, none: null }
  assert.equal(mask.data(data), data)
  assert.deepEqual(mask.data({ a: [{ b: 'x sk-ant-REAL-KEY-0123456789' }], c: 1 }), { a: [{ b: 'x ***' }], c: 1 })
})

test('values that are too short are no secrets: they stand in any text by chance', () => {
  assert.equal(maskOf('a', 'abcdefg', '  ').text('an abcdefg'), 'an abcdefg')
})

test('the longer of two secrets that begin alike is masked whole', () => {
  assert.equal(maskOf('abcdefgh', 'abcdefgh-ijkl').text('abcdefgh-ijkl abcdefgh'), '*** ***')
})

test('a certificate of many lines is masked whole, line by line and in base64', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `${index}`.padEnd(64, 'kLm+/9'))
  const secret = `-----BEGIN KEY-----\n${lines.join('\n')}\n-----END KEY-----`
  const mask = maskOf(secret)
  assert.equal(mask.text(secret), '***')
  assert.equal(mask.text(JSON.stringify({ secret })), '{"secret":"***"}')
  assert.equal(mask.text(`line: ${lines[7]}`), 'line: ***')
  assert.ok(mask.text(Buffer.from(secret).toString('base64')).length < 20)
})

test('the password of any address is masked, known or not', () => {
  assert.equal(
    maskOf().text('see postgres://ann:pw@db/x?y and https://e.org/a@b'),
    'see postgres://***@db/x?y and https://e.org/a@b',
  )
  assert.equal(
    maskOf().text('https://ghp_0a1b2c3d4e@github.com/x, ssh://git@github.com'),
    'https://***@github.com/x, ssh://git@github.com',
  )
})

test('a secret that comes in pieces is masked, wherever it is cut', () => {
  const text = fc.array(fc.constantFrom(...awkward, 'sk-ant', 'REAL', ' ', 'words of an answer', 'a"b'), {
    maxLength: 6,
  })
  fc.assert(
    fc.property(text, fc.array(fc.nat(30), { maxLength: 20 }), (parts, cuts) => {
      const whole = parts.join('')
      const mask = maskOf(...awkward)
      const pieces = mask.pieces()
      let written = ''
      let rest = whole
      for (const cut of cuts) {
        written += pieces.push(rest.slice(0, cut))
        rest = rest.slice(cut)
      }
      written += pieces.push(rest) + pieces.end()
      for (const secret of awkward.slice(0, 5)) assert.ok(!written.includes(secret))
      if (!awkward.some((secret) => whole.includes(secret))) assert.equal(written, whole)
    }),
    { numRuns: 500 },
  )
})

test('nothing is kept back where no secret begins', () => {
  const pieces = maskOf('sk-ant-REAL-KEY-0123456789').pieces()
  assert.equal(pieces.push('3/10 (30%), 2 min left'), '3/10 (30%), 2 min left')
  assert.equal(pieces.push('key: sk-an'), 'key: ')
  assert.equal(pieces.push('swer'), 'sk-answer')
})

test('what an environment holds of secrets: by the names of variables, and the passwords of addresses', () => {
  const env = {
    MY_API_KEY: 'one-one-one',
    DEPLOY_SECRET: 'two-two-two',
    DATABASE_URL: 'postgres://ann:three-three@db/x',
    PROXY: 'http://proxy:3128',
    HOME: '/home/ann',
    MAX_TOKENS: '4096',
  }
  const mask = maskOf(...secretsOfEnvironment(env))
  assert.equal(mask.text('one-one-one two-two-two three-three'), '*** *** ***')
  assert.equal(mask.text('/home/ann http://proxy:3128 4096'), '/home/ann http://proxy:3128 4096')
})

test('settings of git in the environment that hold a credential go, and the others are counted anew', () => {
  const settings = (key: string, value: string) => ({
    ...{ GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '/builds/app' },
    ...{ GIT_CONFIG_KEY_1: key, GIT_CONFIG_VALUE_1: value },
  })
  const plain = settings('maintenance.auto', 'false')
  assert.deepEqual(withoutCredentials({ ...plain, MY_TOKEN: 'one-one-one' }, []), plain)
  const untouched = { ...plain }
  withholdFrom(untouched, [])
  assert.deepEqual(untouched, plain)
  assert.deepEqual(secretsOfEnvironment(plain), [])
  const safe = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '/builds/app' }
  const noHelper = settings('credential.helper', '')
  assert.deepEqual(withoutCredentials(noHelper, []), noHelper, 'that no helper is asked is no credential')
  assert.deepEqual(withoutCredentials(settings('credential.helper', '!echo password=x'), []), safe)
  for (const env of [
    settings('http.https://git.example.com/.extraheader', 'AUTHORIZATION: basic dHdvLXR3bw=='),
    settings('url.https://ci:dHdvLXR3bw==@git.example.com/.insteadOf', 'https://git.example.com/'),
  ]) {
    assert.deepEqual(withoutCredentials({ ...env, HOME: '/home/ann' }, []), { ...safe, HOME: '/home/ann' })
    const seen: NodeJS.ProcessEnv = { ...env, HOME: '/home/ann', GIT_ASKPASS: '/tmp/pass.sh', SSH_ASKPASS: '/x' }
    withholdFrom(seen, [])
    assert.deepEqual(seen, { ...safe, HOME: '/home/ann' }, 'nor do they reach code that may read the keys of models')
    assert.equal(maskOf(...secretsOfEnvironment(env)).text('basic dHdvLXR3bw=='), 'basic ***')
  }
  const handedOn = { GIT_CONFIG_PARAMETERS: "'http.extraheader'='AUTHORIZATION: basic dHdvLXR3bw=='" }
  assert.deepEqual(withoutCredentials(handedOn, []), {})
  const harmless = { GIT_CONFIG_PARAMETERS: "'user.email'='ann@example.com' 'safe.directory'='*'" }
  assert.deepEqual(withoutCredentials(harmless, []), harmless)
  assert.equal(maskOf(...secretsOfEnvironment(handedOn)).text('basic dHdvLXR3bw=='), 'basic ***')
})

/** What reaches code under test of one setting, in each of the three forms in which git takes it. */
function passedOn(key: string, value: string): boolean[] {
  const forms = [
    { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: value },
    { GIT_CONFIG_PARAMETERS: `'${key}'='${value}'` },
    { GIT_CONFIG_PARAMETERS: `'${key}=${value}'` },
  ]
  return forms.map((env) => {
    const seen: NodeJS.ProcessEnv = { ...env }
    withholdFrom(seen, [])
    assert.deepEqual(withoutCredentials(env, []), seen)
    return Object.keys(seen).length > 0
  })
}

test('code under test gets no setting, program, key or agent with which git gets at a repository', () => {
  for (const [key, value] of [
    ['core.sshCommand', 'ssh -i /tmp/deploy_key'],
    ['http.proxy', 'ann:hunter22@proxy:3128'],
    ['remote.origin.proxy', 'http://ann:hunter22@proxy:3128'],
    ['http.cookieFile', '/tmp/cookies'],
    ['http.https://git.example.com/.sslKey', '/tmp/key.pem'],
    ['http.sslCert', '/tmp/cert.pem'],
    ['http.proxySSLKey', '/tmp/key.pem'],
    ['include.path', '/tmp/git-credentials.config'],
    ['includeIf.gitdir:/builds/.path', '/tmp/git-credentials.config'],
    ['imap.pass', 'hunter22'],
    ['http.https://git.example.com/.extraHeader ', 'AUTHORIZATION: basic abc'],
    ['remote.origin.pushurl', 'https://ghp_abc@github.com/x'],
  ] as const)
    assert.deepEqual(passedOn(key, value), [false, false, false], key)
  for (const [key, value] of [
    ['url.ssh://git@github.com/.insteadOf', 'https://github.com/'],
    ['remote.origin.url', 'ssh://git@github.com/x'],
    ['remote.origin.pushurl', 'git@github.com:x'],
    ['http.proxy', 'proxy:3128'],
    ['http.sslCAInfo', '/etc/ca.pem'],
    ['core.sshCommand', ''],
  ] as const)
    assert.deepEqual(passedOn(key, value), [true, true, true], key)
  const given: NodeJS.ProcessEnv = {
    ...{ SSH_AUTH_SOCK: '/tmp/agent.1', GIT_SSH: '/tmp/ssh', GIT_SSH_COMMAND: 'sshpass -p hunter22 ssh' },
    ...{ GIT_SSL_KEY: '/tmp/key.pem', GIT_SSL_CERT: '/tmp/cert.pem', HTTPS_PROXY: 'ann:hunter22@proxy:3128' },
    ...{ GIT_CONFIG_GLOBAL: '/home/ann/.gitconfig', NO_PROXY: 'localhost', HOMEPAGE: 'https://example.com' },
  }
  const kept = { GIT_CONFIG_GLOBAL: '/home/ann/.gitconfig', NO_PROXY: 'localhost', HOMEPAGE: 'https://example.com' }
  assert.deepEqual(withoutCredentials(given, []), kept)
  assert.equal(maskOf(...secretsOfEnvironment(given)).text('via hunter22'), 'via ***')
  withholdFrom(given, [])
  assert.deepEqual(given, { ...kept, HTTPS_PROXY: 'ann:hunter22@proxy:3128' }, 'an application reaches its models')
})

test('what git hands on of -c is filtered setting by setting, so that its git goes on working', () => {
  const handed = (text: string) => withoutCredentials({ GIT_CONFIG_PARAMETERS: text }, []).GIT_CONFIG_PARAMETERS
  const header = "'http.extraheader'='AUTHORIZATION: basic dHdvLXR3bw=='"
  assert.equal(handed(`'safe.directory'='*' ${header} 'user.name=Ann'`), "'safe.directory'='*' 'user.name=Ann'")
  assert.equal(handed(`${header} 'user.name'='O'\\''Hara'  'core.bare'`), "'user.name'='O'\\''Hara' 'core.bare'")
  const old = "'http.https://git.example.com/.extraheader=AUTHORIZATION: basic dHdvLXR3bw=='"
  assert.equal(handed(`'safe.directory=*' ${old}`), "'safe.directory=*'")
  assert.equal(handed(`'credential.helper'='' 'credential.helper'='!x'`), "'credential.helper'=''")
  for (const broken of [`'safe.directory'='*`, `'safe.directory'='*'${header}`, `safe.directory=* ${header}`])
    assert.equal(handed(broken), undefined, 'git cannot read it either')
  assert.equal(maskOf(...secretsOfEnvironment({ GIT_CONFIG_PARAMETERS: old })).text('basic dHdvLXR3bw=='), 'basic ***')
})

test('names of variables: credentials, and those that belong to the workflow', () => {
  const credentials =
    'NPM_TOKEN AWS_SECRET_ACCESS_KEY DB_PASSWORD OPENAI_API_KEY GH_PAT PGPASSWORD MYSQL_PWD DB_PASS OPENAI_KEY ' +
    'OPENAI_API_KEY_2 API_KEY_PROD TOKEN_STAGING STORAGE_ACCOUNT_KEY npm_config__authToken SLACK_WEBHOOK_URL ' +
    'GOOGLE_CREDENTIALS_JSON SESSION_COOKIE AZURE_CONNECTION_STRING'
  for (const name of credentials.split(' ')) assert.ok(isCredentialName(name), name)
  const others =
    'PATH PWD OLDPWD KEYBOARD TOKENIZERS_PARALLELISM MAX_TOKENS CACHE_KEY BYPASS COMPASS_URL API_KEY_ENV ' +
    'TOKEN_URL SSH_KEY_PATH DB_PASSWORD_FILE'
  for (const name of others.split(' ')) assert.ok(!isCredentialName(name), name)
  for (const name of [
    'INPUT_TOKEN',
    'INPUT_ANYTHING',
    'GITHUB_TOKEN',
    'ACTIONS_RUNTIME_TOKEN',
    'SLUICE_TOKEN',
    'SLUICE_ADMIN_TOKEN',
  ])
    assert.ok(isWorkflowToken(name), name)
  for (const name of ['ANTHROPIC_API_KEY', 'SLUICE_URL', 'MY_GITHUB_TOKEN']) assert.ok(!isWorkflowToken(name), name)
})
