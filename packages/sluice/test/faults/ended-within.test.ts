import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createProject, summaryFiles } from '../support/project.ts'

const answer = `export default () => 'Action item: pay'\n`

for (const [what, files, more, says] of [
  [
    'a check that ends the process',
    { 'app.mjs': answer, 'ends.mjs': 'export const ends = () => process.exit(0)\n' },
    { checks: [{ module: '../ends.mjs#ends' }] },
    /^sluice was ended before it had finished: code of the project.*process\.exit/m,
  ],
  [
    'an application that is also a program of its own',
    { 'app.mjs': `${answer}process.exit(0)\n` },
    {},
    /its process exited with 0 before the run had finished: code of the project called process\.exit.*no verdict/m,
  ],
] as const) {
  test(`${what} leaves no verdict, and its exit code is not taken for one`, async () => {
    const prompt = 'target: {module: ../app.mjs}\n'
    const suite = summaryFiles({ url: 'http://127.0.0.1:9/v1', prompt, fields: () => more })
    using project = createProject({ ...suite, ...files })
    const { code, stdout, stderr } = await project.binary(['gate', '--all', '--report-dir', 'report'])
    assert.equal(code, 4, stdout)
    assert.match(stderr, says)
    assert.equal(existsSync(path.join(project.root, 'report/report.json')), false)
  })
}
