import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import type { Assessment } from '../../../src/control/rollout/assessment/assessment.ts'
import { testPlane } from '../../support/control-plane/control-plane.ts'
import { canary } from '../../support/rollout/failed-canary.ts'

const root = path.join(import.meta.dirname, '../../../../..')
const page = readFileSync(path.join(root, 'docs/integrations.md'), 'utf8')

/** The YAML of the page whose first key is `first`. */
// biome-ignore lint/suspicious/noExplicitAny: others' formats, read as their tools do
function yamlOf(first: string): any {
  const blocks = [...page.matchAll(/```yaml foreign\n([\s\S]*?)```/g)].map(([, block = '']) => block)
  const block = blocks.find((text) => text.startsWith(first))
  assert.ok(block, `no YAML that begins with ${first}`)
  const [document] = parseAllDocuments(block)
  assert.deepEqual(document && 'errors' in document ? document.errors : ['none'], [])
  return document && 'toJS' in document ? document.toJS() : undefined
}

/** A plane whose engine has come to a decision. */
async function decided(decision: Assessment['decision']) {
  // biome-ignore lint/suspicious/noExplicitAny: what the verdict reads of an assessment
  const assessment: any = { decision, words: 'Because.', anytimeP: 0.01, alpha: 0.05 }
  const plane = await testPlane({ engineState: { assessment: async () => assessment, drift: async () => null } })
  return { plane, ...(await canary(plane)) }
}

test('the documented conditions of Argo Rollouts tell the three verdicts apart', async () => {
  const [metric] = yamlOf('apiVersion').spec.metrics
  const { web } = metric.provider
  assert.equal(web.jsonPath, '{$.value}')
  const meets = (condition: string, result: number) => {
    const [, expected] = /^result == (-?\d)$/.exec(condition) ?? []
    return result === Number(expected)
  }
  const expected: [Assessment['decision'], boolean, boolean][] = [
    [{ do: 'promote', strength: 'strong' }, true, false],
    [{ do: 'rollBack', why: 'evidence' }, false, true],
    [{ do: 'continue' }, false, false],
    [{ do: 'hold', why: 'insufficientData' }, false, false],
  ]
  for (const [decision, success, failure] of expected) {
    const { plane, rollout } = await decided(decision)
    const address = new URL(web.url.replace('{{args.rollout}}', rollout)).pathname
    const { status, body } = await plane.ask(`GET ${address}`, { as: 'client' })
    assert.equal(status, 200)
    assert.equal(meets(metric.successCondition, body.value), success, decision.do)
    assert.equal(meets(metric.failureCondition, body.value), failure, decision.do)
    await plane[Symbol.asyncDispose]()
  }
})

test("Flagger's webhook gets its answer by the status, whatever it posts", async () => {
  const [webhook] = yamlOf('analysis').analysis.webhooks
  const payload = { name: 'mail', namespace: 'prod', phase: 'Progressing', checksum: '85d557f47b', metadata: {} }
  for (const [decision, status] of [
    [{ do: 'continue' }, 200] as const,
    [{ do: 'rollBack', why: 'evidence' }, 412] as const,
  ]) {
    const { plane, rollout } = await decided(decision)
    const address = new URL(webhook.url).pathname.replace(/r-[0-9a-f]+/, rollout)
    const answer = await plane.ask(`POST ${address}`, { as: 'client', body: payload })
    assert.equal(answer.status, status)
    await plane[Symbol.asyncDispose]()
  }
})

test('every metric that the page names exists', () => {
  const sources = globSync('packages/sluice/src/**/*.ts', { cwd: root }).map((file) =>
    readFileSync(path.join(root, file), 'utf8'),
  )
  const code = sources.join('\n')
  const names = new Set([...page.matchAll(/\bsluice_(\w+)/g)].map(([, name = '']) => name))
  for (const [, ending] of page.matchAll(/`(_\w+)`/g)) names.add(`canary_arm${ending}`)
  assert.ok(names.size > 15)
  for (const name of names) assert.ok(code.includes(`'${name}'`), `sluice_${name} is documented, but not measured`)
  for (const [name] of page.matchAll(/\bsluice\.[a-z.]+[a-z](?=`)/g)) {
    if (name === 'sluice.example.com') continue
    assert.ok(code.includes(`'${name}'`), `${name} is documented, but not sent`)
  }
})
