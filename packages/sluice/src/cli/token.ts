import type { TokenAnswer } from '../control/remote/answers.ts'
import { timeText } from '../control/remote/rollout-text.ts'
import type { Scope } from '../records/token.ts'
import { connect, type RemoteOptions, tell } from './connect.ts'
import { durationFlag } from './duration-flag.ts'
import type { Host } from './host.ts'

interface CreateOptions extends RemoteOptions {
  scope: Scope[]
  feature?: string[]
  /** How long it holds, e.g. `90d`. */
  expires?: string
}

/** A hundred years: what lies beyond is no date that everything can write. */
const longestLifeMs = 100 * 365 * 86_400_000

/** `sluice token create`: prints the token, this once, alone on stdout. */
export async function createTokenCommand(name: string, options: CreateOptions, host: Host): Promise<number> {
  const { scope, feature, expires } = options
  const ends =
    expires === undefined ? undefined : new Date(Date.now() + durationFlag('--expires', expires, longestLifeMs))
  const answer = await connect(options, host).createToken({
    name,
    scopes: scope,
    ...(feature && { features: feature }),
    ...(ends && { expiresAt: ends.toISOString() }),
  })
  tell(options, host, answer, `${answer.token}\n`)
  host.stderr.write(`${tokenText(answer.record)}\nKeep it: it is stored hashed and never shown again.\n`)
  return 0
}

/** `sluice token list`: all, without their secrets. */
export async function listTokensCommand(options: RemoteOptions, host: Host): Promise<number> {
  const tokens = await connect(options, host).tokens()
  tell(options, host, { tokens }, (seen) => seen.tokens.map((token) => `${tokenText(token)}\n`).join(''))
  return 0
}

/** `sluice token revoke`: it is refused from now on, and its open streams end. */
export async function revokeTokenCommand(id: string, options: RemoteOptions, host: Host): Promise<number> {
  const token = await connect(options, host).revokeToken(id)
  tell(options, host, token, (seen) => `${tokenText(seen)}\n`)
  return 0
}

function tokenText({ id, name, scopes, features, createdAt, expiresAt, revokedAt }: TokenAnswer): string {
  const limit = features ? `only ${features.join(', ')}` : 'all features'
  const end =
    revokedAt !== null ? `revoked ${timeText(revokedAt)}` : expiresAt !== null ? `until ${timeText(expiresAt)}` : ''
  return [id, name, scopes.join('+'), limit, `made ${timeText(createdAt)}`, end].filter(Boolean).join('  ')
}
