import { test } from 'node:test'
import { assertOrder, assertShort, printedDemo } from './printed-demo.ts'

test('the demo tells what a pass is worth: the judge is calibrated, a drill finds blind spots, what it proposes kills more, the plan holds', () => {
  const text = printedDemo('trust', '--small')
  assertOrder(text, [
    /labels were written for this demo/,
    /judge is simulated/,
    /TOO FEW LABELS \(about \d+ more\)/,
    /MAY GATE: kappa 0\.\d+/,
    /What they do not see at all: hedge, language/,
    /[0-3] of 4 killed: \d+ %, 95 % interval/,
    /✗ language: /,
    /✗ prompts\/email-summary\.prompt\.yml:11 {2}Write English/,
    /\+ {2}- notMatches: /,
    /\+ {2}- id: language/,
    /[1-4] of 4 killed: \d+ %, 95 % interval/,
    /each item needs 10 labels: language has 0/,
    /MAY GATE/,
    /fails with 80 % probability/,
    /no drop +failed +\d+ of 50: .* 95 % interval/,
    /in every answer +failed +\d+ of 50: .* 95 % interval/,
    /in few answers +failed +\d+ of 50: .* 95 % interval/,
    /In short/,
  ])
  assertShort(text)
})
