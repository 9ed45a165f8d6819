import path from 'node:path'

/** Which project this is, as messages name it: the repository in CI, else the folder. */
export function projectName(root: string, { GITHUB_REPOSITORY, CI_PROJECT_PATH }: NodeJS.ProcessEnv): string {
  return GITHUB_REPOSITORY || CI_PROJECT_PATH || path.basename(root)
}
