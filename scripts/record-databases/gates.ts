import assert from 'node:assert/strict'
import path from 'node:path'
import { openProjectDatabase } from '../../packages/sluice/src/core/answers/project-database.ts'
import { createResults } from '../../packages/sluice/src/gate/run/results.ts'
import {
  type ChatRequest,
  fakeModel,
  isJudgeRequest,
  judgement,
  type Reply,
  textOf,
} from '../../packages/sluice/test/support/fake-model.ts'
import { fakeReceiver } from '../../packages/sluice/test/support/fake-receiver.ts'
import { commitAll, mailOf } from '../../packages/sluice/test/support/gate-project.ts'
import { createProject, type Project, summaryFiles } from '../../packages/sluice/test/support/project.ts'

const secret = 'a-secret-that-is-masked'

const notify = (url: string) => `notify:
  - slack: {urlEnv: SLACK_URL}
  - pagerduty: {routingKeyEnv: PD_KEY, url: "${url}/pd"}
`

/** Every state that a case can come to, by the number of its mail; the others are answered well. */
const oddAnswers: Record<number, Reply> = {
  1: 'Nothing to do.',
  2: completion({ content: null, refusal: 'I cannot help with that.' }, 'stop'),
  3: completion({ content: 'Action item: pay' }, 'length'),
  4: { status: 400, body: '{"error": {"message": "no such parameter"}}' },
  5: completion({ content: '' }, 'content_filter'),
  6: completion({ content: '<think>Whom to pay?</think>Action item: pay invoice 6.' }, 'stop'),
  7: `Action item: tell nobody ${secret}.`,
  8: completion({ content: 'Action item: pay invoice 8.' }, 'stop', { model: 'model-a-2026-11-01', print: 'fp_1' }),
  13: completion({ content: '' }, 'stop'),
  14: completion({ content: 'Action item: pay invoice 14.' }, 'stop', { counts: false }),
}

const oddJudgements: Record<number, Reply> = {
  9: 'no judgement at all',
  10: judgement({ actions: 'cannot_tell' }),
  11: judgement({ actions: 'no' }),
}

/** What some cases have of their own, by their number. */
const oddCases: Record<number, Record<string, unknown>> = {
  12: {
    expected: 'Action item: pay invoice 12.',
    checks: [{ similarity: { metric: 'embedding', to: 'expected', min: 0.5, model: 'local:embed' } }],
  },
  14: { checks: [{ costUsd: 1 }] },
  15: { checks: [{ contains: 'never said', must: true }] },
}

function completion(
  message: object,
  finish: string,
  { model = 'model-a', print, counts = true }: { model?: string; print?: string; counts?: boolean } = {},
): Reply {
  const choices = [{ index: 0, finish_reason: finish, message: { role: 'assistant', ...message } }]
  const usage = {
    ...{ prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
    ...{ prompt_tokens_details: { cached_tokens: 10 }, completion_tokens_details: { reasoning_tokens: 5 } },
  }
  const body = { id: 'c', object: 'chat.completion', created: 0, model, choices, ...(counts && { usage }) }
  return { status: 200, body: JSON.stringify({ ...body, ...(print && { system_fingerprint: print }) }) }
}

function embedding(): Reply {
  const data = [{ object: 'embedding', index: 0, embedding: [0.6, 0.8] }]
  return { status: 200, body: JSON.stringify({ object: 'list', data, model: 'embed', usage: { prompt_tokens: 4 } }) }
}

/** A feature of which a night can fail, beside the one of all odd cases. */
function plainFeature(name: string): Record<string, string> {
  const cases = [20, 21, 22].map((mail) => JSON.stringify({ id: `case-${mail}`, vars: { email: `Mail ${mail}` } }))
  return {
    [`prompts/${name}.prompt.yml`]: `sluice: 1
name: ${name}
model: local:model-a
messages:
  - {role: user, content: "${name}: {{email}}"}
suites: {fast: ../evals/${name}.jsonl}
checks: [{contains: Action item}]
gate: {threshold: 0.9}
`,
    [`evals/${name}.jsonl`]: `${cases.join('\n')}\n`,
  }
}

/** An application whose scores are kept where it passes on the default branch. */
function application(): Record<string, string> {
  const files = plainFeature('application')
  const prompt = 'prompts/application.prompt.yml'
  const target = 'target: {command: [node, app.mjs]}'
  return {
    ...files,
    [prompt]: `${files[prompt]}`.replace(/^messages:\n.*\n/m, `${target}\n`),
    'app.mjs': "process.stdout.write('Action item: pay it.')\n",
  }
}

/** Runs evaluations, gates, nights and a drill whose rows are of every kind, and hands the database on before it goes. */
export async function runGates(keep: (file: string) => void): Promise<void> {
  const forgotten = new Set<string>()
  let isSlackAway = false
  let varied = 0
  const reply = (request: ChatRequest): Reply => {
    if ('input' in request) return embedding()
    const mail = mailOf(request)
    const text = textOf(request)
    if (isJudgeRequest(request))
      return oddJudgements[mail] ?? judgement({ actions: text.includes('Nothing to do') ? 'no' : 'yes' })
    if (text.includes('varying')) {
      varied += 1
      return varied % 3 === 0 ? 'Nothing to do.' : 'Action item: pay it.'
    }
    if ([...forgotten].some((name) => text.includes(name))) return `Nothing to do for mail ${mail}.`
    return oddAnswers[mail] ?? `Action item: pay invoice ${mail}.`
  }
  await using model = await fakeModel(reply)
  await using receiver = await fakeReceiver((_, { path: place }) => {
    if (place === '/pd') return 410
    return isSlackAway ? 404 : 200
  })
  const options = {
    url: model.url,
    cases: 16,
    rubric: true,
    config: notify(receiver.url),
    provider: 'retries: 0',
    fields: (index: number) => oddCases[index] ?? {},
  }
  using project = createProject(summaryFiles(options))
  commitAll(project, 'base')
  const env = { LOCAL_API_KEY: secret, SLACK_URL: `${receiver.url}/slack`, PD_KEY: 'routing-key' }
  await run(project, ['eval', 'summary'], env)
  project.write(summaryFiles({ ...options, message: 'Shorten: {{email}}' }))
  await run(project, ['gate', '--all', '--base', 'HEAD'], env)
  await run(project, ['compare', 'summary', '--candidate', 'prompts/summary.prompt.yml', '--baseline', 'HEAD'], env)
  project.write({ ...plainFeature('failing'), ...plainFeature('recovering') })
  const night = (day: string) => run(project, ['nightly', '--night', day], env)
  await night('2026-11-20')
  for (const name of ['Shorten', 'failing', 'recovering']) forgotten.add(name)
  await night('2026-11-21')
  forgotten.delete('recovering')
  isSlackAway = true
  await night('2026-11-22')
  await run(project, ['eval', 'failing', '--repeats', '2', '--budget-usd', '0.000001'], env, 4)
  project.write(plainFeature('varying'))
  await run(project, ['drill', 'varying', '--unchanged', '10'], env)
  commitAll(project, 'features')
  project.write(application())
  commitAll(project, 'application')
  await run(project, ['gate', '--base', 'HEAD~1'], env)
  const database = openProjectDatabase(project.root)
  createResults(database, { id: 'killed', command: 'eval', startedAt: Date.now() })
  database.close()
  keep(path.join(project.root, '.sluice/sluice.db'))
}

async function run(project: Project, args: string[], env: NodeJS.ProcessEnv, worst = 2): Promise<void> {
  const { code, stdout, stderr } = await project.sluice(args, env)
  assert.ok(code !== null && code <= worst, `sluice ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`)
}
