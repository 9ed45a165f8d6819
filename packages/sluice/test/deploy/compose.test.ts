import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { root } from '../../../../scripts/release/packages.ts'

const read = (file: string) => readFileSync(path.join(root, 'deploy', file), 'utf8')

const service = z.looseObject({
  environment: z.record(z.string(), z.string()),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
})
const compose = z.object({
  name: z.string(),
  services: z.object({ sluice: service, postgres: service }),
  volumes: z.record(z.string(), z.unknown()),
})

test('compose.yaml starts the server once the database is healthy, and neither has a password in the repository', () => {
  const text = read('compose.yaml')
  const { services, volumes } = compose.parse(parse(text))
  assert.deepEqual(services.sluice.depends_on, { postgres: { condition: 'service_healthy' } })
  assert.deepEqual(services.postgres.healthcheck?.test.slice(0, 2), ['CMD', 'pg_isready'])
  assert.ok(services.postgres.volumes?.every((volume) => Object.keys(volumes).includes(volume.split(':')[0] ?? '')))
  // Each secret is required of the environment: without it Compose refuses to start, with the words after the mark.
  const secrets = [...text.matchAll(/\$\{(\w+)(:\?[^}]+)?\}/g)]
  assert.ok(secrets.length >= 3)
  for (const [all, name = '', required] of secrets) assert.ok(required, `${all}: ${name} may be left out`)
  for (const { environment } of [services.sluice, services.postgres])
    for (const [name, value] of Object.entries(environment))
      if (/TOKEN|PASSWORD|URL/.test(name)) assert.match(value, /\$\{\w+:\?/, name)
})

test('the example of the secrets names each of them and gives none; the file with yours is ignored by git', () => {
  const example = read('compose.env.example')
  const asked = new Set([...read('compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name))
  const given = [...example.matchAll(/^(\w+)=(.*)$/gm)]
  assert.deepEqual(new Set(given.map(([, name]) => name)), asked)
  for (const [, name, value] of given) assert.equal(value, '', name)
  assert.match(readFileSync(path.join(root, '.gitignore'), 'utf8'), /^\/deploy\/compose\.env$/m)
})

test('the server is open to the machine alone, and may write only to its temporary folders', () => {
  const { sluice } = compose.parse(parse(read('compose.yaml'))).services
  assert.ok(sluice.ports?.every((port) => port.startsWith('127.0.0.1:')))
  assert.equal(sluice.read_only, true)
  assert.deepEqual(sluice.cap_drop, ['ALL'])
})
