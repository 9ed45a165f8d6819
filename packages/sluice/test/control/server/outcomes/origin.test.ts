import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import type { NodeExchange } from '../../../../src/control/server/http/answer.ts'
import { originOf } from '../../../../src/control/server/outcomes/report-origin.ts'

const from = (remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
  originOf(
    new Request('http://plane.test/v1/outcomes', { headers }),
    { incoming: { socket: { remoteAddress } } as IncomingMessage } as NodeExchange,
    (text) => createHash('sha256').update(text).digest('hex'),
  )

test('an address is that of the socket, whatever a header says', () => {
  const direct = from('10.0.0.1', { 'x-forwarded-for': '10.9.9.9', forwarded: 'for=10.9.9.9' })
  assert.deepEqual(direct, from('10.0.0.1'))
  assert.notEqual(direct.address, from('10.0.0.2').address)
  assert.equal(direct.address, from('::ffff:10.0.0.1').address)
  assert.equal(from(undefined).address, null)
})

test('of IPv6 the network counts, of which one host has all that follow', () => {
  const { address } = from('2001:db8:1:2::5')
  assert.equal(from('2001:db8:1:2:ffff::9%eth0').address, address)
  assert.notEqual(from('2001:db8:1:3::5').address, address)
})

test('a process is its name and the beginning of what it made at its start, on one visible line', () => {
  const process = (name: string) =>
    from('10.0.0.1', { 'sluice-instance': `3f2a91bc-77 60000 ${encodeURIComponent(name)}` })
  assert.equal(process('app-7').instance, 'app-7 3f2a91bc')
  assert.doesNotMatch(process('a\n\u001b[2J').instance ?? '', /[\n\u001b]/)
  assert.ok((process('x'.repeat(200)).instance ?? '').length <= 49)
  assert.equal(from('10.0.0.1').instance, null)
})
