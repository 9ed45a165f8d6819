import { execFileSync } from 'node:child_process'

/** npm takes from its cache what is there, and asks the registry at most twice, where its own three times wait for minutes. */
export const registrySettings = { npm_config_prefer_offline: 'true', npm_config_fetch_retries: '1' }
/** Milliseconds after which a call of npm is ended: no timeout of the test runner can end a call that it waits for. */
export const registryTimeout = 240_000

/** Runs npm where a user would, from its cache if that has what is needed, otherwise from the registry. */
export function npm(cwd: string, ...args: string[]): string {
  const flags = ['--no-audit', '--no-fund', '--loglevel=error']
  return execFileSync('npm', [...args, ...flags], {
    cwd,
    env: { ...process.env, ...registrySettings },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: registryTimeout,
  })
}

/** Whether an error of npm says only that it reached no registry. */
export function isWithoutRegistry(error: unknown): boolean {
  const { stderr } = error as { stderr?: string }
  return /\b(ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/.test(stderr ?? '')
}
