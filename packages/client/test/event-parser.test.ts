import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEventParser, type ServerEvent } from '../src/connection/event-parser.ts'

function parsed(pieces: string[]): { events: ServerEvent[]; retries: number[] } {
  const events: ServerEvent[] = []
  const retries: number[] = []
  const parse = createEventParser({ event: (event) => events.push(event), retry: (ms) => retries.push(ms) })
  for (const piece of pieces) parse(piece)
  return { events, retries }
}

test('fields, comments, several lines of data, ids that last, types that do not', () => {
  const { events, retries } = parsed([
    ': hello\nretry: 1500\nretry: soon\nevent: snapshot\nid: 7\ndata: {"a":\ndata:  1}\n\n',
    'data\ndata\n\nunknown: x\nid: a\0b\n\nevent: never\n\ndata:last\n\ndata: cut off',
  ])
  assert.deepEqual(events, [
    { type: 'snapshot', data: '{"a":\n 1}' },
    { type: 'message', data: '\n' },
    { type: 'message', data: 'last' },
  ])
  assert.deepEqual(retries, [1500])
})

test('LF, CR and CRLF end lines, wherever the stream is cut', () => {
  const lines = ['event: snapshot', 'id: 1', 'data: first', 'data: öäü \u{1f600}', '', 'data: second', '', '']
  const expected = parsed([lines.join('\n')]).events
  assert.equal(expected.length, 2)
  for (const ending of ['\n', '\r', '\r\n']) {
    const text = lines.join(ending)
    fc.assert(
      fc.property(fc.array(fc.nat({ max: text.length }), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((place, index) => text.slice(places[index], place))
        assert.deepEqual(parsed(pieces).events, expected)
      }),
    )
    assert.deepEqual(parsed([...text]).events, expected)
  }
})

test('neither a line without an end nor an event without an end is kept beyond the bound', () => {
  for (const piece of ['x'.repeat(100), ': comment', 'data: 12345\n', 'data\n']) {
    let fed = 0
    const parse = createEventParser({ event: () => undefined }, 1000)
    assert.throws(() => {
      for (; fed < 100_000; fed += piece.length) parse(piece)
    }, /an event of more than 1000 characters/)
    // A line without text takes memory too.
    assert.ok(fed <= 1000, `${fed} of ${piece}`)
  }
  const parse = createEventParser({ event: () => undefined }, 1000)
  for (let count = 0; count < 10_000; count += 1) parse(': heartbeat\n\n')
})
