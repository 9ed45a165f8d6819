import { formatDiagnostic } from '../../src/core/suite/diagnostics/diagnostic.ts'
import { loadProject, type Project } from '../../src/core/suite/project/project.ts'
import { globMatcher, type ProjectFiles } from '../../src/core/suite/project-files.ts'

export type Contents = Record<string, string | Uint8Array>

/** A project's files in memory; `pieceBytes` hands them out in pieces of that size. */
export function memoryFiles(contents: Contents, pieceBytes = 64): ProjectFiles {
  const read = async (path: string): Promise<Uint8Array> => {
    const content = Object.hasOwn(contents, path) ? contents[path] : undefined
    if (content === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
    return typeof content === 'string' ? Buffer.from(content) : content
  }
  return {
    read,
    async *stream(path) {
      const bytes = await read(path)
      for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes)
    },
    list: async (glob) =>
      Object.keys(contents)
        .filter((path) => path === glob || globMatcher(glob)(path))
        .sort(),
    describe: (path) => path,
  }
}

export const root = '/project'

export function load(contents: Contents): Promise<Project> {
  return loadProject({ root, files: memoryFiles(contents) })
}

/** Every diagnostic of a project, as it is printed, with warnings marked. */
export async function faultsOf(contents: Contents): Promise<string[]> {
  const { diagnostics } = await load(contents)
  return diagnostics.map((one) => `${one.severity === 'warning' ? 'warning ' : ''}${formatDiagnostic(one)}`)
}

/** A project without a fault, in which a test may break one thing. */
export const goodPrompt = `sluice: 1
name: summary
model: anthropic:claude-haiku-4-5-20251001
messages:
  - {role: system, content: Summarise.}
  - {role: user, content: "{{email}}"}
suites: {fast: ../evals/summary.jsonl}
checks:
  - {maxWords: 180}
rubric:
  - {id: actions, ask: Are all action items there?}
`
export const goodCases = `{"id":"a","vars":{"email":"one"},"tags":["core"]}
{"id":"b","vars":{"email":"two"},"tags":["edge"]}
`

export function good(changes: Contents = {}): Contents {
  return { 'prompts/summary.prompt.yml': goodPrompt, 'evals/summary.jsonl': goodCases, ...changes }
}
