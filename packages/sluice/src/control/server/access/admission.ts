import type { Clock } from '@sluice/client'
import type { Environments } from '../../../core/suite/config/environments.ts'
import type { TokenRecord } from '../../../records/token.ts'
import type { Scope } from '../../../records/token-scopes.ts'
import { Problem } from '../http/problem.ts'
import { anonymous, type Caller, callerOf, environmentsText, hasScope } from './caller.ts'
import { createRateLimit, type Rate } from './rate-limit.ts'
import type { Session } from './sessions.ts'
import type { TokenDirectory } from './token-directory.ts'

/** Lets a request in, or says why not. */
export interface Admission {
  /**
   * Who sends the request. Their token must have one of the scopes; with null no token is needed.
   * @throws Problem 401, 403, 429
   */
  admit(request: Request, scopes: readonly Scope[] | null): Promise<Caller>
  /**
   * The same for whoever has signed in.
   * @throws Problem 403, 429
   */
  admitSession(session: Session, scopes: readonly Scope[]): Caller
  /** Who sends the request; `anonymous` if it has no valid token. */
  recognise(request: Request): Promise<Caller>
}

export interface AdmissionOptions {
  directory: TokenDirectory
  clock: Clock
  rate: Rate
  environments: Environments
}

export function createAdmission({ directory, clock, rate, environments }: AdmissionOptions): Admission {
  const limit = createRateLimit(rate)

  function admitted(record: TokenRecord, scopes: readonly Scope[]): Caller {
    const wait = limit.take(record.id, clock.now())
    if (wait > 0) throw tooMany(wait)
    const caller = callerOf(record, environments)
    if (!hasScope(caller, scopes)) throw forbidden(caller, scopes)
    if (caller.environments.length === 0) throw ofNoEnvironment(record, environments)
    return caller
  }

  return {
    admitSession: ({ record }, scopes) => admitted(record, scopes),
    async recognise(request) {
      const secret = secretOf(request)
      // An open route answers even if the token, or its stored row, is faulty.
      const record = secret === undefined ? undefined : await directory.find(secret).catch(() => undefined)
      return record ? callerOf(record, environments) : anonymous
    },
    async admit(request, scopes) {
      if (scopes === null) return anonymous
      const secret = secretOf(request)
      if (secret === undefined) throw unauthorised('Send a token: "Authorization: Bearer <token>".')
      const record = await directory.find(secret)
      if (!record) throw unauthorised('The token is unknown, expired or revoked.')
      return admitted(record, scopes)
    },
  }
}

function secretOf(request: Request): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

function unauthorised(detail: string): Problem {
  return new Problem({ status: 401, code: 'unauthorised', detail }, { headers: { 'www-authenticate': 'Bearer' } })
}

function forbidden({ name }: Caller, scopes: readonly Scope[]): Problem {
  const detail = `The token "${name}" lacks the scope ${[...scopes, 'admin'].filter(unique).join(' or ')}.`
  return new Problem({ status: 403, code: 'scope-missing', detail })
}

/** It is never served with another environment in place of its own. */
function ofNoEnvironment({ name, environments = [] }: TokenRecord, names: Environments): Problem {
  const own = environmentsText(environments)
  const there = names.length === 0 ? 'which has no environments' : `which has other ones`
  const detail = `The token "${name}" is for ${own}, but not this control plane, ${there} (server.environments in its sluice.yaml): use a token for one of its environments, or start it with that one.`
  return new Problem({ status: 403, code: 'unknown-environment', detail })
}

const unique = <T>(value: T, index: number, all: readonly T[]) => all.indexOf(value) === index

function tooMany(seconds: number): Problem {
  const detail = 'Too many requests with this token: wait as long as Retry-After says.'
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(seconds))) }
  return new Problem({ status: 429, code: 'rate-limited', detail }, { headers })
}
