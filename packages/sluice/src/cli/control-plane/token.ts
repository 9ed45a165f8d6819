import { z } from 'zod'
import type { TokenAnswer } from '../../control/remote/answers.ts'
import { timeText } from '../../control/words/moments.ts'
import { scopes } from '../../records/token-scopes.ts'
import { oneOf, readFlags, remoteFlags, texts, time } from '../flags.ts'
import type { Host } from '../host.ts'
import { connect, printDocument } from '../session/connect.ts'

const createFlags = {
  ...remoteFlags,
  scope: z.array(oneOf(scopes)),
  feature: texts.optional(),
  environment: texts.optional(),
  /** How long the token is valid. */
  expires: time.optional(),
}

/** `sluice token create`: prints the token, this once, alone on stdout. */
export async function createTokenCommand(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('token create', createFlags, given)
  const { scope, feature, environment, expires } = options
  const ends = expires === undefined ? undefined : new Date(Date.now() + expires)
  const answer = await connect(options, host).createToken({
    name,
    scopes: scope,
    ...(feature && { features: feature }),
    ...(environment && { environments: environment }),
    ...(ends && { expiresAt: ends.toISOString() }),
  })
  printDocument(options, host, answer, `${answer.token}\n`)
  host.stderr.write(
    `${tokenText(answer.record)}\nKeep the token: only its hash is stored, and it is never shown again.\n`,
  )
  return 0
}

/** `sluice token list`: all, without their secrets. */
export async function listTokensCommand(given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('token list', remoteFlags, given)
  const tokens = await connect(options, host).tokens()
  printDocument(options, host, { tokens }, (seen) => seen.tokens.map((token) => `${tokenText(token)}\n`).join(''))
  return 0
}

/** `sluice token revoke`: it is refused from now on, and its open streams end. */
export async function revokeTokenCommand(id: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('token revoke', remoteFlags, given)
  const token = await connect(options, host).revokeToken(id)
  printDocument(options, host, token, (seen) => `${tokenText(seen)}\n`)
  return 0
}

/** `sluice token reinstate`: a person who was revoked may sign in again. */
export async function reinstateTokenCommand(id: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('token reinstate', remoteFlags, given)
  const token = await connect(options, host).reinstateToken(id)
  printDocument(options, host, token, (seen) => `${tokenText(seen)}\n`)
  return 0
}

function tokenText(token: TokenAnswer): string {
  const { id, name, person, scopes, features, environments, createdAt, expiresAt, revokedAt } = token
  const names = features ? `only ${features.join(', ')}` : 'all features'
  const limit = environments ? `${names} in ${environments.join(', ')}` : names
  const end =
    revokedAt !== null ? `revoked ${timeText(revokedAt)}` : expiresAt !== null ? `until ${timeText(expiresAt)}` : ''
  const rights = scopes.length === 0 ? 'no role' : scopes.join('+')
  const origin = person && `signs in at ${person.issuer} as ${person.subject}`
  return [id, name, rights, limit, origin, `created ${timeText(createdAt)}`, end].filter(Boolean).join('  ')
}
