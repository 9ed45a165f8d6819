import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OpenFeature, ProviderEvents } from '@openfeature/server-sdk'
import { until } from '../../../sluice/test/support/until.ts'
import { SluiceClient } from '../../src/index.ts'
import { SluiceProvider } from '../../src/openfeature.ts'
import { fakePlane } from '../support/fake-plane.ts'
import { featureWith, snapshot, version } from '../support/snapshots.ts'

test('a canary is a split with its arm in the metadata, and needs a targeting key', async () => {
  const plane = fakePlane(snapshot(1, featureWith({ ppm: 1_000_000 })))
  const sluice = new SluiceClient({ url: 'http://plane.test', fetch: plane.fetch })
  await OpenFeature.setProviderAndWait('split', new SluiceProvider(sluice))
  const flags = OpenFeature.getClient('split')
  const changed: string[][] = []
  flags.addHandler(ProviderEvents.ConfigurationChanged, (event) => void changed.push(event?.flagsChanged ?? []))
  const details = await flags.getStringDetails('mail', 'none', { targetingKey: 'ann' })
  assert.partialDeepStrictEqual(details, {
    ...{ value: 'b', variant: 'b', reason: 'SPLIT' },
    flagMetadata: { version: 'b', arm: 'canary', rolloutId: 'r-1' },
  })
  const nobody = await flags.getStringDetails('mail', 'none')
  assert.partialDeepStrictEqual(nobody, { value: 'none', reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING' })
  plane.publish(snapshot(2))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(changed, [['mail']])
  assert.equal((await flags.getObjectDetails('mail', {})).reason, 'STATIC')
  await sluice.close()
})

test('a provider that found nothing to route by is ready with the first word of the control plane', async () => {
  const plane = fakePlane(snapshot(1))
  plane.interfere(() => new Error('unreachable'))
  const sluice = new SluiceClient({ url: 'http://plane.test', fetch: plane.fetch, random: () => 0.01 })
  const provider = new SluiceProvider(sluice, { readyTimeoutMs: 50 })
  await assert.rejects(OpenFeature.setProviderAndWait('late', provider), /the control plane did not answer/)
  const flags = OpenFeature.getClient('late')
  assert.equal(flags.providerStatus, 'ERROR')
  plane.interfere(undefined)
  await until(() => flags.providerStatus === 'READY', 'the provider to be ready')
  assert.equal(await flags.getStringValue('mail', 'none', { targetingKey: 'ann' }), 'a')
  await sluice.close()
})

test('a fallback is a flag too while nothing else is known', async () => {
  const plane = fakePlane(snapshot(1))
  plane.interfere(() => new Error('unreachable'))
  const fallbacks = { mail: version('f') }
  const sluice = new SluiceClient({ url: 'http://plane.test', fetch: plane.fetch, fallbacks })
  const provider = new SluiceProvider(sluice)
  const details = await provider.resolveStringEvaluation('mail', 'none', {})
  assert.partialDeepStrictEqual(details, { value: 'f', variant: 'f', reason: 'STALE' })
  await sluice.close()
})

test('feedback is tracked on the request that it names', async () => {
  const plane = fakePlane(snapshot(1))
  const sluice = new SluiceClient({ url: 'http://plane.test', fetch: plane.fetch })
  await OpenFeature.setProviderAndWait('track', new SluiceProvider(sluice))
  const route = sluice.route('mail', 'ann')
  route.record({ latencyMs: 1 })
  const flags = OpenFeature.getClient('track')
  const reference = String(route.reference())
  flags.track('sluice.feedback', { targetingKey: 'ann' }, { value: 0.25, reference })
  flags.track('checkout', { targetingKey: 'ann' }, { value: 99 })
  await sluice.close()
  const [feedback, request, ...more] = plane.batches.flat()
  assert.partialDeepStrictEqual(feedback, { kind: 'feedback', of: request?.id, score: 0.25 })
  assert.deepEqual(more, [])
})

test('a targeting key is a text or a whole number, and tracked values of a wrong type are reported', async () => {
  const plane = fakePlane(snapshot(1, featureWith({ ppm: 500_000 })))
  const codes: string[] = []
  const onDiagnostic = ({ code }: { code: string }) => codes.push(code)
  const sluice = new SluiceClient({ url: 'http://plane.test', fetch: plane.fetch, onDiagnostic })
  const provider = new SluiceProvider(sluice)
  await provider.initialize()
  const resolved = (targetingKey: unknown) =>
    provider.resolveStringEvaluation('mail', 'none', { targetingKey } as { targetingKey: string })
  for (let id = 0; id < 50; id += 1) assert.equal((await resolved(id)).value, (await resolved(String(id))).value)
  for (const key of [undefined, null, '', 1.5, {}, true, Symbol('ann')])
    assert.equal((await resolved(key)).errorCode, 'TARGETING_KEY_MISSING')
  const route = sluice.route('mail', 'ann')
  route.record({})
  const reference = route.reference() ?? ''
  const wrong: unknown[] = [undefined, { value: 1 }, { value: 'x', reference }, { thumb: 'x', reference }]
  for (const details of wrong) provider.track('sluice.feedback', {}, details as { value: number })
  const told = ['invalid-feedback', 'invalid-reference', 'invalid-reference', 'invalid-feedback', 'invalid-feedback']
  assert.deepEqual(
    codes.filter((code) => code.startsWith('invalid')),
    told,
  )
  provider.track('sluice.feedback', {}, { value: 0.5, reference: JSON.stringify(reference) })
  await sluice.close()
  assert.equal(plane.batches.flat().filter(({ kind }) => kind === 'feedback').length, 1)
})
