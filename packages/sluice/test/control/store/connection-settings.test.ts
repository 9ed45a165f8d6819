import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { connectionSettings } from '../../../src/control/store/postgres/connection-settings.ts'
import { postgresStore } from '../../../src/control/store/postgres/postgres-store.ts'
import { SluiceError } from '../../../src/errors.ts'
import { type Postgres, startPostgres, withoutPostgres } from '../../support/store/postgres.ts'

const options = { skip: withoutPostgres }
let server: Postgres
if (!withoutPostgres) {
  server = await startPostgres()
  after(() => server[Symbol.asyncDispose]())
}

const at = (parameters: string) =>
  connectionSettings(`postgres://ann:pass@db.example/x${parameters}`, (file) => `<${file}>`)

test('sslmode means what libpq documents', () => {
  const table: [string, string, boolean | undefined, 'host' | 'any' | undefined][] = [
    ['', 'prefer', false, undefined],
    ['?sslmode=disable', 'never', false, undefined],
    ['?sslmode=allow', 'prefer', false, undefined],
    ['?sslmode=prefer', 'prefer', false, undefined],
    ['?sslmode=require', 'always', false, undefined],
    ['?sslmode=no-verify', 'always', false, undefined],
    ['?sslmode=require&sslrootcert=ca.pem', 'always', true, 'any'],
    ['?sslmode=verify-ca&sslrootcert=ca.pem', 'always', true, 'any'],
    ['?sslmode=verify-ca', 'always', true, undefined],
    ['?sslmode=verify-full', 'always', true, 'host'],
    ['?sslmode=verify-full&sslrootcert=ca.pem', 'always', true, 'host'],
    ['?sslmode=require&sslrootcert=system', 'always', true, 'host'],
    ['?ssl=true', 'always', true, 'host'],
    ['?ssl=false', 'never', false, undefined],
  ]
  for (const [parameters, encryption, checked, name] of table) {
    const { encryption: got, tls } = at(parameters)
    assert.deepEqual([got, tls.rejectUnauthorized], [encryption, checked], parameters)
    const certificate = { subject: { CN: 'other' }, subjectaltname: 'DNS:other' } as never
    const refused = tls.checkServerIdentity?.('db.example', certificate)
    assert.equal(refused instanceof Error, name === 'host', parameters)
    assert.equal(tls.checkServerIdentity === undefined, name === undefined, parameters)
  }
})

test('certificates come from files; what else providers put into the URL does not disturb', () => {
  const { tls, channelBinding, options, url, firstConnectMs } = at(
    '?sslmode=verify-full&sslrootcert=ca&sslcert=c&sslkey=k&channel_binding=require&options=endpoint%3Dabc&connect_timeout=20&application_name=a&pgbouncer=true&schema=public&target_session_attrs=read-write',
  )
  assert.deepEqual([tls.ca, tls.cert, tls.key], ['<ca>', '<c>', '<k>'])
  assert.deepEqual([channelBinding, options, firstConnectMs], [true, 'endpoint=abc', 20_000])
  assert.equal(url, 'postgres://ann:pass@db.example/x')
})

test('what cannot be read is said without the password', () => {
  for (const [url, words] of [
    ['postgres://ann:pa ss/word@@db:port/x', /percent-encoded/],
    ['postgres://ann:secret@a:1,b:2/x', /with one host/],
    ['postgres://ann:secret@db/x?sslmode=maybe', /^sslmode in DATABASE_URL must be one of disable/],
    ['postgres://ann:secret@db/x?sslmode=verify-full&sslrootcert=/no/such.pem', /\/no\/such\.pem.*ENOENT/],
  ] as const)
    assert.throws(
      () => connectionSettings(url),
      (error) => {
        assert.ok(error instanceof SluiceError && error.code === 'invalid-input')
        assert.match(error.message, words)
        assert.doesNotMatch(error.message, /secret|ss\/word/)
        return true
      },
    )
})

test(
  'a server that cannot encrypt: by default it is used as it is, where encryption is asked for it is refused',
  options,
  async () => {
    await server.clear()
    const store = await postgresStore(server.url)
    await store.ping()
    await store.close()
    await assert.rejects(postgresStore(`${server.url}?sslmode=require`), /cannot be opened: .*does not support SSL/)
  },
)

test('a certificate that nobody knows: encrypted where only that is asked for, refused where it is to be checked', {
  skip: withoutPostgres || (spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is missing'),
}, async (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-tls-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(folder, name)) as [string, string]
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=db.example']
  execFileSync('openssl', [...made, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  await using secure = await startPostgres({ tls: { cert, key } })
  const opened = async (parameters: string) => {
    const store = await postgresStore(secure.url + parameters)
    await store.ping()
    await store.close()
  }
  for (const mode of ['', '?sslmode=require', '?sslmode=no-verify', '?sslmode=disable']) await opened(mode)
  await opened(`?sslmode=verify-ca&sslrootcert=${cert}`)
  await assert.rejects(opened('?sslmode=verify-full'), /self-signed certificate/)
  await assert.rejects(opened(`?sslmode=verify-full&sslrootcert=${cert}`), /Hostname\/IP does not match/)
})

test('a database that is not UTF8 is refused with the way out', options, async () => {
  await server.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
  const url = server.url.replace(/postgres$/, 'latin')
  await assert.rejects(postgresStore(url), (error: unknown) => {
    assert.ok(error instanceof SluiceError && error.exitCode === 4)
    assert.match(
      error.message,
      /latin cannot be opened: its encoding is LATIN1: create another database with CREATE DATABASE/,
    )
    return true
  })
})
