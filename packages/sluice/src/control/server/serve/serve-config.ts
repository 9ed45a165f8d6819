import { learnSecrets } from '../../../core/providers/configured-secrets.ts'
import { createLeanFetch } from '../../../core/providers/http/lean-fetch.ts'
import type { Config } from '../../../core/suite/config/config.ts'
import { loadConfig } from '../../../core/suite/config/load-config.ts'
import { InvalidFilesError } from '../../../core/suite/diagnostics/diagnostic.ts'
import { findRoot } from '../../../core/suite/project/project.ts'
import { diskFiles, type ProjectFiles } from '../../../core/suite/project-files.ts'
import { SluiceError } from '../../../errors.ts'
import { isLoopback, isUnreadOnTheWay } from '../../../loopback.ts'
import type { Mask } from '../../../masking/mask.ts'
import type { ControlPlaneOptions } from '../control-plane.ts'

export interface ServeConfig {
  root: string
  files: ProjectFiles
  config: Config
}

/**
 * The sluice.yaml of the working directory, or of one above it. Its secrets are masked from now on.
 * @throws InvalidFilesError with the faults of sluice.yaml
 */
export async function readServeConfig(host: {
  cwd(): string
  env: NodeJS.ProcessEnv
  mask: Mask
}): Promise<ServeConfig> {
  const root = await findRoot(host.cwd())
  const files = diskFiles(root)
  const { config, diagnostics } = await loadConfig(files, root)
  const faults = diagnostics.filter(({ severity }) => severity === 'error')
  if (faults.length > 0) throw new InvalidFilesError(faults)
  learnSecrets({ config, prompts: [] }, host)
  return { root, files, config }
}

/** A person waits for it, and the provider is asked up to four times. */
const deadlineMs = 10_000

/**
 * What the sign-in at the identity provider of sluice.yaml takes; undefined without one.
 * @throws SluiceError `invalid-input` if its secret is not set, or it could send nobody back
 */
export function signInOptions(
  { server }: Pick<Config, 'server'>,
  { env, host, publicUrl }: { env: NodeJS.ProcessEnv; host: string; publicUrl: string | null },
): ControlPlaneOptions['oidc'] {
  const settings = server?.oidc
  if (!settings) return undefined
  const { clientSecretEnv: variable } = settings
  const secret = variable === undefined ? null : (env[variable]?.trim() ?? '')
  if (secret === '')
    throw fault(
      '.clientSecretEnv',
      `the environment variable ${variable} is not set: set it to the secret of the client`,
    )
  if (publicUrl === null && !isLoopback(host))
    throw fault('', 'needs --public-url, the address to which the identity provider sends browsers back')
  if (publicUrl !== null && !isUnreadOnTheWay(publicUrl))
    throw fault(
      '',
      `needs a --public-url that begins with https://, not ${publicUrl}: whoever reads the network could sign in`,
    )
  return { settings, secret, fetch: createLeanFetch({ env }), deadlineMs }
}

function fault(key: string, message: string): SluiceError {
  return new SluiceError('invalid-input', `sluice.yaml: server.oidc${key}: ${message}`)
}
