import { SluiceError } from '../../errors.ts'

/** How to reach a control plane. */
export interface RemoteConnection {
  /** Without a slash at the end. */
  url: string
  token: string | undefined
  fetch: typeof fetch
  /** In ms. */
  sleep(ms: number): Promise<unknown>
  /** In [0,1). */
  random(): number
  /** In ms, of a clock that does not step. */
  now(): number
  /** A new idempotency key. */
  newKey(): string
}

/** Where `sluice serve` listens by default. */
const defaultUrl = 'http://127.0.0.1:4050'

/**
 * The address of the control plane, by `--url` or `SLUICE_URL`, and the token, by `SLUICE_TOKEN`.
 * @throws SluiceError `invalid-input` for an address that is none, or a token that no header can hold
 */
export function remoteAddress(
  { url }: { url?: string },
  env: { SLUICE_URL?: string | undefined; SLUICE_TOKEN?: string | undefined },
): Pick<RemoteConnection, 'url' | 'token'> {
  const text = url ?? (env.SLUICE_URL || defaultUrl)
  const origin = url === undefined ? 'SLUICE_URL' : '--url'
  const parsed = URL.parse(text)
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new SluiceError('invalid-input', `${origin} ${text}: expected an address such as ${defaultUrl}`)
  if (parsed.username || parsed.password)
    throw new SluiceError('invalid-input', `${origin}: give the token by SLUICE_TOKEN, not within the address`)
  const token = env.SLUICE_TOKEN?.trim() || undefined
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new SluiceError('invalid-input', 'SLUICE_TOKEN holds characters that no token has')
  return { url: parsed.href.replace(/[?#].*$/, '').replace(/\/+$/, ''), token }
}
