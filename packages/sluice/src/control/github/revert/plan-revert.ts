import { type GithubFiles, githubRoot } from '../../../core/github/github-files.ts'
import type { Config } from '../../../core/suite/config/config.ts'
import { loadConfig } from '../../../core/suite/config/load-config.ts'
import type { ProjectFiles } from '../../../core/suite/project-files.ts'
import { parsePrompt } from '../../../core/suite/prompt/parse-prompt.ts'
import type { Prompt } from '../../../core/suite/prompt/prompt.ts'
import type { VersionRecord } from '../../../records/version.ts'

/** The default branch, and the commits that both versions come from. */
export interface RevertPlaces {
  head: GithubFiles
  atCanary: GithubFiles
  atIncumbent: GithubFiles
  /** The prompt file, relative to the project. */
  file: string
}

/** The project of the default branch with the incumbent's prompt file in it. */
export interface PlannedRevert {
  /** The bytes of a blob that the repository has. */
  entry: { mode: string; sha: string }
  files: ProjectFiles
  config: Config
  prompt: Prompt
  /** @throws GithubError if something could not be read for GitHub's sake */
  throwFault(): void
}

/**
 * What makes the default branch have the incumbent's prompt file again, byte for byte, or why nothing does. Commit and
 * file are the word of whoever published, so nothing counts but what the files give: that of the branch the version
 * that was rolled back, and the branch with the incumbent's file in it the incumbent.
 * @throws GithubError
 */
export async function planRevert(
  places: RevertPlaces,
  { canary, incumbent }: { canary: VersionRecord; incumbent: VersionRecord },
): Promise<PlannedRevert | string> {
  const { head, atCanary, atIncumbent, file } = places
  const [now, then, before] = await Promise.all([head, atCanary, atIncumbent].map((files) => files.entry(file)))
  if (!then || !before) return `${file} is not in ${then ? 'the commit of the good version' : 'its commit'}`
  if (!now) return `${file} is not in the default branch any more`
  if (now.sha === before.sha) return 'the default branch has the good version already'
  if (now.sha !== then.sha) return `${file} has changed in the default branch since`
  const present = await promptOf(head, file)
  head.throwFault()
  if (!isVersion(present?.prompt, canary))
    return `${file} of the default branch is not the version that was rolled back: what else it is made of has changed, or is faulty`
  const bytes = await atIncumbent.read(file)
  const files: ProjectFiles = { ...head, read: async (path) => (path === file ? bytes : head.read(path)) }
  const reverted = await promptOf(files, file)
  head.throwFault()
  if (!reverted?.prompt || !isVersion(reverted.prompt, incumbent))
    return `${file} as it was would not be the good version: what else it is made of has changed, or is faulty`
  const { config, prompt } = reverted
  return { entry: { mode: now.mode, sha: before.sha }, files, config, prompt, throwFault: head.throwFault }
}

async function promptOf(
  files: ProjectFiles,
  file: string,
): Promise<{ config: Config; prompt: Prompt | undefined } | undefined> {
  const { config } = await loadConfig(files, githubRoot)
  const { prompt, diagnostics } = await parsePrompt(files, file, config)
  return diagnostics.some(({ severity }) => severity === 'error') ? undefined : { config, prompt }
}

function isVersion(prompt: Prompt | undefined, { id, feature }: VersionRecord): boolean {
  return prompt?.id === id && prompt.feature === feature
}
