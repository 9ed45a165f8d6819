import { execFileSync } from 'node:child_process'

/** Runs npm where a user would, from its cache if that has what is needed, otherwise from the registry. */
export function npm(cwd: string, ...args: string[]): string {
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  return execFileSync('npm', [...args, ...flags], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Whether an error of npm says only that it reached no registry. */
export function isWithoutRegistry(error: unknown): boolean {
  const { stderr } = error as { stderr?: string }
  return /\b(ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/.test(stderr ?? '')
}
