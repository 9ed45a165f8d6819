import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeModel, isJudgeRequest, judgement, textOf } from '../support/fake-model.ts'
import { createProject, summaryFiles } from '../support/project.ts'

test('a case of 2.5 MB reaches the model and the judge whole', async () => {
  const email = `${'Please send the invoice. '.repeat(100_000)}The end.`
  const seen: number[] = []
  await using model = await fakeModel((request) => {
    const text = textOf(request)
    seen.push(text.split('Please send the invoice. ').length - 1)
    assert.match(text.slice(text.lastIndexOf('Please')), /The end\./)
    return isJudgeRequest(request) ? judgement({ actions: 'yes' }) : 'Action item: send the invoice'
  })
  const files = summaryFiles({ url: model.url, rubric: true })
  using project = createProject({
    ...files,
    'sluice.yaml': files['sluice.yaml'].replace('{input: 1, output: 1}', '{input: 0, output: 0}'),
    'evals/summary.jsonl': `${JSON.stringify({ id: 'big', vars: { email } })}\n`,
  })
  const { code, stdout, stderr } = await project.binary(['eval', 'summary', '--json'])
  assert.equal(code, 0, stderr)
  assert.equal(JSON.parse(stdout).features[0].coverage.scored, 1)
  assert.deepEqual(seen, [100_000, 100_000])
})

test('memory hardly grows with the number of cases', async () => {
  using project = createProject({
    ...summaryFiles({ url: 'http://127.0.0.1:9/v1', cases: 4000, prompt: 'target: {module: ../app.mjs}\n' }),
    'app.mjs': `export default async ({ email }) => 'Action item: ' + email`,
  })
  // Some 30 MB are taken whatever the number of cases. If 4 kB of each stayed, the heap would be too small.
  const small = [process.execPath, '--max-old-space-size=40', '--max-semi-space-size=1']
  const { code, stderr } = await project.start(['eval', 'summary', '--concurrency', '50'], {}, small).done
  assert.equal(code, 0, stderr)
})

const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')

test('files with CRLF line ends and a BOM are read as what they say; UTF-16 is named', async () => {
  const files = summaryFiles({ url: 'http://127.0.0.1:9/v1' })
  const asWindows = Object.entries(files).map(([name, text]) => [name, `\uFEFF${text.replaceAll('\n', '\r\n')}`])
  using project = createProject(Object.fromEntries(asWindows))
  const good = await project.binary(['check'])
  assert.equal(good.code, 0, good.stderr)
  assert.match(good.stderr, /1 feature checked: 0 errors/)

  project.write(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, utf16(text)])))
  const bad = await project.binary(['check'])
  assert.equal(bad.code, 3)
  assert.match(bad.stdout + bad.stderr, /sluice\.yaml.*UTF-16.*UTF-8/)

  project.write({ ...files, 'prompts/summary.prompt.yml': utf16(files['prompts/summary.prompt.yml']) })
  const badPrompt = await project.binary(['check'])
  assert.equal(badPrompt.code, 3)
  assert.match(badPrompt.stdout + badPrompt.stderr, /summary\.prompt\.yml.*UTF-16.*UTF-8/)

  project.write({ ...files, 'evals/summary.jsonl': utf16(files['evals/summary.jsonl']) })
  const badSuite = await project.binary(['check'])
  assert.equal(badSuite.code, 3)
  assert.match(badSuite.stdout + badSuite.stderr, /summary\.jsonl.*UTF-16.*UTF-8/)
})
