import { readFileSync } from 'node:fs'
import { type ConnectionOptions, checkServerIdentity } from 'node:tls'
import { SluiceError } from '../../../errors.ts'

/** How to connect to a database, read from its URL in the same way as libpq does. */
export interface ConnectionSettings {
  /** The URL with user and password, without parameters. */
  url: string
  /** The URL without user and password, for messages. */
  place: string
  /** `prefer`: encrypted if the server supports it. */
  encryption: 'never' | 'prefer' | 'always'
  tls: ConnectionOptions
  channelBinding: boolean
  /** Options for the server, `-c name=value …`. */
  options: string | undefined
  /** How long the first connection may take, in ms. */
  firstConnectMs: number
}

/** Longer than for other connections, since some hosted databases must first wake up. */
const firstConnectMs = 10_000
const longestFirstConnectMs = 60_000

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const
type Mode = (typeof modes)[number]

/**
 * `sslmode` has the meaning that libpq documents. Without it, and for `prefer` and `allow`, the connection is encrypted
 * if the server supports it; for `require` always. Neither checks the certificate. `require` with `sslrootcert`, and
 * `verify-ca`, check who signed it; `verify-full` checks the host's name, too. `no-verify` is node-postgres' name for
 * `require`. Parameters of other programs, such as `pgbouncer`, are ignored.
 * @throws SluiceError `invalid-input`, never with the password
 */
export function connectionSettings(databaseUrl: string, read = readPem): ConnectionSettings {
  const url = parsed(databaseUrl)
  const given = (name: string) => url.searchParams.get(name) ?? undefined
  const place = `${url.protocol}//${url.host}${url.pathname}`
  const mode = modeOf(given('sslmode'), given('ssl'))
  const own = { ca: given('sslrootcert'), cert: given('sslcert'), key: given('sslkey') }
  const files = Object.entries(own).filter(([, file]) => file !== undefined && file !== 'system')
  const pem = Object.fromEntries(files.map(([name, file]) => [name, read(file ?? '')]))
  const seconds = Number(given('connect_timeout'))
  return {
    url: withoutParameters(url),
    place,
    encryption: encryptionOf(mode),
    tls: { ...pem, ...checksOf(mode, own.ca) },
    channelBinding: given('channel_binding') === 'require',
    options: given('options'),
    firstConnectMs: seconds > 0 ? Math.min(seconds * 1000, longestFirstConnectMs) : firstConnectMs,
  }
}

function parsed(databaseUrl: string): URL {
  if (URL.canParse(databaseUrl)) return new URL(databaseUrl)
  throw new SluiceError(
    'invalid-input',
    'DATABASE_URL cannot be read: it must be postgres://user:password@host:5432/database with one host. In user and password, all characters other than letters and digits must be percent-encoded',
  )
}

/** Removes the parameters that are handled here. Others stay, e.g. the folder of a socket. */
function withoutParameters(url: URL): string {
  const bare = new URL(url)
  for (const name of [...bare.searchParams.keys()])
    if (!['host', 'port', 'user', 'password'].includes(name)) bare.searchParams.delete(name)
  return bare.href
}

function modeOf(sslmode: string | undefined, ssl: string | undefined): Mode {
  if (sslmode === undefined) return sslModeOf(ssl)
  const mode = modes.find((known) => known === sslmode)
  if (mode) return mode
  throw new SluiceError('invalid-input', `sslmode in DATABASE_URL must be one of ${modes.join(', ')}`)
}

/** The mode for the parameter `ssl` of node-postgres and JDBC. Without it, the mode is `prefer`, as in libpq. */
function sslModeOf(ssl: string | undefined): Mode {
  if (ssl === undefined) return 'prefer'
  if (ssl === 'false' || ssl === '0') return 'disable'
  return ssl === 'no-verify' ? 'no-verify' : 'verify-full'
}

function encryptionOf(mode: Mode): ConnectionSettings['encryption'] {
  if (mode === 'disable') return 'never'
  return mode === 'prefer' || mode === 'allow' ? 'prefer' : 'always'
}

/**
 * The name of the host must be checked if the public authorities are trusted, since anybody can get a certificate from
 * them. With an own authority (`ca`) it may be any host.
 */
function checksOf(mode: Mode, ca: string | undefined): ConnectionOptions {
  if (mode === 'verify-full' || ca === 'system') return { rejectUnauthorized: true, checkServerIdentity }
  const isSignedByOwn = ca !== undefined && mode !== 'no-verify'
  if (isSignedByOwn) return { rejectUnauthorized: true, checkServerIdentity: () => undefined }
  return { rejectUnauthorized: mode === 'verify-ca' }
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : 'unknown'
    throw new SluiceError('invalid-input', `DATABASE_URL names the file ${file}, which cannot be read (${reason})`, {
      cause,
    })
  }
}
