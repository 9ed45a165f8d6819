/**
 * Compiles what was written by hand in material/ into the recordings of email-summary/: `npm run demo-recordings`.
 * The requests come from the product's own code, so that each recording answers exactly what the gate will ask.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Completion, ModelRequest } from '../packages/sluice/src/core/providers/provider.ts'
import { createJudge } from '../packages/sluice/src/core/scorers/judge/judge.ts'
import type { Case } from '../packages/sluice/src/core/suite/cases/case.ts'
import type { Config } from '../packages/sluice/src/core/suite/config/config.ts'
import { loadProject, strictProject } from '../packages/sluice/src/core/suite/project/project.ts'
import { diskFiles, type ProjectFiles } from '../packages/sluice/src/core/suite/project-files.ts'
import type { Prompt } from '../packages/sluice/src/core/suite/prompt/prompt.ts'
import { casesOf } from '../packages/sluice/src/core/suite/prompt/suites.ts'
import type { Recording } from '../packages/sluice/src/core/suite/recordings.ts'
import { createScoreCase } from '../packages/sluice/src/gate/run/score-case.ts'
import { type LiveMail, readLiveMail } from './live-mail.ts'
import { readMaterial, type Written, wordingOf } from './material.ts'
import { recordingOf } from './recording.ts'

const root = path.join(import.meta.dirname, 'email-summary')
const promptPath = 'prompts/email-summary.prompt.yml'
const changed = (file: string) => path.join(import.meta.dirname, 'email-summary-changes', file)

/** The versions in their order: which golden summaries they write, and which of live e-mails, where they get any. */
const versions = [
  { name: 'old', file: path.join(root, promptPath), golden: 'old', live: undefined },
  { name: 'upgraded', file: changed('1-upgrade.prompt.yml'), golden: 'upgraded', live: undefined },
  { name: 'fixed', file: changed('2-fixed.prompt.yml'), golden: 'fixed', live: 'fixed' },
  { name: 'machines', file: changed('3-machines.prompt.yml'), golden: 'fixed', live: 'tidied' },
  { name: 'voicemail', file: changed('4-voicemail.prompt.yml'), golden: 'fixed', live: 'fixed' },
] as const

/** Wald's test passes a critical case after six clean repeats; the gate looks at 1, 2, 3, 5 and 8. */
const repeatsOf = ({ critical }: Case) => (critical ? 8 : 3)

/** Items about the summary as a whole: a yes rests on its opening, not on its list. */
const ofWhole = new Set(['faithful', 'concise', 'english'])

const material = await readMaterial(diskFiles(path.join(import.meta.dirname, 'material')))
const liveMail = await readLiveMail()

for (const { name, file, golden, live } of versions) {
  const { prompt, config, files } = await projectWith(file)
  const answers = new Map<string, Recording>()
  const verdicts = new Map<string, Recording>()
  const take = { prompt, config, answers, verdicts }
  for await (const testCase of casesOf(files, prompt, 'fast', { root })) {
    const written = material.get(testCase.id)?.[golden]
    if (!written) throw new Error(`material/ has no "${golden}" for the case "${testCase.id}"`)
    await recordAll(take, testCase, written)
  }
  for (const mail of live === undefined ? [] : liveMail)
    await recordAll(take, caseOf(mail), mail[live ?? 'fixed'] ?? mail.fixed)
  await write(`${name}.jsonl`, answers)
  await write(`${name}.judge.jsonl`, verdicts)
}

/** A live e-mail as the golden case that it may become: nobody has written down what to expect of it. */
function caseOf({ id, email, voicemail }: LiveMail): Case {
  return { id, vars: { email }, checks: [], rubric: [], tags: [], weight: 1, critical: voicemail, line: 1 }
}

