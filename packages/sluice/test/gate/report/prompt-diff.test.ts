import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aroundChanges, promptChange } from '../../../src/gate/report/prompt-diff.ts'
import { incidentFeature, incidentReport } from '../../support/report/incident.ts'
import { formats } from './formats.ts'

const asked = (model: string, system: string, parameters: Record<string, unknown> = { temperature: 0.3 }) => ({
  ...{ model, parameters },
  messages: [
    { role: 'system', content: system },
    { role: 'user', content: '{{email}}' },
  ],
})
const rules = Array.from({ length: 9 }, (_, index) => `Rule ${index}.`)
const before = asked('old:m', [...rules, 'Keep every action item.'].join('\n'))
const after = asked('new:m', [...rules, 'Be brief.'].join('\n'), { temperature: 0.3, maxTokens: 40 })

test('model, parameters and messages are compared line by line', () => {
  const lines = promptChange(incidentFeature({ asked: { candidate: after, baseline: before } })) ?? []
  const changed = lines.flatMap(({ kind, text }) => (kind === 'same' ? [] : [`${kind} ${text}`]))
  assert.deepEqual(changed.toSorted(), [
    'added Be brief.',
    'added maxTokens: 40',
    'added model: new:m',
    'removed Keep every action item.',
    'removed model: old:m',
  ])
  const skipped = aroundChanges(lines).flatMap((line) => ('skipped' in line ? [line.skipped] : []))
  assert.ok(skipped.length > 0 && skipped.every((count) => count > 0))
})

test('the same prompt is said to be the same; without a baseline nothing is said', () => {
  assert.deepEqual(promptChange(incidentFeature({ asked: { candidate: before, baseline: before } })), [])
  assert.equal(promptChange(incidentFeature({ asked: { candidate: before, baseline: null } })), undefined)
  assert.equal(promptChange(incidentFeature()), undefined)
})

test('comment and page show it, as text', async () => {
  const candidate = asked('new:m', 'Be <b>brief</b>.')
  const shown = await formats(
    incidentReport({ features: [incidentFeature({ asked: { candidate, baseline: before } })] }),
  )
  assert.match(shown.markdown ?? '', /- model: old:m \+ model: new:m.*\+ Be <b>brief<\/b>\./)
  assert.match(
    shown.html ?? '',
    /<del>model: old:m<\/del><ins>model: new:m<\/ins>.*<ins>Be &lt;b&gt;brief&lt;\/b&gt;\.<\/ins>/,
  )
  const same = incidentFeature({ asked: { candidate: before, baseline: before } })
  for (const text of Object.values(await formats(incidentReport({ features: [same] }))).slice(1, 3)) {
    assert.match(text, /Both versions ask the same/)
  }
})
