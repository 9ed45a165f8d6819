import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface BenchProject extends Disposable {
  root: string
  /** Forgets every stored answer. */
  cold(): void
}

/** A project with one feature of `cases` cases on the model at `url`. */
export async function benchProject(url: string, cases: number, judged: boolean): Promise<BenchProject> {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-bench-'))
  mkdirSync(path.join(root, 'prompts'))
  writeFileSync(
    path.join(root, 'sluice.yaml'),
    `sluice: 1
judge: {model: "local:judge"}
providers:
  local: {kind: openai-compatible, baseURL: "${url}"}
prices: {"local:*": {input: 0, output: 0}}
`,
  )
  writeFileSync(
    path.join(root, 'prompts/summary.prompt.yml'),
    `sluice: 1
name: summary
model: local:model-a
messages:
  - {role: user, content: "Summarise: {{email}}"}
suites: {fast: ../cases.jsonl}
checks: [{contains: Action item}]
gate: {threshold: 0.5}
${judged ? 'rubric:\n  - {id: actions, ask: Does it list the action items?}\n  - {id: faithful, ask: Is it supported by the e-mail?}\n' : ''}`,
  )
  await pipeline(Readable.from(caseLines(cases)), createWriteStream(path.join(root, 'cases.jsonl')))
  return {
    root,
    cold: () => rmSync(path.join(root, '.sluice'), { recursive: true, force: true }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

function* caseLines(count: number) {
  for (let n = 0; n < count; n += 1) {
    const email = `Mail ${n}: please send invoice ${n} to Ann by Friday.`
    yield `${JSON.stringify({ id: `case-${n}`, vars: { email }, tags: [n % 5 ? 'core' : 'edge'] })}\n`
  }
}
