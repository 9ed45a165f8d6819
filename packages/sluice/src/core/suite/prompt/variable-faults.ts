import type { Case } from '../cases/case.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located, locatedKey } from '../diagnostics/validate.ts'
import type { ProjectFiles } from '../project-files.ts'
import { loadYaml } from '../yaml/load-yaml.ts'
import type { Prompt } from './prompt.ts'
import { strictVariables, type VariableFault } from './variables.ts'

/** Collects the variables that do not fit over a whole suite. */
export interface VariableLog {
  add(item: Case, source: Source): void
  /** A variable that no case sets is the prompt's fault and reported there, once; any other at its cases. */
  diagnostics(files: ProjectFiles): Promise<Diagnostic[]>
}

interface Entry {
  fault: VariableFault
  count: number
  places: Diagnostic[]
}

const placesShown = 20

export function createVariableLog(prompt: Prompt): VariableLog {
  const faultsOf = strictVariables(prompt)
  const severity = prompt.strict ? 'error' : 'warning'
  const entries = new Map<string, Entry>()
  let cases = 0

  return {
    add(item, source) {
      cases++
      for (const fault of faultsOf(item)) {
        const key = `${fault.kind} ${fault.user} ${fault.variable}`
        const entry = entries.get(key) ?? { fault, count: 0, places: [] }
        entries.set(key, entry)
        entry.count++
        if (entry.places.length < placesShown) entry.places.push(atCase(fault, source, severity))
      }
    },
    async diagnostics(files) {
      const everywhere = [...entries.values()].filter(({ count }) => count === cases)
      const misspelt = everywhere.filter(({ fault }) => fault.kind === 'unknown' && fault.user === 'prompt')
      const meant = new Set(misspelt.map(({ fault }) => fault.meant))
      const atCases = [...entries.values()].filter((entry) => {
        return !misspelt.includes(entry) && !(everywhere.includes(entry) && meant.has(entry.fault.variable))
      })
      return [...(await atPrompt(misspelt, { files, prompt, severity })), ...atCases.flatMap(withCount)]
    },
  }
}

function atCase(
  { kind, variable, message }: VariableFault,
  source: Source,
  severity: Diagnostic['severity'],
): Diagnostic {
  return kind === 'unused'
    ? locatedKey(source, ['vars'], variable, message, severity)
    : located(source, ['vars'], message, severity)
}

function withCount({ count, places }: Entry): Diagnostic[] {
  const [last] = places.slice(-1)
  if (last === undefined || count === places.length) return places
  return [...places.slice(0, -1), { ...last, message: `${last.message} (and ${count - places.length} more cases)` }]
}

interface PromptPlace {
  files: ProjectFiles
  prompt: Prompt
  severity: Diagnostic['severity']
}

async function atPrompt(entries: readonly Entry[], { files, prompt, severity }: PromptPlace): Promise<Diagnostic[]> {
  if (entries.length === 0) return []
  const file = files.describe(prompt.file)
  const { text = '' } = await loadYaml(files, prompt.file)
  return entries.map(({ fault }) => {
    const before = text.slice(0, placeOf(text, fault.variable)).split('\n')
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
    return { severity, file, ...place, path: '', message: fault.inEveryCase }
  })
}

function placeOf(text: string, variable: string): number {
  const uses = text.matchAll(/\{\{([^{}]+)\}\}/g)
  return uses.find(([, name]) => name === variable || name?.trim() === variable)?.index ?? 0
}
