import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeModel } from '../../support/fake-model.ts'
import { createProject } from '../../support/project.ts'

const png = (text: string) => Buffer.from(`\x89PNG\r\n\x1a\n${text}`, 'latin1')

const prompt = `sluice: 1
model: local:m
messages:
  - role: user
    content:
      - {type: text, text: "What is on it, {{who}}?"}
      - {type: image, file: "{{photo}}"}
      - {type: image, file: ./logo.png}
checks: [{contains: cat}]
suites: {fast: ../evals/a.yaml}
`
const suite = (photo: string) => `- {id: one, tags: [core], vars: {who: Ann, photo: ${photo}}}\n`
const config = (url: string) =>
  `providers: {local: {kind: openai-compatible, baseURL: "${url}"}}\njudge: {model: local:j}\n`

const filesOf = (url = 'http://127.0.0.1:9/v1') => ({
  'sluice.yaml': config(url),
  'prompts/a.prompt.yml': prompt,
  'prompts/logo.png': png('logo'),
  'evals/a.yaml': suite('{file: cat.png}'),
  'evals/cat.png': png('cat'),
})

test('images of a prompt and of a case are sent, and the judge is told that it did not see them', async () => {
  await using model = await fakeModel(({ model: name }) =>
    name === 'm' ? 'a cat' : '{"items":[{"id":"right","evidence":"a cat","reasoning":"-","verdict":"yes"}]}',
  )
  using project = createProject(filesOf(model.url))
  project.write({
    'prompts/a.prompt.yml': `${prompt}rubric: [{id: right, ask: Does it name the animal?}]\n`,
  })
  const run = () => project.sluice(['eval', 'a'])
  const first = await run()
  assert.equal(first.code, 0, first.stderr)
  const [asked, judged] = [
    model.requests.find((one) => one.model === 'm'),
    model.requests.find((one) => one.model === 'j'),
  ]
  assert.match(JSON.stringify(asked), new RegExp(`${png('cat').toString('base64')}.*${png('logo').toString('base64')}`))
  const shown = JSON.stringify(judged)
  assert.match(shown, /\[image cat\.png, image\/png, 11 bytes, sha256 [0-9a-f]{12}\]/)
  assert.ok(!shown.includes(png('cat').toString('base64')))
  assert.match(first.stdout, /The judge did not see the images and PDFs of 1 answer/)

  const answers = () => model.requests.filter((one) => one.model === 'm').length
  await run()
  assert.equal(answers(), 1)
  project.write({ 'evals/cat.png': png('dog') })
  await run()
  assert.equal(answers(), 2)
})

const wrong: [what: string, change: Record<string, string | Uint8Array>, says: RegExp][] = [
  [
    'does not exist',
    { 'prompts/a.prompt.yml': prompt.replace('logo.png', 'none.png') },
    /prompts\/a\.prompt\.yml:8:\d+: messages\.0\.content\.2: there is no file prompts\/none\.png/,
  ],
  [
    'is too large',
    { 'evals/cat.png': Buffer.concat([png('cat'), Buffer.alloc(50_000_000)]) },
    /evals\/a\.yaml:1:\d+: .*cat\.png has 50\.0 MB; a file of a message may have 20\.0 MB, so make it smaller/,
  ],
  [
    'is no image, whatever its name says',
    { 'prompts/logo.png': 'logo' },
    /prompts\/a\.prompt\.yml:8:\d+: .*logo\.png is no image and no PDF by its first bytes/,
  ],
  [
    'of a case is a text, whatever its name says',
    { 'evals/cat.png': 'cat' },
    /evals\/a\.yaml:1:\d+: .*is not an image: write \{file: photos\/1\.png\}/,
  ],
  ['is a PDF', { 'evals/cat.png': '%PDF-1.7' }, /evals\/a\.yaml:1:\d+: .*is a PDF by its first bytes; write type: pdf/],
  ['of a case is a path', { 'evals/a.yaml': suite('cat.png') }, /evals\/a\.yaml:1:\d+: .*is not an image: write/],
  [
    'stands in a text',
    { 'prompts/a.prompt.yml': prompt.replace('{{who}}', '{{who}} {{photo}}') },
    /evals\/a\.yaml:1:\d+: .*is an image, and the prompt has \{\{photo\}\} in a text; write the part/,
  ],
  ['lies outside', { 'evals/a.yaml': suite('{file: ../../cat.png}') }, /lies outside of the project/],
]
for (const [what, change, says] of wrong) {
  test(`an image that ${what} is a fault of its file`, async () => {
    using project = createProject({ ...filesOf(), ...change })
    const { code, stdout, stderr } = await project.sluice(['check'])
    assert.equal(code, 3, stdout)
    assert.match(stdout + stderr, says)
  })
}

test('a changed image affects its feature', async () => {
  using project = createProject(filesOf())
  project.git('init')
  project.git('add', '.')
  project.git('commit', '-m', 'first')
  const affected = async () => (await project.sluice(['gate', '--explain', '--base', 'HEAD'])).stdout
  project.write({ 'prompts/logo.png': png('other') })
  assert.match(await affected(), /^ {2}changed +prompts\/logo\.png/m)
  project.git('checkout', '.')
  project.write({ 'evals/cat.png': png('other') })
  assert.match(await affected(), /^ {2}changed +evals\/cat\.png/m)
})

test('a prompt with images cannot be published, and says what to do', async () => {
  using project = createProject(filesOf())
  const { code, stderr } = await project.sluice(['publish', 'a', '--url', 'http://127.0.0.1:9'], { SLUICE_TOKEN: 't' })
  assert.equal(code, 3)
  assert.match(stderr, /hold images or PDFs.*cannot be published: release it with the code of the application/)
})
