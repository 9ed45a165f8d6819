import type { Diagnostic } from '../../core/suite/diagnostics/diagnostic.ts'
import { loadProject } from '../../core/suite/project/project.ts'
import { diskFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import { loadYaml } from '../../core/suite/yaml/load-yaml.ts'
import type { Report } from '../../records/report/report.ts'
import { formatScore } from '../../text/format.ts'
import { excerpt } from '../../text/untrusted.ts'
import { highlightsOf } from '../report/highlights.ts'
import { headline, verdictWord } from '../report/sentences.ts'

/** GitHub shows ten errors and ten warnings of a step and drops the rest. */
const shown = 10
const messageLength = 500

/** The first diagnostics of a report, as many as GitHub shows. */
export function shownOf(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const first = (level: Diagnostic['severity']) =>
    diagnostics.filter(({ severity }) => severity === level).slice(0, shown)
  return [...first('error'), ...first('warning')]
}

/** Features that did not pass, at their prompts, and the cases that explain it, at their lines in the suite. */
export async function reportFindings({ features }: Report, root: string): Promise<Diagnostic[]> {
  const bad = features.filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive').slice(0, shown)
  if (bad.length === 0) return []
  const files = diskFiles(root)
  const { prompts } = await loadProject({ root, files, suites: () => false })
  const errors: Diagnostic[] = []
  const warnings: Diagnostic[] = []
  for (const feature of bad) {
    const prompt = prompts.find((candidate) => candidate.feature === feature.feature)
    if (!prompt) continue
    const { source } = await loadYaml(files, prompt.file)
    const { line, column } = source?.at([], 'messages') ?? { line: 1, column: 1 }
    const message = excerpt(`${verdictWord(feature)}: ${headline(feature)}`, messageLength)
    errors.push({ severity: 'error', file: prompt.file, line, column, path: feature.feature, message })
    if (warnings.length >= shown) continue
    const { regressions, lowest } = highlightsOf(feature.cases)
    const worst = new Map((regressions.total > 0 ? regressions : lowest).cases.map((row) => [row.id, row]))
    for (const { id, file, line } of await placesOf(prompt, worst, root)) {
      const { score = null, baselineScore = null } = worst.get(id) ?? {}
      const before = baselineScore === null ? '' : `${formatScore(baselineScore)} -> `
      const message = `${before}${formatScore(score)}`
      warnings.push({ severity: 'warning', file, line, column: 1, path: excerpt(id, messageLength), message })
    }
  }
  return shownOf([...errors, ...warnings])
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
