import type { Config } from '../suite/config.ts'
import { loadPrompts } from '../suite/load-prompts.ts'
import type { Prompt } from '../suite/prompt.ts'
import type { Git } from './git.ts'
import { gitFiles } from './git-files.ts'

/** The version to compare with, or why there is none. */
export type Baseline = { prompt: Prompt; note?: never } | { prompt?: never; note: string }

/** The prompts of a commit by feature, so that a renamed file keeps its baseline. Files with faults there are left out. */
export async function promptsAt(git: Git, commit: string, config: Config): Promise<Map<string, Prompt>> {
  const { prompts } = await loadPrompts(gitFiles(git, commit), config)
  return new Map(prompts.map((prompt) => [prompt.feature, prompt]))
}

/** What the candidate is compared with: the same feature in the base commit, if it says something else there. */
export function baselineOf(candidate: Prompt, base: Map<string, Prompt> | undefined): Baseline {
  if (!base) return { note: 'There is no git repository, hence no baseline: judged against the threshold alone.' }
  if (candidate.target) {
    return {
      note: 'The application at the base commit cannot be called from here: judged against the threshold alone.',
    }
  }
  const prompt = base.get(candidate.feature)
  if (!prompt) return { note: 'New feature, hence no baseline: judged against the threshold alone.' }
  if (prompt.id === candidate.id) {
    return { note: `The version ${candidate.id} is that of the base commit: judged against the threshold alone.` }
  }
  return { prompt }
}
