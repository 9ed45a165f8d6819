import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeMembers, withMember } from '../../../../src/core/suite/config/judge-settings.ts'
import { defaultJudge } from '../../../../src/core/suite/models/default-judge.ts'
import { faultsOf, good, load } from '../../../support/memory-files.ts'

const judge = async (text: string) => (await load(good({ 'sluice.yaml': `judge: ${text}\n` }))).config.judge
const faults = async (text: string) =>
  (await faultsOf(good({ 'sluice.yaml': `judge: ${text}\n` }))).map((fault) => fault.replace('sluice.yaml:', ''))

const local = 'providers: {local: {kind: openai-compatible, baseURL: "http://127.0.0.1:1/v1"}}'

test('a panel names its members, with the parameters of all and of each', async () => {
  const settings = await judge(
    `{panel: ["local:a", {model: local/b, parameters: {temperature: 1}}, "${defaultJudge.model}"], parameters: {topP: 0.5}}\n${local}`,
  )
  assert.deepEqual(settings.panel, [
    { model: 'local:a', parameters: { topP: 0.5 } },
    { model: 'local:b', parameters: { topP: 0.5, temperature: 1 } },
    { model: defaultJudge.model, parameters: { ...defaultJudge.parameters, topP: 0.5 } },
  ])
  assert.equal(settings.model, `panel of local:a, local:b, ${defaultJudge.model}`)
  assert.deepEqual(
    judgeMembers(settings).map(({ model, path }) => [model, path.join('.')]),
    [
      ['local:a', 'judge.panel.0'],
      ['local:b', 'judge.panel.1'],
      [defaultJudge.model, 'judge.panel.2'],
    ],
  )
})

test('a cascade goes on by all rules and audits 5 % unless it says otherwise', async () => {
  const plain = await judge(`{cascade: {first: "local:a", then: "local:b"}}\n${local}`)
  assert.deepEqual(plain.cascade, {
    first: { model: 'local:a', parameters: {} },
    second: { model: 'local:b', parameters: {} },
    when: ['near-flip', 'cannot_tell', 'must-no'],
    audit: 0.05,
  })
  const own = await judge(`{cascade: {first: "local:a", then: "local:b", when: must-no, audit: 0.2}}\n${local}`)
  assert.deepEqual([own.cascade?.when, own.cascade?.audit], [['must-no'], 0.2])
})

for (const [text, message] of [
  [`{panel: ["local:a", "local:b"]}`, /an odd number of them, not 2/],
  [`{panel: ["local:a", "local:b", "local:c", "local:d"]}`, /not 4: two halves would decide nothing/],
  [`{panel: ["local:a", "local:b", "local:a"]}`, /"local:a" is a member already: it has one vote/],
  [`{panel: ["local:a", "local:b", "nowhere:c"]}`, /judge\.panel\.2.*there is no provider "nowhere"/],
  [`{cascade: {first: "local:a", then: "local:a"}}`, /is the model that is asked first; name another one/],
  [`{cascade: {first: "local:a", then: "local:b", when: []}}`, /judge\.cascade\.when/],
  [`{cascade: {first: "local:a", then: "local:b", when: often}}`, /judge\.cascade\.when/],
  [`{cascade: {first: "local:a"}}`, /judge\.cascade/],
  [`{model: "local:a", panel: ["local:a", "local:b", "local:c"]}`, /give only one of model and panel/],
] as const) {
  test(`refused: ${text}`, async () => {
    assert.match((await faults(`${text}\n${local}`)).join('\n'), message)
  })
}

test('a member is exchanged where it stands', async () => {
  const settings = await judge(`{cascade: {first: "local:a", then: "local:b"}}\n${local}`)
  const changed = withMember(settings, 'local:b', { model: 'local:c', parameters: {} })
  assert.deepEqual(
    judgeMembers(changed).map(({ model }) => model),
    ['local:a', 'local:c'],
  )
  assert.match(changed.model, /local:a, then local:c/)
})
