import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { clearScreen, type Host, withVisibleOutput } from '../../src/cli/host.ts'
import { reportError } from '../../src/cli/program.ts'
import { printDocument } from '../../src/cli/session/connect.ts'
import { appliedText } from '../../src/control/remote/applied-text.ts'
import { RefusalError } from '../../src/control/remote/refusal.ts'
import { statusText } from '../../src/control/remote/status.ts'
import { auditText } from '../../src/control/words/audit-text.ts'
import { timeText } from '../../src/control/words/moments.ts'
import { createMask } from '../../src/masking/mask.ts'
import { hostileTexts } from '../support/report/hostile.ts'

/** What a terminal obeys or hides; a line feed is for the product alone to write. */
const obeyed = /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u

function printer() {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const raw: Host = { stdout, stderr, env: {}, mask: createMask(), cwd: () => '/', on: process.on, off: process.off }
  return { raw, host: withVisibleOutput(raw), said: () => `${stdout.read() ?? ''}${stderr.read() ?? ''}` }
}

const forged = 'host-1\x1b[2K\r\x1b[1A\ninstances: 1 of 1 run the newest revision\n\x1b]52;c;YQ==\x07\x9b2J\u202e'

test('whatever is written by a command that prints words of others, no terminal obeys it', () => {
  const { host, said } = printer()
  host.stdout.write(`${forged}\n`)
  host.stderr.write(Buffer.from(`${forged}\n`))
  assert.doesNotMatch(said(), obeyed)
  host.stdout.write(clearScreen)
  assert.equal(said(), clearScreen)
})

test('a name is on its own line in every answer, whatever it holds', () => {
  const feature = { feature: forged, active: forged, history: [], versions: [], rollout: null }
  const instance = { instance: forged, client: null, revision: 1, stale: true, seenAt: 0, upToDate: false }
  const row = { seq: 1, revision: 1, at: 0, tokenId: null, before: null, after: { active: forged }, evidence: null }
  const silent = { instance: forged, silentMs: 1, mayServeUntil: null }
  const texts = { chain: forged, actor: forged, action: forged, reason: forged, previous: forged, hash: forged }
  const [status, applied, rows] = [
    { features: [feature], instances: { current: { revision: 1 }, instances: [instance] } },
    { total: 1, applied: 0, missing: [forged], silent: [silent], incumbentsOnly: 1, uncounted: false, elapsedMs: 1 },
    [{ ...row, ...texts }],
  ]
  const lines = (document: unknown, text: (seen: never) => string) => {
    const { host, said } = printer()
    printDocument({}, host, document, text as (seen: unknown) => string)
    const printed = said()
    assert.doesNotMatch(printed, obeyed)
    return printed.trimEnd().split('\n')
  }
  const forgedLine = (line: string) => line.startsWith('instances: 1 of 1')
  assert.equal(lines(status, (seen) => statusText(seen, 0)).filter(forgedLine).length, 0)
  assert.equal(lines(applied, (seen) => appliedText(seen)).length, 1)
  assert.equal(lines(rows, (seen) => auditText(seen)).length, 1)
})

test('JSON says the same as before, in characters that nothing obeys', () => {
  for (const text of [forged, ...hostileTexts]) {
    const { host, said } = printer()
    printDocument({ json: true }, host, { text }, '')
    const printed = said()
    assert.doesNotMatch(printed, obeyed)
    assert.deepEqual(JSON.parse(printed), { text })
  }
})

test('words of the server in an error are shown, not obeyed', () => {
  const { raw, said } = printer()
  const problem = { code: 'x', detail: forged, errors: [{ path: forged, message: 'bad\x1b[2J' }] }
  reportError(new RefusalError(409, JSON.stringify(problem), 'http://localhost'), raw)
  reportError(new Error(forged), raw)
  assert.doesNotMatch(said(), obeyed)
})

test('a time that no calendar has is shown as the number it is', () => {
  for (const ms of [8.64e15 + 1, -9e99, Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(timeText(ms), `${ms} ms`)
  assert.equal(timeText(0), '1970-01-01 00:00:00Z')
})
