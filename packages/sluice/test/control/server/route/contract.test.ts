import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Assessment } from '../../../../src/control/rollout/assessment/assessment.ts'
import { onlySourceShare, placeShares } from '../../../../src/control/rollout/assessment/place-share.ts'
import { newPlace } from '../../../../src/control/rollout/evidence/places.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'

interface Operation {
  operationId: string
  parameters: { name: string; in: string; schema: object }[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

test('the contract is complete: ids are unique, parameters declared, schemas can be used', async () => {
  await using plane = await testPlane()
  const { body: contract } = await plane.ask('GET /openapi.json')
  assert.equal(contract.openapi, '3.1.0')
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(contract, 'contract')
  const operations = Object.entries<Record<string, Operation>>(contract.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  )
  assert.equal(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length)
  const compiled = new Set<string>()
  for (const { path, operation } of operations) {
    const { parameters, requestBody, responses } = operation
    const declared = parameters.filter((each) => each.in === 'path').map(({ name }) => name)
    assert.deepEqual(
      declared,
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      path,
    )
    const contents = [requestBody ?? {}, ...Object.values(responses)].flatMap((part) =>
      Object.values((part as { content?: Record<string, { schema: object }> }).content ?? {}),
    )
    const schemas = [...contents.map(({ schema }) => schema), ...parameters.map(({ schema }) => schema)]
    for (const schema of schemas) {
      const local = JSON.stringify(schema).replaceAll('"#/components', '"contract#/components')
      if (!compiled.has(local)) assert.doesNotThrow(() => ajv.compile(JSON.parse(local)), path)
      compiled.add(local)
    }
  }
})

test('the contract names the headers by which an answer proves its age', async () => {
  await using plane = await testPlane()
  const { body: contract } = await plane.ask('GET /openapi.json')
  const namesOf = (method: string, path: string) => {
    const { parameters, responses } = contract.paths[path][method]
    const asked = parameters
      .filter((each: { in: string }) => each.in === 'header')
      .map(({ name }: { name: string }) => name)
    return { asked, given: Object.keys(responses[200].headers) }
  }
  const proof = ['Sluice-Nonce', 'Sluice-Read-Age']
  assert.deepEqual(namesOf('get', '/v1/snapshot'), {
    asked: ['Sluice-Nonce', 'Sluice-Instance', 'If-None-Match'],
    given: [...proof, 'ETag'],
  })
  assert.deepEqual(namesOf('get', '/v1/stream'), { asked: ['Sluice-Nonce', 'Sluice-Instance', 'Prefer'], given: proof })
  assert.deepEqual(namesOf('post', '/v1/acks'), { asked: ['Sluice-Nonce', 'Sluice-Instance'], given: proof })
  assert.deepEqual(namesOf('put', '/v1/features/{feature}/active'), {
    asked: ['Idempotency-Key'],
    given: ['Idempotency-Replayed'],
  })
})

test('places and the accuser of an assessment are described to the last field', async () => {
  const told = {
    testimony: [],
    places: {
      instance: Array.from({ length: 9 }, (_, index) =>
        newPlace({ id: index ? `app-${index}` : null, token: 0, own: null }),
      ),
      address: [],
    },
  }
  const accuser = onlySourceShare(told, { kind: 'instance', id: 'app-1', token: 0 }, 3)
  let assessment = { words: 'so', places: placeShares(told), accuser } as unknown as Assessment
  await using plane = await testPlane({ engineState: { assessment: async () => assessment, drift: async () => null } })
  const [active, canary] = [await plane.publish('f', 'a'), await plane.publish('f', 'b')]
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: active, reason: 'x' } })
  const { body } = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: canary } })
  const { body: contract } = await plane.ask('GET /openapi.json')
  const { schema } = contract.paths['/v1/rollouts/{rollout}'].get.responses[200].content['application/json']
  const check = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
  const shown = (await plane.ask(`GET /v1/rollouts/${body.id}`, { as: 'operator' })).body
  assert.deepEqual([shown.assessment.places.instance.length, shown.assessment.accuser.kind], [6, 'instance'])
  assert.equal(check(shown), true)
  const { places, accuser: _, ...older } = shown.assessment
  assert.equal(check({ ...shown, assessment: older }), true)
  const [first] = places.instance
  const wrong = [
    { places: { instance: [] } },
    { places: { ...places, instance: [{ ...first, more: 1 }] } },
    { places: { ...places, instance: [{ ...first, requests: { canary: 1 } }] } },
    { accuser: { ...accuser, kind: 'user' } },
    { accuser: { ...accuser, failures: { own: 1 } } },
  ]
  for (const one of wrong) assert.equal(check({ ...shown, assessment: { ...shown.assessment, ...one } }), false)
  assessment = { ...assessment, accuser: null }
  const asked = (as: string) => plane.ask(`GET /v1/rollouts/${body.id}`, { as })
  assert.equal((await asked('operator')).body.assessment.accuser, null)
  const { body: toApplication } = await asked('client')
  assert.deepEqual([check(toApplication), 'places' in toApplication.assessment], [true, false])
})

test('what the contract asks for is what is checked', async () => {
  await using plane = await testPlane()
  const { body: contract } = await plane.ask('GET /openapi.json')
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const { schema } = contract.paths['/v1/outcomes'].post.requestBody.content['application/json']
  const check = ajv.compile(schema)
  const outcome = { id: 'a', feature: 'f', version: '0123456789ab', observedAt: '2026-11-24T09:00:00Z' }
  for (const [outcomes, fits] of [
    [[outcome], true],
    [[{ ...outcome, version: 'x' }], false],
    [[{ ...outcome, id: 'a:score' }], false],
    [[{ ...outcome, kind: 'feedback' }], false],
    [[{ ...outcome, id: 'c', kind: 'feedback', of: 'b', score: 1 }], true],
  ] as const) {
    assert.equal(check({ outcomes }), fits)
    const { body } = await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
    assert.equal(body.rejected.length === 0, fits)
  }
})
