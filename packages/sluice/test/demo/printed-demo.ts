import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const script = path.join(import.meta.dirname, '../../../../demo/run.ts')

/** What the demo tells, which must go as told and leave nothing behind. */
export function printedDemo(...words: string[]): string {
  const scratch = mkdtempSync(path.join(tmpdir(), 'sluice-demo-'))
  // With more room for what is short-lived, less of it is copied, as in the tests themselves.
  const run = ['--max-semi-space-size=32', script, ...words]
  const env = { ...process.env, NO_COLOR: '1', TMPDIR: scratch }
  const { status, stdout, stderr } = spawnSync(process.execPath, run, { encoding: 'utf8', env })
  const left = readdirSync(scratch).filter((name) => name !== 'node-compile-cache')
  rmSync(scratch, { recursive: true })
  assert.equal(status, 0, `${stdout}\n${stderr}`)
  assert.deepEqual(left, [])
  return stdout
}

export function assertOrder(text: string, order: readonly RegExp[]): void {
  let from = 0
  for (const expected of order) {
    const found = text.slice(from).search(expected)
    assert.notEqual(found, -1, `${expected} does not come after position ${from}:\n${text}`)
    from += found
  }
}

/** What fits the screens of most. */
export function assertShort(text: string): void {
  const lines = text.split('\n').length
  assert.ok(lines <= 72, `the story takes ${lines} lines`)
}
