import { readCases } from '../../core/suite/cases/read-suite.ts'
import { plainFeature } from '../../core/suite/config/environments.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'

/** A golden case that was made of an answer of a rollout. */
export interface IncidentCase {
  id: string
  suite: string
  /** The outcome it was made of, where it says so. */
  outcome: string | null
}

/**
 * What a project knows of a rollout: the cases made of its answers, null for a feature that the project does not have,
 * and the score from which an answer is good.
 */
export async function knownOfRollout(
  { id, feature }: { id: string; feature: string },
  { prompts, config, files }: LoadedProject,
): Promise<{ cases: IncidentCase[] | null; goodFrom: number }> {
  const prompt = prompts.find((one) => one.feature === plainFeature(feature))
  if (prompt === undefined) return { cases: null, goodFrom: config.gate.caseThreshold }
  const cases = await casesOfRollout(prompt, id, { files, root: config.root })
  return { cases, goodFrom: { ...config.gate, ...prompt.gate }.caseThreshold }
}

/** The cases in all suites of a prompt whose `source` names a rollout. */
async function casesOfRollout(
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
