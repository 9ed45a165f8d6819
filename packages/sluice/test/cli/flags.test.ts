import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneOf, readFlags, sessionFlags, set, text, verdictFlags } from '../../src/cli/flags.ts'
import { SluiceError } from '../../src/errors.ts'
import { createProject } from '../support/project.ts'

const shape = { ...sessionFlags, ...verdictFlags, guard: oneOf(['off', 'strict']).optional() }

function refused(given: Record<string, unknown>): string {
  try {
    readFlags('gate', shape, { concurrency: 20, ...given })
  } catch (error) {
    assert.ok(error instanceof SluiceError)
    assert.equal(error.exitCode, 3)
    return error.message
  }
  return assert.fail('the flags were taken')
}

test('flags come as text and are read as what they mean', () => {
  const given = {
    concurrency: '5',
    maxWait: '10m',
    budgetUsd: '0',
    threshold: '1',
    allowEndpoint: ['a', 'b'],
    json: true,
  }
  assert.deepEqual(readFlags('gate', shape, given), {
    concurrency: 5,
    maxWait: 600_000,
    budgetUsd: 0,
    threshold: 1,
    allowEndpoint: ['a', 'b'],
    json: true,
  })
})

test('a default comes as it is, and a flag that was not given stays away', () => {
  assert.deepEqual(readFlags('gate', shape, { concurrency: 20 }), { concurrency: 20 })
})

test('an error names every faulty flag, what was given, what is expected, and where flags are explained', () => {
  assert.equal(
    refused({ margin: '1.5', maxWait: 'soon', budgetUsd: '', guard: 'maybe' }),
    [
      '--max-wait soon: expected a duration such as 10s, 4h or 90d',
      '--budget-usd "": expected an amount in USD, such as 2.50',
      '--margin 1.5: expected a number from 0 to 1',
      '--guard maybe: expected one of off, strict',
      '(sluice gate --help explains the flags)',
    ].join('\n'),
  )
})

test('what is no number is none, and neither is infinity', () => {
  for (const given of ['', ' ', 'many', '0', '1.5', 'Infinity', '-3'])
    assert.match(refused({ concurrency: given }), /^--concurrency .*: expected a whole number of 1 or more/)
  assert.match(refused({ budgetUsd: 'Infinity' }), /--budget-usd Infinity: expected an amount/)
})

test('a flag that the command does not read is refused', () => {
  assert.throws(() => readFlags('check', { json: set.optional(), out: text.optional() }, { jsno: true }), /jsno/)
})

test('commands refuse faulty flags before they do anything', async () => {
  using project = createProject({})
  const wrong: [string[], RegExp][] = [
    [['gate', '--max-wait', 'soon'], /^--max-wait soon: expected a duration/],
    [
      ['gate', '--guard', 'maybe', '--margin', '2', '--on-inconclusive', 'wait'],
      /^--margin 2: .*\n--on-inconclusive wait: expected one of tiebreak, block, warn\n--guard maybe: expected one of/,
    ],
    [['report', '--format', 'pdf'], /^--format pdf: expected one of/],
    [['check', '--format', 'pdf'], /^--format pdf: expected one of/],
    [['serve', '--log-level', 'loud'], /^--log-level loud: expected one of/],
    [['token', 'create', 'x', '--scope', 'client', 'king'], /^--scope king: expected one of/],
    [['gate', '--expect-features', '0'], /^--expect-features 0: expected a whole number/],
    [['compare', 'x', '--baseline', 'y', '--threshold', '2'], /^--threshold 2: expected a number from 0 to 1/],
    [['nightly', '--night', 'today'], /^--night today: a night is a day, as 2026-11-24/],
    [['costs', '--since', 'May'], /^--since May: give a day as 2026-11-01, or a number of days as 30d/],
    [['costs', '--production-usd', 'much'], /^--production-usd much: expected an amount in USD/],
    [['serve', '--port', '65536'], /^--port 65536: expected a whole number from 0 to 65535/],
    [['serve', '--keep-log', 'long'], /^--keep-log long: expected a duration such as/],
    [['activate', 'x', 'y', '--reason', 'r', '--wait', '61s'], /^--wait 61s: expected at most 60s/],
    [
      ['rollback', 'x', '--reason', 'r', '--wait', 'soon'],
      /^--wait soon: expected a duration[\s\S]*sluice rollback --help/,
    ],
    [
      ['rollout', 'start', 'x', 'y', '--users', '0'],
      /^--users 0: expected a number above 0[\s\S]*sluice rollout start --help/,
    ],
    [['token', 'create', 'x', '--scope', 'ci', '--expires', '5000d'], /^--expires 5000d: expected at most 3650d/],
    [['case', 'add', 'x', '--from', 'file:a', '--limit', '501'], /^--limit 501: expected a whole number from 1 to 500/],
    [['plan', 'canary', '--requests-per-day', '-1'], /^--requests-per-day -1: expected a number above 0/],
    [
      ['plan', 'canary', '--requests-per-day', '9', '--stages', '1,,5'],
      /^--stages 1,,5: expected a percentage above 0, up to 100/,
    ],
    [['simulate', 'x', '--seed', '-1'], /^--seed -1: expected a whole number from 0 to 4294967295/],
    [
      ['cache', 'prune', '--older-than', '0'],
      /^--older-than 0: expected a whole number[\s\S]*sluice cache prune --help/,
    ],
  ]
  for (const [args, expected] of wrong) {
    const { code, stdout, stderr } = await project.sluice(args)
    assert.equal(code, 3, args.join(' '))
    assert.equal(stdout, '')
    assert.match(stderr, expected)
  }
})
