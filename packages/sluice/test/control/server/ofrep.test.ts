import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OpenFeature } from '@openfeature/server-sdk'
import { position, routeUnit } from '@sluice/client'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { listen } from '../../../src/control/server/http/listen.ts'
import { type TestPlane, testPlane, tokenOf } from '../../support/control-plane/control-plane.ts'

const contractFile = path.join(import.meta.dirname, '../../../../../../shared/conformance/ofrep-openapi.yaml')
const skip = existsSync(contractFile) ? false : 'needs ../shared/conformance/ofrep-openapi.yaml beside the checkout'

/**
 * Checks an answer against the public contract. As published, an answer with a value also fits the one without, and
 * so none of the `oneOf`; its words say that the latter has no value.
 */
function conformance() {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const contract = parse(readFileSync(contractFile, 'utf8'))
  contract.components.schemas.codeDefaultFlag.not = { required: ['value'] }
  ajv.addSchema(contract, 'ofrep')
  return (operation: string, status: number, body: unknown) => {
    const place = `ofrep#/paths/${operation}/post/responses/${status}/content/application~1json/schema`
    const check = ajv.compile({ $ref: place })
    assert.ok(check(body), `${operation} ${status}: ${JSON.stringify(check.errors)} in ${JSON.stringify(body)}`)
  }
}

const one = '~1ofrep~1v1~1evaluate~1flags~1{key}'
const all = '~1ofrep~1v1~1evaluate~1flags'

/** Two features; a canary of `canary` at half of everybody is running on the first. */
async function withRollout(): Promise<TestPlane & { active: string; canary: string; salt: string }> {
  const plane = await testPlane()
  const active = await plane.publish('summary', 'a')
  const canary = await plane.publish('summary', 'b')
  const other = await plane.publish('triage', 'c')
  const activate = (feature: string, version: string) =>
    plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body: { version, reason: 'launch' } })
  await activate('summary', active)
  await activate('triage', other)
  const settings = { stages: [{ percent: 50, soak: '1h' }] }
  const { body } = await plane.ask('POST /v1/features/summary/rollouts', {
    as: 'operator',
    body: { version: canary, settings },
  })
  return { ...plane, active, canary, salt: body.salt }
}

const evaluate = (plane: TestPlane, key: string, body: unknown, headers = {}) =>
  plane.ask(`POST /ofrep/v1/evaluate/flags${key}`, { as: 'client', body, headers })

test('every answer is one that the public contract knows', { skip }, async () => {
  const conforms = conformance()
  await using plane = await withRollout()
  const context = { context: { targetingKey: 'ann', plan: 'free' } }
  const ask = async (operation: string, key: string, body: unknown, status: number, errorCode?: string) => {
    const answer = await evaluate(plane, key, body)
    assert.deepEqual([answer.status, answer.body.errorCode], [status, errorCode])
    conforms(operation, status, answer.body)
  }
  await ask(one, '/summary', context, 200)
  await ask(one, '/triage', context, 200)
  await ask(one, '/unknown', context, 404, 'FLAG_NOT_FOUND')
  await ask(one, '/..%2fetc', context, 404, 'FLAG_NOT_FOUND')
  await ask(one, '/summary', { context: {} }, 400, 'TARGETING_KEY_MISSING')
  await ask(one, '/summary', { context: { targetingKey: 7 } }, 400, 'INVALID_CONTEXT')
  await ask(one, '/summary', [], 400, 'INVALID_CONTEXT')
  await ask(one, '/summary', '{"context"', 400, 'PARSE_ERROR')
  await ask(all, '', context, 200)
  await ask(all, '', { context: null }, 400, 'INVALID_CONTEXT')
  await ask(all, '', '[', 400, 'PARSE_ERROR')
})

test('the check against the contract finds a wrong answer', { skip }, () => {
  const conforms = conformance()
  assert.throws(() => conforms(one, 200, { key: 'a', value: 'b', reason: 'BECAUSE' }))
  assert.throws(() => conforms(one, 404, { key: 'a', errorCode: 'GENERAL' }))
})

