import type { AnswerStore } from '../../core/answers/answer-store.ts'
import type { Config } from '../../core/suite/config/config.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { Target } from '../../core/suite/prompt/target.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { type ApplicationCode, applicationCode } from '../affected/application-code.ts'
import { gitAt, openGit, repositoryAround } from '../git/git.ts'
import { GitError } from '../git/git-process.ts'
import { once } from '../git/once.ts'
import { type KeptTarget, keepTarget } from './kept-target.ts'
import type { OpenTargets } from './open-targets.ts'

/** The applications of a run, and what the store has of their answers. */
export interface Applications extends Pick<OpenTargets, 'target'> {
  /** What an application is made of, as the run found it. */
  codeOf(target: Target): Promise<ApplicationCode>
  /** Whether its files are no longer what they were when it was first asked. */
  hasChanged(target: Target): Promise<boolean>
  /** Takes back the answers of applications that have changed meanwhile. */
  settle(): Promise<void>
}

interface ApplicationsOptions {
  config: Pick<Config, 'root'>
  store: AnswerStore
  env: NodeJS.ProcessEnv
  /** The environment without credentials. */
  plainEnv: Readonly<Record<string, string | undefined>>
  /** Answers given outside of it are not used. */
  edition: string | undefined
}

/**
 * Answers of the targets are kept, where it can be seen what they are made of. Nothing is read before it is asked for.
 */
export function keepApplications(
  targets: OpenTargets,
  { config, store, edition, env, plainEnv }: ApplicationsOptions,
): Applications {
  const keepers: KeptTarget[] = []
  const codes = new Map<string, Promise<ApplicationCode>>()
  const places = once((folder: string) => repositoryAround(folder, env))
  const openKnown = async (folder: string) => {
    const place = await places(folder)
    return place ? gitAt(place, env) : openGit(folder, env)
  }
  const codeNow = async (target: Target, { withoutKey = false } = {}) => {
    const surroundings = { project: target.root ?? config.root, plainEnv, withoutKey }
    try {
      return await applicationCode(target, { ...surroundings, openGit: openKnown })
    } catch (error) {
      // The repository may be elsewhere by now, or none.
      if (!(error instanceof GitError)) throw error
      return applicationCode(target, { ...surroundings, openGit: (folder) => openGit(folder, env) })
    }
  }
  const codeOf = (target: Target) => {
    const name = canonicalJson(target)
    const known = codes.get(name) ?? codeNow(target)
    codes.set(name, known)
    return known
  }
  return {
    codeOf,
    async hasChanged(target) {
      const before = await codes.get(canonicalJson(target))
      return before !== undefined && before.code !== (await codeNow(target, { withoutKey: true })).code
    },
    target(target, prompt, role) {
      const opened = targets.target(target, prompt, role)
      const code = { atStart: () => codeOf(target), now: () => codeNow(target) }
      // What the application is told of the version; its label is not part of the id.
      const version = [prompt.id, prompt.label ?? null, ...(target.sendVersion ? [role] : [])]
      const kept = keepTarget(opened, { store, edition, feature: prompt.feature, version, code, now: Date.now })
      keepers.push(kept)
      return Object.assign(kept.call, { open: opened.open, close: opened.close })
    },
    async settle() {
      for (const kept of keepers) await kept.settle()
    },
  }
}

/**
 * What the applications of two versions are made of: 12 hex digits each, null for a bare prompt and what cannot be
 * seen.
 */
export async function codesOf(
  { candidate, baseline }: { candidate: Prompt; baseline: Prompt | undefined },
  { codeOf }: Pick<Applications, 'codeOf'>,
): Promise<{ candidate: string | null; baseline: string | null }> {
  const code = async (version: Prompt | undefined) => (version?.target ? (await codeOf(version.target)).code : null)
  return { candidate: await code(candidate), baseline: await code(baseline) }
}
