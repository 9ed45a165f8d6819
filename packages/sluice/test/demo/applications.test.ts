import { test } from 'node:test'
import { assertOrder, printedDemo } from './printed-demo.ts'

test('the demo tells of an agent whose code alone changed: red by the first call that deviates, and green again', () => {
  assertOrder(printedDemo('agent'), [
    /its model is simulated/,
    /✓ looks up before it refunds/,
    /\+ .*desk\.call\(\['refund'/,
    /- .*desk\.call\(\['refund'/,
    /\$ sluice gate +exit code 1 +FAIL/,
    /The baseline is the application of [0-9a-f]{7}, run from a worktree/,
    /32 pairs, difference -0\.\d+, 95 % interval -0\.\d+ to -0\.\d+/,
    /main called +look_up .* → escalate/,
    /now called +refund .* → look_up/,
    /✗ refunds nothing: .*call 1 \(step 1\): got refund, expected no call of refund/,
    /\$ sluice gate +exit code 0 +PASS/,
    /so is every answer: 32 of 32 texts/,
  ])
})

test('the demo tells a worse retrieval from a worse prompt, with intervals', () => {
  assertOrder(printedDemo('rag'), [
    /1 {2}Another chunking/,
    /\$ sluice gate +exit code 1 +FAIL/,
    /recall@3: 1\.000 before, 0\.\d+ now, 95 % interval of the change -0\.\d+ to -0\.\d+/,
    /retrieval lacked the fact in [1-9]\d and generation lost it in 0/,
    /2 {2}Another prompt/,
    /\$ sluice gate +exit code 1 +FAIL/,
    /recall@3: 1\.000 before, 1\.000 now/,
    /retrieval lacked the fact in 0 and generation lost it in [1-9]\d/,
  ])
})

test('the demo tells of a skill that is worse than none in some cases, and green again without harm', () => {
  assertOrder(printedDemo('skill', '--small'), [
    /\+- Write at most three lines/,
    /\$ sluice gate +exit code 1 +FAIL/,
    /without it the mean is 0\.\d+, over 16 cases/,
    /lift +\+0\.\d+, 95 % interval -?\+?0\.\d+ to \+0\.\d+; main \+0\.\d+/,
    /harm +0\.438, 95 % interval 0\.\d+ to 0\.\d+; main 0\.000/,
    /\+- Put all fixes into one line/,
    /\$ sluice gate +exit code 0 +WEAK PASS/,
    /harm +0\.000, 95 % interval 0\.000 to 0\.\d+/,
    /It harmed 7 of 16 cases/,
  ])
})
