import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scoreOfDetail } from '../../../src/gate/run/conversation.ts'
import type { CaseReport } from '../../../src/records/report/case-report.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { judged } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const prompt = `sluice: 1
model: local:m
messages:
  - {role: system, content: "You help {{who}}."}
  - {role: user, content: "{{question}}"}
suites: {fast: ../evals/a.yaml}
`
const config = (url: string) => `providers: {local: {kind: openai-compatible, baseURL: "${url}"}}\n`
const turns = `- id: order
  tags: [core]
  vars: {who: Ann}
  turns:
    - {user: Where is order 1182?, checks: [{contains: late}]}
    - {user: Refund it., checks: [{contains: refunded}, {notContains: sorry}]}
    - {user: Thanks.}
  checks: [{contains: welcome}]
`

const filesOf = (url: string, suite = turns) => ({
  'sluice.yaml': config(url),
  'prompts/a.prompt.yml': prompt,
  'evals/a.yaml': suite,
})

/** The one case of a run. */
async function evaluated(project: Project): Promise<CaseReport> {
  const { report, stderr } = await judged(project, ['eval', 'a'])
  const [shown] = report.features[0]?.cases ?? []
  assert.ok(shown, stderr)
  return shown
}

const answers: Record<string, string> = {
  'Where is order 1182?': 'It is late.',
  'Refund it.': 'I refunded it, sorry.',
  'Thanks.': 'You are welcome.',
}

test('turns are asked with the answers so far, scored one by one and as a whole', async () => {
  await using model = await fakeModel(({ messages }) => answers[messages.at(-1)?.content ?? ''] ?? '?')
  using project = createProject(filesOf(model.url))
  const shown = await evaluated(project)
  assert.deepEqual(
    model.requests.map(({ messages }) => messages.map(({ content }) => content)),
    [
      ['You help Ann.', 'Where is order 1182?'],
      ['You help Ann.', 'Where is order 1182?', 'It is late.', 'Refund it.'],
      ['You help Ann.', 'Where is order 1182?', 'It is late.', 'Refund it.', 'I refunded it, sorry.', 'Thanks.'],
    ],
  )
  assert.deepEqual(
    shown.checks.map(({ name, score }) => [name, score]),
    [
      ['turn 1: contains "late"', 1],
      ['turn 2: contains "refunded"', 1],
      ['turn 2: notContains "sorry"', 0],
      ['contains "welcome"', 1],
    ],
  )
  assert.equal(shown.score, (1 + 0.5 + 1) / 3)
  assert.equal(shown.output, 'You are welcome.')
  assert.equal(
    shown.input,
    'user: Where is order 1182?\n\nassistant: It is late.\n\nuser: Refund it.\n\nassistant: I refunded it, sorry.\n\nuser: Thanks.',
  )
  assert.deepEqual(
    shown.trace?.trajectory?.messages.map(({ role, text }) => `${role}: ${text}`),
    `${shown.input}\n\nassistant: You are welcome.`.split('\n\n'),
  )
  await evaluated(project)
  assert.equal(model.requests.length, 3)
})

test('a run that ended in the middle pays only for what is missing', async () => {
  let isBroken = true
  await using model = await fakeModel(({ messages }) => {
    const lastContent = messages.at(-1)?.content ?? ''
    return lastContent === 'Refund it.' && isBroken ? { status: 400 } : (answers[lastContent] ?? '?')
  })
  using project = createProject(filesOf(model.url))
  const broken = await evaluated(project)
  assert.equal(broken.state, 'modelError')
  assert.equal(broken.score, null)
  assert.match(broken.error ?? '', /^turn 2: /)
  assert.equal(broken.checks.length, 0)
  isBroken = false
  const before = model.requests.length
  assert.equal((await evaluated(project)).state, 'scored')
  assert.equal(model.requests.length - before, 2)
})

test('after onFailure: stop, turns that were never asked count 0', async () => {
  await using model = await fakeModel(({ messages }) => answers[messages.at(-1)?.content ?? ''] ?? '?')
  using project = createProject(filesOf(model.url, turns.replace('  checks: [', '  onFailure: stop\n  checks: [')))
  const shown = await evaluated(project)
  assert.equal(model.requests.length, 2)
  assert.equal(shown.score, (1 + 0.5 + 0) / 3)
  assert.deepEqual(
    shown.checks.map(({ name }) => name),
    ['turn 1: contains "late"', 'turn 2: contains "refunded"', 'turn 2: notContains "sorry"', 'last answer: asked'],
  )
})

test('a check of a turn that must pass sets the whole case to 0', async () => {
  await using model = await fakeModel(({ messages }) => answers[messages.at(-1)?.content ?? ''] ?? '?')
  const strict = turns.replace('{notContains: sorry}', '{notContains: sorry, must: true}')
  using project = createProject(filesOf(model.url, strict))
  const shown = await evaluated(project)
  assert.deepEqual([shown.state, shown.score], ['checkFailed', 0])
})

test('messages of a case replace the last message of the user', async () => {
  await using model = await fakeModel(() => 'Done.')
  const history = `- id: order
  tags: [core]
  vars: {who: Ann}
  messages:
    - {role: user, content: "Where is {{order}}?"}
    - {role: assistant, content: Late.}
    - {role: user, content: Refund it.}
  checks: [{contains: Done}]
