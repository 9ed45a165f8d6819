import assert from 'node:assert/strict'
import { test } from 'node:test'
import { revertBody } from '../../../src/control/github/revert/revert-text.ts'
import { longestGithubText } from '../../../src/core/github/github-api.ts'

test('with a long post-mortem the text of the pull request is cut after a paragraph, and GitHub takes all of it', () => {
  const taken = {
    ...{ feature: 'summary', from: '2.0', to: '1.0', rolloutId: 'r-1', by: 'ann', at: 0, reason: null },
    ...{ link: undefined, branch: 'main', file: 'prompts/summary.prompt.yml', commit: 'c0ffee' },
  }
  for (let length = 1; length < 60; length += 1) {
    const body = revertBody(taken, null, `${'x'.repeat(length)}\n\n`.repeat(70_000 / (length + 2)))
    assert.ok(body.length <= longestGithubText && body.length > 65_000, `${body.length}`)
    assert.match(body, /x\n\nThe rest is too long for a pull request: `sluice rollout report r-1`$/)
  }
})
