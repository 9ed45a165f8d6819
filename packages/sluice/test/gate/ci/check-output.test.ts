import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { runGithub } from '../../../src/gate/ci/run-github.ts'
import { createMask } from '../../../src/masking/mask.ts'

const fault = { severity: 'error', file: 'prompts/a.yaml', line: 3, column: 1, path: 'model', message: 'no such model' }

/** What the job shows where `sluice check` has printed `diagnostics`. */
async function shownFor(diagnostics: readonly object[]): Promise<string> {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'sluice-check-output-')))
  try {
    const event = path.join(root, 'event.json')
    writeFileSync(event, '{}')
    let shown = ''
    const exitCode = await runGithub({
      env: {
        PATH: process.env.PATH,
        GITHUB_EVENT_NAME: 'push',
        GITHUB_EVENT_PATH: event,
        GITHUB_REPOSITORY: 'acme/app',
      },
      mask: createMask(),
      root,
      run: async () => ({ exitCode: 3, stdout: JSON.stringify({ diagnostics }), stderr: '' }),
      write(text) {
        shown += text
      },
      nonce: () => 'nonce',
      connection: { fetch, sleep: async () => {}, random: Math.random, now: Date.now },
    })
    assert.equal(exitCode, 3)
    return shown
  } finally {
    rmSync(root, { recursive: true })
  }
}

test('a fault that sluice check prints is shown at its place', async () => {
  assert.match(await shownFor([fault]), /::error .*file=prompts\/a\.yaml,.*line=3/)
})

test('what is no fault of a file is not shown as one', async () => {
  const { line: _, ...nowhere } = fault
  assert.doesNotMatch(await shownFor([nowhere]), /::error/)
})