`
  using project = createProject(filesOf(model.url, history))
  const shown = await evaluated(project)
  assert.equal(shown.score, 1)
  assert.deepEqual(
    model.requests[0]?.messages.map(({ role, content }) => `${role}: ${content}`),
    ['system: You help Ann.', 'user: Where is {{order}}?', 'assistant: Late.', 'user: Refund it.'],
  )
})

test('an application gets the conversation with each turn, and what it does not report is not claimed', async () => {
  using project = createProject({
    'sluice.yaml': 'judge: {model: openai:gpt-4.1-2025-04-14}\n',
    'app.mjs': `const text = (who, messages) => ['late, refunded, welcome:', who, ...messages.map((m) => m.content)].join('|')
export default ({ who, messages }) => {
  const output = text(who, messages)
  return messages.length > 1 ? { output, toolCalls: [] } : output
}
`,
    'prompts/a.prompt.yml':
      'sluice: 1\nmodel: openai:gpt-4.1-2025-04-14\ntarget: {module: ../app.mjs}\nsuites: {fast: ../evals/a.yaml}\n',
    'evals/a.yaml': turns,
  })
  const shown = await evaluated(project)
  assert.match(
    shown.output ?? '',
    /^late, refunded, welcome:\|Ann\|Where is order 1182\?\|late.*\|Refund it\.\|.*\|Thanks\.$/,
  )
  assert.equal(shown.trace?.trajectory, undefined)
})

for (const [what, change, says] of [
  ['a turn without text', ['Refund it.', '" "'], /turns\.1\.user: a turn needs what the user says/],
  ['a turn without user', ['user: Thanks.', 'expected: x'], /turns\.2\.user: missing; expected a text/],
  [
    'onFailure without turns',
    [turns.slice(turns.indexOf('  turns:'), turns.indexOf('  checks: [')), '  onFailure: stop\n'],
    /onFailure: is about turns/,
  ],
  [
    'history that ends with an answer',
    ['  turns:', '  messages: [{role: user, content: Hi.}]\n  turns:'],
    /messages\.0: turns follow an answer/,
  ],
] as const) {
  test(`${what} is a fault of the suite`, async () => {
    using project = createProject(filesOf('http://127.0.0.1:9', turns.replace(...(change as [string, string]))))
    const { code, stdout } = await project.sluice(['check'])
    assert.equal(code, 3)
    assert.match(stdout, says)
    assert.match(stdout, /evals\/a\.yaml:\d+:\d+: /)
  })
}

test('a measure of a turn that was never asked is missing from its metrics, not left out of them', async () => {
  await using model = await fakeModel(({ messages }) => {
    const asked = messages.at(-1)?.content ?? ''
    return asked.startsWith('Greet') ? (asked.endsWith('0') ? 'Hello.' : 'No.') : 'refund'
  })
  const cases = Array.from({ length: 4 }, (_, index) => ({
    ...{ id: `c${index}`, tags: ['core'], vars: { who: 'Ann' }, onFailure: 'stop' },
    turns: [
      { user: `Greet ${index}`, checks: [{ contains: 'hello' }] },
      { user: 'Which class?', checks: [{ label: { expected: 'refund', labels: ['refund', 'other'] } }] },
    ],
  }))
  using project = createProject(filesOf(model.url, JSON.stringify(cases)))
  const { report } = await judged(project, ['eval', 'a'])
  const accuracy = report.features[0]?.metrics?.find(({ name }) => name === 'turn 2: label.accuracy')
  assert.deepEqual([accuracy?.value, accuracy?.cases, accuracy?.missing], [1, 1, 3])
})

test('a check that must pass and has no weight is looked at in a turn, and in the whole', async () => {
  const must = '{notContains: secret, must: true, weight: 0}'
  const inTurn = `- {id: a, tags: [x], vars: {who: Ann}, turns: [{user: Hi, checks: [${must}]}, {user: Bye, checks: [{contains: ok}]}]}`
  const inWhole = `- {id: a, tags: [x], vars: {who: Ann}, turns: [{user: Hi, checks: [{contains: ok}]}, {user: Bye}], checks: [${must}]}`
  const stopping = inTurn.replace('turns:', 'onFailure: stop, turns:')
  for (const [suite, leaks, asked] of [
    [inTurn, 'Hi', 2],
    [inWhole, 'Bye', 2],
    [stopping, 'Hi', 1],
    [stopping, 'never', 2],
  ] as const) {
    await using model = await fakeModel(({ messages }) =>
      messages.at(-1)?.content === leaks ? 'the secret, ok' : 'ok',
    )
    using project = createProject(filesOf(model.url, suite))
    const { state, score } = await evaluated(project)
    assert.deepEqual([state, score], leaks === 'never' ? ['scored', 1] : ['checkFailed', 0], suite)
    assert.equal(model.requests.length, asked, suite)
  }
})

test('a conversation that is scored again keeps to checks that must pass and weigh nothing', () => {
  const check = { type: 'contains', reason: '', weight: 1, must: false, score: 1 }
  const again = (score: number) =>
    scoreOfDetail({
      ...{ state: 'scored', judge: [], exchanges: [] },
      checks: [
        { ...check, name: 'turn 1: kept', weight: 0, must: true, score },
        { ...check, name: 'turn 2: ok', score: 0.5 },
      ],
    })
  assert.deepEqual(again(1), { state: 'scored', score: 0.5 })
  assert.deepEqual(again(0), { state: 'checkFailed', score: 0 })
})
