/**
 * Compiles the answers in init-recordings/ into the recordings that `sluice init` writes: `npm run init-recordings`.
 * The product's own code asks, so that each recording answers exactly what the gate of a new project will ask.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { wordingOf } from '../demo/material.ts'
import { requestKey } from '../packages/sluice/src/core/answers/answer-keys.ts'
import type { ModelRequest } from '../packages/sluice/src/core/providers/provider.ts'
import { createJudge } from '../packages/sluice/src/core/scorers/judge/judge.ts'
import type { Case } from '../packages/sluice/src/core/suite/cases/case.ts'
import { loadProject, strictProject } from '../packages/sluice/src/core/suite/project/project.ts'
import { diskFiles } from '../packages/sluice/src/core/suite/project-files.ts'
import { parsePrompt } from '../packages/sluice/src/core/suite/prompt/parse-prompt.ts'
import type { Prompt } from '../packages/sluice/src/core/suite/prompt/prompt.ts'
import { casesOf } from '../packages/sluice/src/core/suite/prompt/suites.ts'
import { modelsFor } from '../packages/sluice/src/gate/init/models.ts'
import { newProject } from '../packages/sluice/src/gate/init/new-project.ts'
import { drafts } from '../packages/sluice/src/gate/init/tryout.ts'
import { writeProject } from '../packages/sluice/src/gate/init/write-project.ts'
import { createScoreCase } from '../packages/sluice/src/gate/run/score-case.ts'

const answersFile = path.join(import.meta.dirname, 'init-recordings/answers.yaml')
const target = path.join(import.meta.dirname, '../packages/sluice/templates/recordings')

const writtenSchema = z.strictObject({
  team: z.string(),
  urgent: z.boolean(),
  summary: z.string(),
  /** What the newer model says. */
  newer: z.string(),
  /** What the newer model leaves out, unless its prompt asks for it once more. */
  wish: z.string().optional(),
  /** Rubric id -> what the judge quotes when it says no to the first model's summary, and why. */
  no: z.record(z.string(), z.strictObject({ quote: z.string(), why: z.string() })).default({}),
})
type Written = z.output<typeof writtenSchema>

const reasons: Record<string, string> = {
  wish: 'It says what is wanted.',
  details: 'All of them are in it.',
  faithful: 'The message says so.',
}

/**
 * Wald's test passes a critical case after six clean repeats; the gate looks at 1, 2, 3, 5 and 8. The fast suite has
 * enough repeats to rule out rare faults too, so that no verdict of the first try is a weak one.
 */
const repeatsOf = ({ critical }: Case, suite: string) => (critical ? 8 : suite === 'fast' ? 3 : 1)

const root = mkdtempSync(path.join(tmpdir(), 'sluice-init-recordings-'))
try {
  await record(z.record(z.string(), writtenSchema).parse(parse(readFileSync(answersFile, 'utf8'))))
} finally {
  rmSync(root, { recursive: true })
}

type Summary = Pick<Written, 'summary' | 'no'>

function current({ summary, no }: Written): Summary {
  return { summary, no }
}

function newerModel({ newer, wish }: Written): Summary {
  if (wish === undefined) return { summary: `${newer}.`, no: {} }
  const denied = { quote: firstWords(newer), why: `What is wanted is missing: ${wish}.` }
  return { summary: `${newer}.`, no: { wish: denied } }
}

function mended({ newer, wish }: Written): Summary {
  return { summary: wish === undefined ? `${newer}.` : `${newer}; ${wish}.`, no: {} }
}

async function record(written: Record<string, Written>): Promise<void> {
  await writeProject(root, await newProject({ feature: 'any', models: modelsFor({}) }), { force: false })
  const { prompts, config } = strictProject(await loadProject({ root }))
  const [prompt] = prompts
  if (!prompt) throw new Error('the template has no prompt')
  const files = diskFiles(root)
  const draft = async (file: string): Promise<Prompt> => {
    const { prompt: read } = await parsePrompt(files, file, config)
    if (!read) throw new Error(`${file} is no prompt`)
    const { id, model, parameters, messages, format } = read
    return { ...prompt, id, model, parameters, messages, format }
  }
  const versions: [Prompt, (written: Written) => Summary][] = [
    [prompt, current],
    [await draft(drafts.newer), newerModel],
    [await draft(drafts.mended), mended],
  ]
  const answers = new Map<string, string>()
  const verdicts = new Map<string, string>()
  const ask = async (version: Prompt, testCase: Case, repeat: number, { team, urgent }: Written, said: Summary) => {
    const { summary: wordings, no } = said
    const summary = wordingOf(wordings, repeat)
    const items = [...prompt.rubric, ...testCase.rubric].map(({ id }) => verdictOn(id, summary, no))
    const keep = (kept: Map<string, string>, output: string) => async (request: ModelRequest) => {
      kept.set(requestKey(request, repeat), recordingOf(output, request, testCase, repeat))
      return { output, usage: {}, finishReason: 'stop' as const, warnings: [] }
    }
    const score = createScoreCase({
      version,
      measure: prompt,
      generate: keep(answers, JSON.stringify({ team, urgent, summary })),
      checks: [],
      checksOf: () => [],
      judge: createJudge({ ...config.judge, ask: keep(verdicts, JSON.stringify({ items })) }),
      signal: new AbortController().signal,
    })
    const { state, error, judge } = await score(testCase, repeat)
    const invented = judge.find(({ evidenceFound }) => !evidenceFound)
    if (state !== 'scored' || invented) throw new Error(`${testCase.id}: ${error ?? invented?.evidence ?? state}`)
  }
  for (const [version, summaryOf] of versions) {
    for (const suite of Object.keys(prompt.suites)) {
      for await (const testCase of casesOf(files, prompt, suite, { root })) {
        const answer = written[testCase.id]
        if (!answer) throw new Error(`${answersFile} has no answer to "${testCase.id}"`)
        for (let repeat = 1; repeat <= repeatsOf(testCase, suite); repeat += 1)
          await ask(version, testCase, repeat, answer, summaryOf(answer))
      }
    }
  }
  write('answers.jsonl', answers)
  write('judge.jsonl', verdicts)
}

/** The output is JSON, in which a quotation mark is escaped: a quote ends before one. */
function firstWords(summary: string): string {
  return (summary.split('"', 1)[0] ?? '').trim().split(' ').slice(0, 6).join(' ')
}

function verdictOn(id: string, summary: string, no: Written['no']) {
  const denied = no[id]
  if (denied) return { id, evidence: denied.quote, reasoning: denied.why, verdict: 'no' }
  return { id, evidence: firstWords(summary), reasoning: reasons[id] ?? 'It does.', verdict: 'yes' }
}

function recordingOf(output: string, request: ModelRequest, { id }: Case, repeat: number): string {
  const model = request.model.replace(/^recorded:/, '')
  return JSON.stringify({ case: id, request: requestKey(request, repeat), model, repeat, output, costUsd: 0 })
}

function write(file: string, recordings: Map<string, string>): void {
  writeFileSync(path.join(target, file), `${[...recordings.values()].join('\n')}\n`)
  console.log(`${file}: ${recordings.size} answers`)
}