test('units get the version of their arm, as they do in the client', async () => {
  await using plane = await withRollout()
  const seen = new Set<string>()
  // The salt is drawn anew in each run: with so many units both arms are surely seen.
  const units = ['josé', '用户', ...Array.from({ length: 50 }, (_, index) => `unit-${index}`)]
  for (const unit of units) {
    const { body } = await evaluate(plane, '/summary', { context: { targetingKey: unit } })
    const arm = position(plane.salt, unit) < 500_000 ? 'canary' : 'incumbent'
    const version = arm === 'canary' ? plane.canary : plane.active
    assert.deepEqual([body.value, body.variant, body.reason, body.metadata.arm], [version, version, 'SPLIT', arm])
    seen.add(arm)
  }
  assert.equal(seen.size, 2)
  const { body } = await evaluate(plane, '/triage', { context: { targetingKey: 'ann' } })
  assert.deepEqual([body.reason, body.metadata], ['STATIC', {}])
})

test('all flags at once come under an ETag', async () => {
  await using plane = await withRollout()
  const body = { context: { targetingKey: 'ann' } }
  const first = await evaluate(plane, '', body)
  assert.deepEqual(first.body.flags.map(({ key }: { key: string }) => key).sort(), ['summary', 'triage'])
  const headers = { 'if-none-match': first.headers.get('etag') }
  assert.equal((await evaluate(plane, '', body, headers)).status, 304)
  assert.equal((await evaluate(plane, '', { context: { targetingKey: 'bob' } }, headers)).status, 200)
  await plane.ask('POST /v1/features/summary/rollback', { as: 'operator', body: { reason: 'bad' } })
  assert.equal((await evaluate(plane, '', body, headers)).status, 200)
})

test('the public provider and SDK read versions from it', async () => {
  await using plane = await withRollout()
  const listening = await listen(plane.plane, { host: '127.0.0.1', port: 0 })
  try {
    const headers: [string, string][] = [['Authorization', `Bearer ${tokenOf('client')}`]]
    await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: listening.url, headers }))
    const client = OpenFeature.getClient()
    const found = await client.getStringDetails('triage', 'fallback', { targetingKey: 'ann' })
    assert.deepEqual([found.value, found.reason], [found.variant, 'STATIC'])
    const split = await client.getStringDetails('summary', 'fallback', { targetingKey: 'ann' })
    assert.equal(split.value, position(plane.salt, 'ann') < 500_000 ? plane.canary : plane.active)
    assert.match(String(split.flagMetadata.rolloutId), /^r-/)
    const missing = await client.getStringDetails('unknown', 'fallback', { targetingKey: 'ann' })
    assert.deepEqual([missing.value, missing.errorCode], ['fallback', 'FLAG_NOT_FOUND'])
    const keyless = await client.getStringDetails('triage', 'fallback', {})
    assert.deepEqual([keyless.value, keyless.errorCode], ['fallback', 'TARGETING_KEY_MISSING'])
    const wrongType = await client.getBooleanDetails('triage', false, { targetingKey: 'ann' })
    assert.deepEqual([wrongType.value, wrongType.errorCode], [false, 'TYPE_MISMATCH'])
  } finally {
    await OpenFeature.close()
    await listening.close()
  }
})

test('a unit is routed as its client would route it, also one that names nobody', async () => {
  await using plane = await withRollout()
  const { features } = (await plane.ask('GET /v1/snapshot', { as: 'client' })).body
  const units = [...Array.from({ length: 40 }, (_, index) => `user-${index}`), 'with\0nul', 'x'.repeat(1025)]
  for (const unit of units) {
    const { version, arm } = routeUnit(features.summary, unit)
    const { body } = await evaluate(plane, '/summary', { context: { targetingKey: unit } })
    assert.deepEqual(
      [body.value, body.reason, body.metadata.arm ?? null],
      [version, arm === null ? 'STATIC' : 'SPLIT', arm],
    )
  }
})
