import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel, textOf } from '../../support/fake-model.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

const answer = () => 'Action item: pay.'

/** One feature whose cases take their mail from files. */
function mailsFrom(url: string, cases: string, prompt = '') {
  const files = summaryFiles({ url, prompt })
  return {
    ...files,
    'prompts/summary.prompt.yml': files['prompts/summary.prompt.yml'].replace('summary.jsonl', 'summary.yaml'),
    'evals/summary.yaml': cases,
  }
}

test('a variable may be the text of a file, relative to the suite, and a change of it is asked anew', async () => {
  await using model = await fakeModel(answer)
  const cases = '- {id: a, vars: {email: {file: mails/1.txt}}, tags: [core]}\n'
  using project = createProject({ ...mailsFrom(model.url, cases), 'evals/mails/1.txt': '\ufeffZwölf  {{x}}\r\n' })
  assert.equal((await project.sluice(['eval', 'summary'])).code, 0)
  assert.equal(model.requests.map(textOf).join(), 'Summarise: Zwölf  {{x}}\r\n')
  await project.sluice(['eval', 'summary'])
  assert.equal(model.requests.length, 1)
  project.write({ 'evals/mails/1.txt': 'Thirteen' })
  await project.sluice(['eval', 'summary'])
  assert.equal(model.requests.map(textOf).at(-1), 'Summarise: Thirteen')
})

test('the file of a variable is part of what its feature is affected by', async () => {
  const cases = '{"id":"a","vars":{"email":{"file":"../mails/1.txt"}},"tags":["core"]}\n'
  using project = createProject({
    ...summaryFiles({ url: 'http://127.0.0.1:9/' }),
    'evals/summary.jsonl': cases,
    'mails/1.txt': 'one',
    'mails/2.txt': 'two',
  })
  commitAll(project, 'base')
  project.write({ 'mails/2.txt': 'other' })
  const untouched = await project.sluice(['gate', '--base', 'HEAD', '--explain'])
  assert.match(untouched.stdout, /mails\/1\.txt/)
  assert.match(untouched.stdout, /summary.*not affected/s)
  project.write({ 'mails/1.txt': 'changed' })
  const touched = await project.sluice(['gate', '--base', 'HEAD', '--explain'])
  assert.doesNotMatch(touched.stdout, /not affected/)
})

test('a file that is missing, outside, or no UTF-8 is named at its case; other maps are values', async () => {
  const cases = `- {id: gone, vars: {email: {file: mails/none.txt}}}
- {id: outside, vars: {email: {file: ../../secret.txt}}}
- {id: absolute, vars: {email: {file: /etc/hostname}}}
- {id: latin, vars: {email: {file: mails/latin.txt}}}
- {id: wide, vars: {email: {file: mails/wide.txt}}}
- {id: value, vars: {email: {file: a, size: 1}}}
`
  using project = createProject({
    ...mailsFrom('http://127.0.0.1:9/', cases),
    'evals/mails/latin.txt': new Uint8Array([0x61, 0x0a, 0xe4]),
    'evals/mails/wide.txt': new Uint8Array([0xff, 0xfe, 0x61, 0]),
  })
  const { code, stdout } = await project.sluice(['check'])
  assert.equal(code, 3)
  const faults = stdout.split('\n').filter((line) => line.includes('vars.email'))
  assert.equal(faults.length, 5, stdout)
  const [gone, outside, absolute, latin, wide] = faults
  assert.match(gone ?? '', /^evals\/summary\.yaml:1:\d+: vars\.email: there is no file evals\/mails\/none\.txt/)
  assert.match(outside ?? '', /:2:\d+: .*\.\.\/\.\.\/secret\.txt lies outside of the project/)
  assert.match(absolute ?? '', /:3:\d+: .*\/etc\/hostname lies outside of the project/)
  assert.match(latin ?? '', /:4:\d+: .*evals\/mails\/latin\.txt:2:1: a byte that is not UTF-8/)
  assert.match(wide ?? '', /:5:\d+: .*evals\/mails\/wide\.txt:1:1: the file is encoded as UTF-16/)
})

test('a link that leads out of the project is not followed', async () => {
  const cases = '- {id: a, vars: {email: {file: mails/1.txt}}}\n'
  using project = createProject({ 'secret.txt': 'x' }, 'p')
  const files = Object.entries(mailsFrom('http://127.0.0.1:9/', cases)).map(([name, text]) => [`p/${name}`, text])
  project.write({ ...Object.fromEntries(files), 'p/evals/mails/2.txt': '' })
  symlinkSync(path.join(project.root, 'secret.txt'), path.join(project.root, 'p/evals/mails/1.txt'))
  const { code, stdout } = await project.sluice(['check'])
  assert.equal(code, 3)
  assert.match(stdout, /evals\/mails\/1\.txt is a link that leads out of the project/)
})

test('defaults of a prompt fill what a case leaves out, and a case overrules them', async () => {
  await using model = await fakeModel(answer)
  const cases = `- {id: a, vars: {email: One}, tags: [core]}
- {id: b, vars: {email: Two, language: German}, tags: [core]}
`
  const files = mailsFrom(model.url, cases, 'defaults: {language: English}\n')
  const prompt = files['prompts/summary.prompt.yml'].replace('Summarise: {{email}}', 'In {{language}}: {{email}}')
  using project = createProject({ ...files, 'prompts/summary.prompt.yml': prompt })
  const check = await project.sluice(['check'])
  assert.match(check.stderr, /0 errors/, check.stdout)
  await project.sluice(['eval', 'summary'])
  assert.deepEqual(model.requests.map(textOf).sort(), ['In English: One', 'In German: Two'])
  project.write({ 'prompts/summary.prompt.yml': prompt.replace('defaults: {language: English}\n', '') })
  const without = await project.sluice(['check'])
  assert.equal(without.code, 3)
  assert.match(without.stdout, /\{\{language\}\}, which this case does not set/)
})

test('a change of a default is a change of the measure, which the guard sees', async () => {
  await using model = await fakeModel(answer)
  const files = mailsFrom(model.url, '- {id: a, vars: {email: One}, tags: [core]}\n', 'defaults: {language: English}\n')
  const prompt = files['prompts/summary.prompt.yml'].replace('Summarise: {{email}}', 'In {{language}}: {{email}}')
  using project = createProject({ ...files, 'prompts/summary.prompt.yml': prompt })
  commitAll(project, 'base')
  project.write({ 'prompts/summary.prompt.yml': prompt.replace('English', 'Danish') })
  const { stdout } = await project.sluice(['gate', '--base', 'HEAD', '--json'])
  const { measureChanges } = JSON.parse(stdout)
  assert.deepEqual(
    measureChanges.map(({ what, before, after }: Record<string, unknown>) => [what, before, after]),
    [['defaults', '{"language":"English"}', '{"language":"Danish"}']],
  )
})
