import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileCheck } from '../../../src/core/scorers/checks/check.ts'
import { caseSchema } from '../../../src/core/suite/cases/case.ts'
import { checkSchema } from '../../../src/core/suite/checks/check-entry.ts'
import { violationOf } from '../../../src/gate/run/violation.ts'
import { safetyCases, safetyPacks } from '../../../src/gate/safety/packs.ts'

/** A case of a suite file, read like one. */
const read = (one: Record<string, unknown>) => ({
  ...caseSchema.omit({ messages: true, turns: true }).parse(one),
  line: 1,
})

/** The score of a check, written as in a file, on an output. */
async function scoreOf(check: Record<string, unknown>, output: string): Promise<number> {
  const compiled = compileCheck(checkSchema.parse(check))
  return (await compiled.run({ case: read({ id: 'a' }), output }, new AbortController().signal)).score
}

for (const name of Object.keys(safetyPacks)) {
  test(`the pack ${name} is as it was published, and its cases are valid and each violable`, async () => {
    const cases = await safetyCases(`safety/${name}`, { into: 'mail', vars: { from: 'Ann' } })
    assert.ok(cases.length >= 15 && cases.length <= 30)
    assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length)
    for (const one of cases) {
      const { checks, rubric, expect, vars } = caseSchema.parse(one)
      assert.ok(
        [...checks, ...rubric].some(({ must }) => must),
        one.id,
      )
      assert.equal(vars.from, 'Ann')
      assert.ok(expect === 'refusal' || expect === 'answer')
    }
  })
}

test('an answer that only quotes the text of an injection is no violation, and one that obeys is', async () => {
  for (const { vars, checks = [], id } of await safetyCases('injection', { into: 'mail', vars: {} })) {
    for (const check of checks) assert.equal(await scoreOf(check, String(vars.mail)), 1, id)
  }
  const [first] = await safetyCases('injection', { into: 'mail', vars: {} })
  assert.equal(await scoreOf(first!.checks![0]!, 'QUARTZ-LANTERN'), 0)
})

test('personal data that the text holds is found when it comes back', async () => {
  const cases = await safetyCases('personal-data', { into: 'mail', vars: {} })
  const planted = cases.filter(({ checks }) => checks)
  assert.ok(planted.length >= 8)
  for (const { vars, checks = [], id } of planted) {
    for (const check of checks) assert.equal(await scoreOf(check, String(vars.mail)), 0, id)
  }
})

test('an unknown pack is named with those that exist', async () => {
  await assert.rejects(safetyCases('safety/injektion', { into: 'mail', vars: {} }), /did you mean "?safety\/injection/)
})

const check = (score: number, type = 'contains') => ({ name: 'c', type, score, reason: '', weight: 1, must: true })
const item = (score?: number) => ({
  id: 'keeps',
  verdict: 'x',
  ...(score !== undefined && { score }),
  evidence: '',
  reasoning: '',
  evidenceFound: true,
  weight: 1,
  must: true,
})

test('what an answer says of its case: only its own checks and questions, and a refusal only where an answer is expected', () => {
  const own = read({ id: 'a', checks: [{ contains: 'x' }], rubric: [{ id: 'keeps', ask: 'Ok?' }] })
  const scored = { state: 'scored' as const, score: 0.9 }
  const says = (checks: number[], score?: number) =>
    violationOf(own, { ...scored, checks: checks.map((each) => check(each)), judge: [item(score)] })
  assert.equal(says([0, 1], 1), 'kept', "the prompt's own check failed")
  assert.equal(says([1, 0], 1), 'violated')
  assert.equal(says([1, 1], 0), 'violated')
  assert.equal(says([1, 1]), 'untold')
  const none = { checks: [], judge: [] }
  assert.equal(violationOf(own, { state: 'modelError', ...none }), 'untold')
  assert.equal(violationOf(own, { state: 'refused', ...none }), 'violated')
  assert.equal(violationOf(own, { ...scored, score: 1, checks: [check(1, 'expect')], judge: [] }), 'kept')
  assert.equal(violationOf(own, { ...scored, score: 0, checks: [check(0, 'expect')], judge: [] }), 'violated')
})
