import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { systemClock } from '@sluice/client'
import { createRedactors } from '../../../src/control/live/redact.ts'
import { redactWay } from '../../../src/control/live/redact-trajectory.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { captured, capturing, liveStore, ofMail } from './live-stage.ts'

const way = {
  steps: 2,
  toolCalls: { look_up: 1, ask_ann: 1 },
  trajectoryRef: 'https://traces.example.org/ann',
  trajectory: {
    messages: [
      { role: 'user' as const, text: 'I am ann' },
      {
        role: 'assistant' as const,
        calls: [
          {
            id: 'c-ann',
            name: 'look_up',
            arguments: { ann: { card: 4111 }, n: 2 },
            result: ['of ann'],
            error: 'no ann',
          },
          { name: 'ask_ann', unreadable: '{"to": ann' },
        ],
      },
    ],
  },
}
const input = { name: 'ann' }

async function redactedBy(code: string, given = way, limitMs = 60_000) {
  const root = temporaryFolder('redact')
  writeFileSync(path.join(root, 'redact.mjs'), code)
  const redactors = createRedactors({ root, clock: systemClock, limitMs })
  try {
    return await redactWay({ ...given }, input, await redactors.redactTextsOf('redact.mjs'))
  } finally {
    await redactors.close()
  }
}

test('every text of the way passes the redactor as an output: names, keys, numbers, the reference', async () => {
  // It takes the name from the input and then changes the input, as redactors do.
  const stored = await redactedBy(`export default (all) => {
    const output = all.output.replaceAll(all.input.name, '[name]').replace('4111', '[card]')
    all.input.name = '[name]'
    return { ...all, output }
  }`)
  assert.ok(!JSON.stringify(stored).includes('ann') && !JSON.stringify(stored).includes('4111'))
  const [user, assistant] = stored.trajectory?.messages ?? []
  assert.deepEqual(user, { role: 'user', text: 'I am [name]', calls: [] })
  assert.deepEqual(assistant?.calls[0], {
    ...{ id: 'c-[name]', name: 'look_up', arguments: { '[name]': { card: '[card]' }, n: 2 }, result: ['of [name]'] },
    ...{ error: 'no [name]', durationMs: null },
  })
  assert.partialDeepStrictEqual(assistant?.calls[1], { name: 'ask_[name]', unreadable: '{"to": [name]', result: null })
  assert.deepEqual(stored.toolCalls, { look_up: 1, 'ask_[name]': 1 })
  assert.equal(stored.trajectoryRef, 'https://traces.example.org/[name]')
})

test('where the redactor fails on one text nothing of the way is stored but its number of steps and why', async () => {
  const lost = (kind: string) => ({ steps: 2, trajectoryLost: `it could not be redacted (${kind})` })
  const throwing = 'export default (all) => { if (all.output === "no ann") throw new Error(all.output); return all }'
  assert.deepEqual(await redactedBy(throwing), lost('threw'))
  assert.deepEqual(await redactedBy('export default ({input}) => ({input})'), lost('returned-something-else'))
  assert.deepEqual(await redactedBy('export default ({input}) => ({input, output: "x"})'), lost('same-keys'))
})

test('a trajectory with too many texts is lost with a word, and no redactor is asked', async () => {
  const asked: number[] = []
  const redact = async (texts: readonly string[]) => {
    asked.push(texts.length)
    return [...texts]
  }
  const messages = Array.from({ length: 2001 }, (_, index) => ({ role: 'user' as const, text: `${index}` }))
  const { trajectory, trajectoryLost } = await redactWay({ ...way, trajectory: { messages } }, input, redact)
  assert.deepEqual([trajectory, asked], [undefined, []])
  assert.match(trajectoryLost ?? '', /^it has \d+ different texts, too many to be redacted$/)
})

test('the way is stored with the content where the feature allows it, redacted, and nowhere else', async () => {
  const store = await liveStore()
  const redact = async ({ output }: { output: string }) => ({ input, output: output.replaceAll('ann', '[name]') })
  await capturing(store, { redact }).captureContents([captured('a', {}, way), captured('b')])
  const stored = await store.content(ofMail('a'))
  assert.partialDeepStrictEqual(stored, { steps: 2, trajectoryRef: 'https://traces.example.org/[name]' })
  assert.equal(stored?.trajectory?.messages[1]?.calls[1]?.name, 'ask_[name]')
  assert.ok(!JSON.stringify(stored).includes('of ann'))
  const silent = await store.content(ofMail('b'))
  assert.ok(silent && !('trajectory' in silent) && !('steps' in silent) && !('trajectoryLost' in silent))
  const closed = await liveStore({ store: false })
  await capturing(closed).captureContents([captured('a', {}, way)])
  assert.equal(await closed.content(ofMail('a')), undefined)
})
