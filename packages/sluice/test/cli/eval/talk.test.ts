import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandExitCodes, exitCodes } from '../../../src/exit-codes.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, summariser } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

const recorded = {
  'sluice.yaml':
    'sluice: 1\njudge: {model: "recorded:judge"}\nproviders:\n  recorded: {kind: replay, files: recordings/*.jsonl}\n',
  'prompts/echo.prompt.yml':
    'sluice: 1\nmodel: recorded:m\nmessages: [{role: user, content: "{{q}}"}]\nsuites: {fast: ../evals/echo.yaml}\nchecks: [{contains: yes}]\n',
  'evals/echo.yaml': '- {id: one, vars: {q: first}, tags: [core]}\n- {id: two, vars: {q: second}, tags: [core]}\n',
  'recordings/m.jsonl': '{"case":"one","model":"m","output":"yes"}\n{"case":"two","model":"m","output":"no"}\n',
}

test('with --json stdout is one JSON document; progress and talk are on stderr, in colour nowhere', async () => {
  await using model = await fakeModel(summariser())
  using project = changedProject({ url: model.url, cases: 5 })
  for (const args of [['gate'], ['eval', 'summary'], ['compare', 'summary', '--baseline', 'HEAD']]) {
    const { stdout, stderr } = await project.sluice([...args, '--json'])
    assert.doesNotThrow(() => JSON.parse(stdout), args.join(' '))
    assert.notEqual(stderr, '', args.join(' '))
    assert.doesNotMatch(stdout + stderr, /\x1b/)
  }
})

test('a log that is no terminal gets whole lines with how much is done and what it cost', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 5 }))
  const { stderr } = await project.sluice(['eval', 'summary'])
  assert.equal(stderr, 'summary: 5/5 (100 %), 0.00060 USD\n')
})

test('answers from recordings are neither unpriced nor paid for', async () => {
  using project = createProject(recorded)
  const { code, stdout, stderr } = await project.sluice(['eval', 'echo'])
  assert.equal(code, 0)
  assert.equal(stderr, 'echo: 2/2 (100 %), 0 USD\n')
  assert.match(stdout, /cost +nothing was paid for in this run\n/)
  assert.doesNotMatch(stdout, /cache/)
})

test('colour is for terminals, for those who force it, and never against NO_COLOR', async () => {
  using project = createProject(recorded)
  const run = async (env: NodeJS.ProcessEnv) => (await project.sluice(['eval', 'echo'], env)).stdout
  assert.doesNotMatch(await run({ NO_COLOR: '' }), /\x1b/)
  assert.match(await run({ NO_COLOR: '', FORCE_COLOR: '1' }), /\x1b\[/)
  assert.doesNotMatch(await run({ NO_COLOR: '1', FORCE_COLOR: '1' }), /\x1b/)
})

test('an unknown command or flag is invalid input, with a suggestion and the way to the help', async () => {
  using project = createProject(recorded)
  const wrong: [string[], RegExp][] = [
    [['gaet'], /unknown command 'gaet'\n\(Did you mean gate\?\)/],
    [['gate', '--margn', '0.1'], /unknown option '--margn'\n\(Did you mean --margin\?\)/],
    [['gate', '--margin', '3'], /--margin 3: expected a number from 0 to 1\n\(sluice gate --help/],
    [['gate', '--margin', ''], /--margin "": expected a number from 0 to 1/],
    [['gate', '--on-inconclusive', 'maybe'], /--on-inconclusive maybe: expected one of tiebreak, block, warn/],
    [['eval'], /missing required argument 'feature'/],
    [['eval', 'echo', '--repeats', '1.5'], /--repeats 1.5: expected a whole number of 1 or more/],
    [['eval', 'echo', '--concurrency', '0'], /--concurrency 0: expected a whole number of 1 or more/],
    [['eval', 'echo', '--budget-usd', '-1'], /--budget-usd -1: expected an amount in USD, such as 2.50/],
    [['eval', 'echo', 'more'], /one feature at a time, or several side by side with --compare/],
    [['gate', 'more'], /too many arguments/],
    [[], /Usage: sluice/],
  ]
  for (const [args, expected] of wrong) {
    const { code, stdout, stderr } = await project.sluice(args)
    assert.equal(code, 3, args.join(' '))
    assert.equal(stdout, '')
    assert.match(stderr, expected)
  }
})

test('every help page ends with the exit codes, on stdout and with exit 0', async () => {
  using project = createProject({})
  for (const args of [[], ['gate'], ['eval'], ['compare'], ['check'], ['cache', 'prune']]) {
    const { code, stdout, stderr } = await project.sluice([...args, '--help'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /Exit codes: 0 pass.*1 fail, 2 inconclusive, 3 invalid input, 4 could not run/, args.join(' '))
  }
})

test('the help of a command says of its exit codes what the reference says, and of no other command', async () => {
  using project = createProject({})
  const helpOf = async (...args: string[]) =>
    (await project.sluice([...args, '--help'])).stdout.split('Exit codes: ')[1]?.replaceAll(/\s+/g, ' ') ?? ''
  for (const { commands, codes } of commandExitCodes)
    for (const command of commands) {
      const said = await helpOf(command)
      for (const [word, says] of Object.entries(codes)) {
        const code = exitCodes[word as keyof typeof exitCodes]
        if (says === null) assert.match(said, new RegExp(`Never [^.]*\\b${code}\\b`), `${command} ${code}`)
        else assert.ok(said.includes(` ${code}: ${says}`), `${command} ${code}: ${said}`)
      }
      assert.equal(said.includes('audit --verify'), commands.includes('audit'), command)
    }
  assert.match(await helpOf('rollout', 'start'), /2: `activate`, `rollout`: the release needs approval; it is proposed/)
  assert.match(await helpOf('plan', 'simulate'), /Never 1\./)
  assert.match(await helpOf(), /The help of a command says what they mean there\. $/)
})
