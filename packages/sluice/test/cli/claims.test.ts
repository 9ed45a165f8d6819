import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type ChatRequest, type FakeModel, fakeModel, textOf } from '../support/fake-model.ts'
import { commitAll, readReport } from '../support/gate-project.ts'
import { labelLines } from '../support/labels/label-lines.ts'
import { createProject } from '../support/project.ts'

const documents = [{ id: 'returns-2', text: 'Returns are free for 30 days. Refunds take five days.' }]
const [right, wrong, invented] = ['Returns are free for 30 days.', 'Refunds take two weeks.', 'We ship to Mars.']
const greeting = 'How can I help?'

/** A judge that takes each sentence for a claim, and asks the documents it is shown. */
function holdAgainstSources(request: ChatRequest): string {
  const text = textOf(request)
  const output = /BEGIN OUTPUT \w+>>>\n([\s\S]*?)\n<<<END OUTPUT/.exec(text)?.[1]?.replaceAll('| ', '') ?? ''
  const claims = (output === greeting ? [] : output.split(/(?<=\.) /)).map((claim) => {
    const said = (verdict: string, source: string, quote: string) => ({
      ...{ claim, source, quote, reasoning: 'By the source.', verdict },
    })
    if (claim.startsWith('Refunds')) return said('contradicted', 'retrieved', 'Refunds take five days')
    return text.includes('Returns are free') && claim === right
      ? said('supported', 'retrieved', 'Returns are free for 30 days')
      : said('unsupported', 'none', '')
  })
  return JSON.stringify({ claims, more: false, noClaims: claims.length === 0 })
}

/** Twenty-four cases: `old` says what the document says; `new` makes things up in every other, and only greets in the last. */
function helpDesk(judge: FakeModel, metrics: string) {
  const indices = Array.from({ length: 24 }, (_, index) => index)
  const outputOf = (model: string, index: number) => {
    if (model === 'old') return right
    if (index === 23) return greeting
    return index % 2 === 0 ? `${right} ${wrong} ${invented}` : right
  }
  const answers = ['old', 'new'].flatMap((model) =>
    indices.map((index) => ({
      ...{ case: `c${index}`, model, output: outputOf(model, index) },
      retrieved: index === 22 ? [] : documents,
    })),
  )
  const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  return {
    'sluice.yaml': `sluice: 1
providers:
  recorded: {kind: replay, files: answers.jsonl}
  fake: {kind: openai-compatible, baseURL: "${judge.url}"}
judge: {model: fake:judge}
gate: {threshold: 0.1, minCoverage: 0.5, metrics: ${metrics}}
`,
    'prompts/help.prompt.yml': prompt('old'),
    'evals/help.jsonl': lines(indices.map((index) => ({ id: `c${index}`, vars: { question: 'Returns?' } }))),
    'answers.jsonl': lines(answers),
  }
}

const prompt = (model: string) => `sluice: 1
model: recorded:${model}
messages: [{role: user, content: "{{question}}"}]
rubric: [{claims: {in: [retrieved]}}]
suites: {fast: ../evals/help.jsonl}
`

test('a gate lists the claims that no source supports, measures both shares, and judges them', async () => {
  await using judge = await fakeModel(holdAgainstSources)
  using project = createProject(helpDesk(judge, '{contradicted: {max: 0.05, margin: 0.05}}'))
  const base = commitAll(project, 'base')
  project.write({ 'prompts/help.prompt.yml': prompt('new') })
  const { code, stdout, stderr } = await project.sluice(['gate', '--base', base, '--report-dir', 'out'])
  const [feature] = readReport(project, 'out').features
  assert.equal(code, 1, stdout + stderr)
  const states = feature?.cases?.map(({ state }) => state)
  assert.deepEqual([states?.[0], states?.[22], states?.[23]], ['scored', 'checkError', 'abstained'])
  const metric = (name: string) => feature?.metrics?.find((one) => one.name === name)
  assert.deepEqual([metric('contradicted')?.cases, metric('contradicted')?.missing], [22, 2])
  assert.ok(Math.abs((metric('unsupported')?.value ?? 0) - 1 / 6) < 1e-12)
  assert.equal(metric('unsupported')?.baseline, 0)
  assert.ok((metric('unsupported')?.differenceHigh ?? 0) > 1 / 6)
  assert.deepEqual(metric('contradicted')?.gate, { min: null, max: 0.05, margin: 0.05, verdict: 'fail' })
  const reasons = feature?.reasons.map(({ message }) => message).join('\n') ?? ''
  assert.match(reasons, /contradicted changed by \+0\.167 to 0\.167 .*: a rise beyond its margin of 0\.05/)
  assert.match(reasons, /contradicted is 0\.167 .*: above its highest value of 0\.05/)
  assert.match(feature?.notes.join('\n') ?? '', /1 answer of the candidate makes no claim, as the judge says/)
  assert.match(feature?.notes.join('\n') ?? '', /generation lost it in 11/)
  assert.match(
    feature?.notes.join('\n') ?? '',
    /listed 1\.9 claims for each answer of the candidate and 1\.0 claims for each answer of the baseline/,
  )

  const shown = stdout.replaceAll(/\s+/g, ' ')
  assert.match(shown, /contradicted: “Refunds take two weeks\.”; retrieved, returns-2 says “Refunds take five days”/)
  assert.match(shown, /unsupported: “We ship to Mars\.”; no source says so/)
  assert.match(shown, /wrong by: generation\. the answer claims what its sources do not say/)
  const comment = readFileSync(path.join(project.root, 'out/report.md'), 'utf8')
  assert.match(comment, / {2}- contradicted: “Refunds take two weeks\.”; retrieved, returns-2 says/)
})

test('people label the item with its documents, the judge is calibrated and attacked on it, and nobody rewords it', async () => {
  await using judge = await fakeModel(holdAgainstSources)
  using project = createProject({ ...helpDesk(judge, '{contradicted: {max: 0.05}}') })
  project.write({ 'prompts/help.prompt.yml': prompt('new') })
  const evaluated = await project.sluice(['eval', 'help'])
  assert.match(evaluated.stdout, /the output makes no claim, so there is nothing to judge/)
  const labelled = await project.sluice(['judge', 'label', 'help', '--terminal'], { USER: 'ann' }, 'nq')
  const shown = labelled.stdout.replaceAll(/\s+/g, ' ')
  assert.match(shown, /Is every claim of the output supported by the retrieved documents\?/)
  assert.match(shown, /Returns are free for 30 days\. Refunds take five days\./, shown)
  const calibrated = await project.sluice(['judge', 'calibrate', 'help'])
  assert.match(calibrated.stdout, /claims +1 /, calibrated.stdout + calibrated.stderr)
  const [verdict] = labelLines<{ item: string; verdict: string }>(project, 'help.judged.jsonl')
  assert.equal(verdict?.item, 'claims')
  const attacked = await project.sluice(['judge', 'attack', 'help'])
  const held = attacked.stdout.replaceAll(/\s+/g, ' ')
  assert.match(held, /HELD help.* 0 of 62 attacks turned a no into a yes/)
  assert.doesNotMatch(held, /reported no "retrieved"/)
  const reworded = await project.sluice(['judge', 'rubric', 'help'])
  assert.match(reworded.stderr, /has no question in its rubric, only claims/)
})
