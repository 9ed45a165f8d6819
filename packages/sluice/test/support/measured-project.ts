import { readFileSync } from 'node:fs'
import path from 'node:path'
import { commitAll } from './gate-project.ts'
import { createProject, type Project } from './project.ts'

const cases = Array.from({ length: 10 }, (_, index) => ({ id: `c${index}`, vars: { v: 'a' }, tags: ['t'] }))

/** Eight answers a case and model: `good` says yes to all, `worse` forgets it in the last four. */
const recordings = cases.flatMap(({ id }, index) =>
  Array.from({ length: 8 }, (_, repeat) =>
    Object.entries({ good: 'yes', worse: index < 6 ? 'yes' : 'rubbish' }).map(([model, output]) =>
      JSON.stringify({ case: id, model, repeat: repeat + 1, output }),
    ),
  ).flat(),
)

export const measuredFiles = {
  'sluice.yaml': `sluice: 1
providers: {recorded: {kind: replay, files: recordings.jsonl}}
gate: {threshold: 0.8}
`,
  'prompts/mail.prompt.yml': `sluice: 1
model: recorded:good
messages: [{role: user, content: "{{v}}"}]
checks: [{contains: yes}, {module: ../checks/polite.ts, weight: 0}]
suites: {fast: ../evals/mail.jsonl}
`,
  'checks/polite.ts': 'export default () => true\n',
  'evals/mail.jsonl': lines(cases),
  'recordings.jsonl': `${recordings.join('\n')}\n`,
  '.gitignore': '.sluice/\nout/\n',
}

/** One case a line. */
export function lines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

/** The cases of the suite, each changed. */
export function suiteOf(change: (row: (typeof cases)[number], index: number) => object): string {
  return lines(cases.map(change))
}

/** A repository with a measured feature, whose branch asks a worse model and fails for that, unless it changes more. */
export function worseProject(files: Record<string, string> = {}): Project {
  const project = createProject({ ...measuredFiles, ...files })
  commitAll(project, 'base')
  project.git('checkout', '-qb', 'change')
  edit(project, 'prompts/mail.prompt.yml', 'recorded:good', 'recorded:worse')
  return project
}

/** Replaces a text that has to be there. */
export function edit(project: Project, file: string, from: string, to: string): void {
  const text = readFileSync(path.join(project.root, file), 'utf8')
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`)
  project.write({ [file]: text.replace(from, () => to) })
}
