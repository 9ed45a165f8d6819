import { formatScore } from '../report/format.ts'
import { highlightsOf } from '../report/highlights.ts'
import type { Report } from '../report/report.ts'
import { headline, verdictWord } from '../report/sentences.ts'
import { excerpt } from '../report/untrusted.ts'
import { casesOf } from '../suite/cases.ts'
import type { Diagnostic } from '../suite/diagnostic.ts'
import { diskFiles } from '../suite/files.ts'
import { loadYaml } from '../suite/load-yaml.ts'
import { loadProject } from '../suite/project.ts'
import type { Prompt } from '../suite/prompt.ts'
import type { Annotation } from './workflow-command.ts'

/** GitHub shows ten errors and ten warnings of a step and drops the rest. */
const shown = 10
const messageLength = 500

/** The faults of files. `prefix` leads from the repository to the project: '' or ending in a slash. */
export function annotateFaults(diagnostics: readonly Diagnostic[], prefix: string): Annotation[] {
  return diagnostics.map(({ severity, file, line, column, path, message }) => ({
    level: severity,
    title: 'Sluice',
    file: `${prefix}${file}`,
    line,
    column,
    message: path === '' ? message : `${path}: ${message}`,
  }))
}

/** Features that did not pass, at their prompts, and the cases that explain it, at their lines in the suite. */
export async function annotateReport({ features }: Report, root: string, prefix: string): Promise<Annotation[]> {
  const bad = features.filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive').slice(0, shown)
  if (bad.length === 0) return []
  const files = diskFiles(root)
  const { prompts } = await loadProject({ root, files, suites: () => false })
  const errors: Annotation[] = []
  const warnings: Annotation[] = []
  for (const feature of bad) {
    const prompt = prompts.find((candidate) => candidate.feature === feature.feature)
    if (!prompt) continue
    const { source } = await loadYaml(files, prompt.file)
    errors.push({
      level: 'error',
      title: `Sluice: ${verdictWord(feature)}`,
      file: `${prefix}${prompt.file}`,
      line: source?.at(['messages']).line ?? 1,
      message: excerpt(`${feature.feature}: ${headline(feature)}`, messageLength),
    })
    if (warnings.length >= shown) continue
    const { regressions, lowest } = highlightsOf(feature.cases)
    const worst = new Map((regressions.total > 0 ? regressions : lowest).cases.map((row) => [row.id, row]))
    for (const { id, file, line } of await placesOf(prompt, worst, root)) {
      const { score = null, baselineScore = null } = worst.get(id) ?? {}
      const before = baselineScore === null ? '' : `${formatScore(baselineScore)} -> `
      const message = excerpt(`${id}: ${before}${formatScore(score)}`, messageLength)
      warnings.push({ level: 'warning', title: `Sluice: ${feature.feature}`, file: `${prefix}${file}`, line, message })
    }
  }
  return [...errors, ...warnings.slice(0, shown)]
}

interface CasePlace {
  id: string
  file: string
  line: number
}

/** Where cases stand; the fast suite is searched first, as it is what a pull request usually runs. */
async function placesOf(prompt: Prompt, wanted: ReadonlyMap<string, unknown>, root: string): Promise<CasePlace[]> {
  const found = new Map<string, CasePlace>()
  const names = Object.keys(prompt.suites).sort((a, b) => Number(b === 'fast') - Number(a === 'fast'))
  for (const name of names) {
    const file = prompt.suites[name]
    if (file === undefined || found.size === wanted.size) continue
    for await (const { id, line } of casesOf(diskFiles(root), prompt, name, { root })) {
      if (wanted.has(id) && !found.has(id)) found.set(id, { id, file, line })
      if (found.size === wanted.size) break
    }
  }
  return [...found.values()]
}