/** The project as it is when the given file is its prompt. */
async function projectWith(promptFile: string): Promise<{ prompt: Prompt; config: Config; files: ProjectFiles }> {
  const disk = diskFiles(root)
  const files: ProjectFiles = {
    list: disk.list,
    describe: disk.describe,
    read: (file) => (file === promptPath ? readFile(promptFile) : disk.read(file)),
  }
  const { prompts, config } = strictProject(await loadProject({ root, files }))
  const [prompt] = prompts
  if (!prompt) throw new Error(`${promptFile} was not loaded`)
  return { prompt, config, files }
}

interface Take {
  prompt: Prompt
  config: Config
  answers: Map<string, Recording>
  verdicts: Map<string, Recording>
}

async function recordAll(take: Take, testCase: Case, written: Written): Promise<void> {
  for (let repeat = 1; repeat <= repeatsOf(testCase); repeat += 1) await record(take, { testCase, written, repeat })
}

/** Lets the product ask for one case in one repeat, answers from the material and keeps each answer with its request. */
async function record(
  { prompt, config, answers, verdicts }: Take,
  { testCase, written, repeat }: { testCase: Case; written: Written; repeat: number },
): Promise<void> {
  const output = wordingOf(written.output, repeat)
  const answerWith = (text: string, kept: Map<string, Recording>, request: ModelRequest): Completion => {
    const recording = recordingOf(text, request, testCase.id, repeat)
    const key = recording.request ?? ''
    if (kept.has(key) && kept.get(key)?.output !== text) throw new Error(`${testCase.id}: two answers to one request`)
    kept.set(key, recording)
    return { output: text, usage: {}, finishReason: 'stop', warnings: [] }
  }
  const items = [...prompt.rubric, ...testCase.rubric].map(({ id }) => verdictOn(id, written, output, repeat, testCase))
  const score = createScoreCase({
    version: prompt,
    measure: prompt,
    generate: async (request) => answerWith(output, answers, request),
    checks: [],
    checksOf: () => [],
    judge: createJudge({
      ...config.judge,
      ask: async (request) => answerWith(JSON.stringify({ items }), verdicts, request),
    }),
    signal: new AbortController().signal,
  })
  const { state, error, judge } = await score(testCase, repeat)
  const invented = judge.find(({ evidenceFound }) => !evidenceFound)
  const fault = invented ? `the output has no "${invented.evidence}" (${invented.id})` : error
  if (state !== 'scored' || fault)
    throw new Error(`${testCase.id}, ${prompt.label}, repeat ${repeat}: ${fault ?? state}`)
}

/** The judge's answer to one item: no where the material says so, and otherwise yes. */
function verdictOn(id: string, { yes, no }: Written, output: string, repeat: number, { tags }: Case) {
  const missed = no[id]
  if (missed && (missed.repeats ?? [repeat]).includes(repeat)) {
    return { id, evidence: missed.quote, reasoning: missed.why, verdict: 'no' }
  }
  const [opening = output] =
    /^(?:\*\*)?Summary(?:\*\*)?:?\s*([^\n]{20,}?\.(?=\s|$)|[^\n]+)/.exec(output)?.slice(1) ?? []
  const [listed = opening] = /^- [^\n]+/m.exec(output) ?? []
  const asksNothing = tags.includes('no-action')
  const reasoning: Record<string, string> = {
    actions: asksNothing
      ? 'The e-mail asks for nothing, and the summary invents no task.'
      : 'Every action item of the e-mail is there, with owner and date where the e-mail gives them.',
    faithful: 'Each statement of the summary can be found in the e-mail.',
    concise: 'It is short, says each thing once, and the point is seen at a glance.',
    english: 'Every sentence of the summary is English.',
  }
  return {
    id,
    evidence: yes[id] ?? (ofWhole.has(id) ? opening : listed),
    reasoning: reasoning[id] ?? 'The summary says so, with the deadline.',
    verdict: 'yes',
  }
}

async function write(file: string, recordings: Map<string, Recording>): Promise<void> {
  const lines = [...recordings.values()].map((recording) => JSON.stringify(recording))
  await writeFile(path.join(root, 'recordings', file), `${lines.join('\n')}\n`)
  console.log(`${file}: ${lines.length} answers`)
}
