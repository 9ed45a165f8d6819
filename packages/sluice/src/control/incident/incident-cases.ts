import { readCases } from '../../core/suite/cases.ts'
import type { ProjectFiles } from '../../core/suite/files.ts'
import type { Prompt } from '../../core/suite/prompt.ts'

/** A golden case that was made of an answer of a rollout. */
export interface IncidentCase {
  id: string
  suite: string
  /** The outcome it was made of, where it says so. */
  outcome: string | null
}

/** The cases in all suites of a prompt whose `source` names a rollout. */
export async function casesOfRollout(
  { suites }: Pick<Prompt, 'suites'>,
  rollout: string,
  { files, root }: { files: ProjectFiles; root: string },
): Promise<IncidentCase[]> {
  const found: IncidentCase[] = []
  for (const suite of new Set(Object.values(suites))) {
    for await (const { id, source } of readCases(files, suite, { root })) {
      if (source?.rollout !== rollout) continue
      found.push({ id, suite, outcome: typeof source.outcome === 'string' ? source.outcome : null })
    }
  }
  return found
}
