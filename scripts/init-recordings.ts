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
import { casesOf } from '../packages/sluice/src/core/suite/prompt/suites.ts'
import { modelsFor } from '../packages/sluice/src/gate/init/models.ts'
import { newProject } from '../packages/sluice/src/gate/init/new-project.ts'
import { writeProject } from '../packages/sluice/src/gate/init/write-project.ts'
import { createScoreCase } from '../packages/sluice/src/gate/run/score-case.ts'

const answersFile = path.join(import.meta.dirname, 'init-recordings/answers.yaml')
const target = path.join(import.meta.dirname, '../packages/sluice/templates/recordings')

const writtenSchema = z.strictObject({
  team: z.string(),
  urgent: z.boolean(),
  summary: z.string(),
  /** Rubric id -> what the judge quotes when it says no, and why. */
  no: z.record(z.string(), z.strictObject({ quote: z.string(), why: z.string() })).default({}),
})
type Written = z.output<typeof writtenSchema>

const reasons: Record<string, string> = {
  complete: 'It says what happened and what is wanted, with the numbers, amounts and dates of the message.',
  faithful: 'Each part of it can be found in the message.',
}

/** Wald's test passes a critical case after six clean repeats; the gate looks at 1, 2, 3, 5 and 8. */
const repeatsOf = ({ critical }: Case) => (critical ? 8 : 1)

const root = mkdtempSync(path.join(tmpdir(), 'sluice-init-recordings-'))
try {
  await record(z.record(z.string(), writtenSchema).parse(parse(readFileSync(answersFile, 'utf8'))))
} finally {
  rmSync(root, { recursive: true })
}

async function record(written: Record<string, Written>): Promise<void> {
  await writeProject(root, await newProject({ feature: 'any', models: modelsFor({}) }), { force: false })
  const { prompts, config } = strictProject(await loadProject({ root }))
  const [prompt] = prompts
  if (!prompt) throw new Error('the template has no prompt')
  const answers = new Map<string, string>()
  const verdicts = new Map<string, string>()
  const ask = async (testCase: Case, repeat: number, { team, urgent, summary: wordings, no }: Written) => {
    const summary = wordingOf(wordings, repeat)
    const items = [...prompt.rubric, ...testCase.rubric].map(({ id }) => verdictOn(id, summary, no))
    const keep = (kept: Map<string, string>, output: string) => async (request: ModelRequest) => {
      kept.set(requestKey(request, repeat), recordingOf(output, request, testCase, repeat))
      return { output, usage: {}, finishReason: 'stop' as const, warnings: [] }
    }
    const score = createScoreCase({
      version: prompt,
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
  for (const suite of Object.keys(prompt.suites)) {
    for await (const testCase of casesOf(diskFiles(root), prompt, suite, { root })) {
      const answer = written[testCase.id]
      if (!answer) throw new Error(`${answersFile} has no answer to "${testCase.id}"`)
      for (let repeat = 1; repeat <= repeatsOf(testCase); repeat += 1) await ask(testCase, repeat, answer)
    }
  }
  write('answers.jsonl', answers)
  write('judge.jsonl', verdicts)
}

function verdictOn(id: string, summary: string, no: Written['no']) {
  const denied = no[id]
  if (denied) return { id, evidence: denied.quote, reasoning: denied.why, verdict: 'no' }
  // The output is JSON, in which a quotation mark is escaped: a quote ends before one.
  const evidence = summary.split('"', 1)[0]?.trim()
  return { id, evidence, reasoning: reasons[id] ?? 'The summary can be read so.', verdict: 'yes' }
}

function recordingOf(output: string, request: ModelRequest, { id }: Case, repeat: number): string {
  const model = request.model.replace(/^recorded:/, '')
  return JSON.stringify({ case: id, request: requestKey(request, repeat), model, repeat, output, costUsd: 0 })
}

function write(file: string, recordings: Map<string, string>): void {
  writeFileSync(path.join(target, file), `${[...recordings.values()].join('\n')}\n`)
  console.log(`${file}: ${recordings.size} answers`)
}
