import { learnSecrets } from '../../core/providers/configured-secrets.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import { SluiceError } from '../../errors.ts'
import { type RunFinding, runFinding } from '../../records/report/report.ts'
import { baseCommit, runsInCi } from '../base/base-commit.ts'
import { type BaseProject, readBaseProject } from '../base/base-project.ts'
import { type Git, openGit } from '../git/git.ts'
import { GitError } from '../git/git-process.ts'
import type { Reader } from '../report/present.ts'
import { type NewFlow, newFlows, secretFlows } from './secret-flows.ts'

/** What every command that calls models takes. */
export interface DestinationOptions {
  /**
   * Providers, features or `notify` whose secrets may go where the base commit does not send them; `name=address` for
   * one place.
   */
  allowEndpoint?: string[] | undefined
  /** Whether channels are told; by default not. */
  notify?: boolean | undefined
}

/**
 * Where the change under test sends secrets and its base commit does not. In CI that is refused unless the workflow
 * allows it by name, since there the author of the change does not own the secrets; elsewhere it is said.
 * @throws SluiceError `invalid-input` before anything is sent
 */
export function findNewDestinations(
  project: LoadedProject,
  base: BaseProject | undefined,
  { allowEndpoint = [], notify = false }: DestinationOptions,
  { env, mask, stderr }: Pick<Reader, 'env' | 'mask' | 'stderr'>,
): RunFinding[] {
  if (base) learnSecrets(base, { env, mask })
  const watched = <T extends { config: LoadedProject['config'] }>(settings: T) =>
    notify ? settings : { ...settings, config: { ...settings.config, notify: [] } }
  const found = newFlows(secretFlows(watched(project), env), base && secretFlows(watched(base), env))
  const isAllowed = ({ name, shown }: NewFlow) =>
    allowEndpoint.some((allowed) => allowed === name || allowed === `${name}=${shown}`)
  if (runsInCi(env)) {
    const refused = found.filter((flow) => !isAllowed(flow))
    if (refused.length > 0) throw refusal(refused, base)
  }
  // Without a base there is nothing that a destination could differ from.
  const reported = base || runsInCi(env) ? found : []
  for (const flow of reported) stderr.write(`${sentence(flow, 'sends', 'went')}.\n`)
  return reported.map((flow) => runFinding('secret-destination', 'warning', `${sentence(flow, 'sends', 'went')}.`))
}

/**
 * The base of a command that compares no versions: where this branch left the default branch, if that can be told.
 * @param open the repository, which a command that asks more of it opens once
 * @throws SluiceError `invalid-input` where git fails, or a base that is there cannot be read: what went where is
 * unknown then
 */
export async function defaultBase(
  { config }: LoadedProject,
  { env, cwd }: Pick<Reader, 'env' | 'cwd'>,
  open: () => Promise<Git | undefined> = () => openGit(config.root, env),
): Promise<BaseProject | undefined> {
  const git = await open()
  const commit = git && (await baseCommit(git, undefined, env).catch(nothingFor))
  if (!git || commit === undefined) return undefined
  return readBaseProject(git, commit, { root: config.root, cwd: cwd(), env })
}

/** No branch, or no history of it, is nothing to compare with; a git that fails is a fault. */
function nothingFor(error: unknown): undefined {
  if (!(error instanceof SluiceError) || error instanceof GitError) throw error
}

function sentence({ variable, shown, before }: NewFlow, sends: string, went: string): string {
  const then = before.length === 0 ? 'nowhere' : `to ${before.map(withoutScheme).join(' and ')}`
  return `This run ${sends} ${variable} to ${withoutScheme(shown)}; at the base commit it ${went} ${then}`
}

function withoutScheme(address: string): string {
  return address.replace(/^https:\/\//, '').replace(/^http:\/\/(?=(?:127\.|localhost|\[::1\]))/, '')
}

function refusal(refused: readonly NewFlow[], base: BaseProject | undefined): SluiceError {
  const lines = refused.map((flow) => {
    const at = base ? '' : ' (no base commit could be read; with actions/checkout set fetch-depth: 0)'
    return `  ${sentence(flow, 'would send', 'went')}${at} [${flow.name}]`
  })
  const names = [...new Set(refused.map(({ name }) => name))]
  const flags = names.map((name) => `--allow-endpoint ${name}`).join(' ')
  return new SluiceError(
    'invalid-input',
    `Nothing was sent: the change under test would send secrets where its base commit does not.\n${lines.join('\n')}\n` +
      `Where a secret goes is for the workflow to say, not for the change. If this is meant, allow it there: ${flags} ` +
      `(of the action, allow-endpoint: ${names.join(' ')}), until the change is merged.`,
  )
}
