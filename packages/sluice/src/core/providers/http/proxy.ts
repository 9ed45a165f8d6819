import { BlockList, isIP } from 'node:net'
import type { Env } from '../api-key.ts'
import { ProviderError } from '../provider-error.ts'

/** A forward proxy that the environment names. */
export interface ForwardProxy {
  /** Its http or https address, without credentials. */
  url: URL
  /** The value of `Proxy-Authorization`, if the address has credentials. */
  authorization: string | undefined
  /** The variable that names it, for messages. */
  variable: string
}

/** A fault of a proxy. The message names the proxy without its credentials. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError'
  /** The status that it answered; undefined if it did not answer. */
  readonly status: number | undefined

  constructor(
    { url, variable }: Pick<ForwardProxy, 'url' | 'variable'>,
    fault: string,
    options?: ErrorOptions & { status?: number },
  ) {
    super(`the proxy ${url.origin} (${variable}) ${fault}`, options)
    this.status = options?.status
  }
}

/** A header that is added to an answer and names the proxy through which it came. */
export const proxyHeader = 'x-sluice-proxy'

/**
 * The proxy for an address, from `HTTPS_PROXY` or `HTTP_PROXY`, else from `ALL_PROXY`, unless `NO_PROXY` excludes the
 * address. Names in lower case take precedence. Loopback addresses are always reached directly, and
 * `NODE_USE_ENV_PROXY=0` turns proxies off.
 * @throws ProviderError `unreachable`, fatal, if the variable has no usable address
 */
export function proxyFor({ protocol, hostname, port }: URL, env: Env): ForwardProxy | undefined {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (env.NODE_USE_ENV_PROXY === '0' || isLoopback(host)) return undefined
  const named = setting(env, protocol === 'https:' ? 'https_proxy' : 'http_proxy') ?? setting(env, 'all_proxy')
  if (!named?.value) return undefined
  const exceptions = setting(env, 'no_proxy')?.value ?? ''
  const at = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  return isExcepted(host, at, exceptions) ? undefined : parseProxy(named)
}

interface Setting {
  variable: string
  value: string
}

function setting(env: Env, name: string): Setting | undefined {
  for (const variable of [name, name.toUpperCase()]) {
    const value = env[variable]
    if (value !== undefined) return { variable, value: value.trim() }
  }
  return undefined
}

function parseProxy({ variable, value }: Setting): ForwardProxy {
  const text = value.includes('://') ? value : `http://${value}`
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(value)?.[1]
    const what = scheme === undefined || /^https?$/i.test(scheme) ? 'no address' : `an address of ${scheme}`
    throw new ProviderError('unreachable', `${variable} names ${what}: a proxy is written http://host:port`, {
      fatal: true,
    })
  }
  const { username, password } = url
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const bare = new URL(url.origin)
  return {
    url: bare,
    authorization: username === '' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
    variable,
  }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isAmong(loopback, host)
}

function isAmong(list: BlockList, host: string): boolean {
  const family = isIP(host)
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * `name` excludes the host and its subdomains, `.name` only subdomains, `*` every host. With a port, only that port.
 */
function isExcepted(host: string, port: string, exceptions: string): boolean {
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      if (entry.includes('/')) return isInSubnet(host, entry)
      const [, bracketed, plain, onPort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? []
      if (onPort !== undefined && onPort !== port) return false
      const name = bracketed ?? plain ?? entry
      if (isIP(name) !== 0) return name === host
      const below = name.replace(/^\*?\./, '')
      return host.endsWith(`.${below}`) || (below === name && host === name)
    })
}

function isInSubnet(host: string, entry: string): boolean {
  const [address = '', bits = ''] = entry.split('/')
  const family = isIP(address)
  const prefix = Number(bits)
  if (family === 0 || !/^\d+$/.test(bits) || prefix > (family === 6 ? 128 : 32)) return false
  const subnet = new BlockList()
  subnet.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
  return isAmong(subnet, host)
}

/** The headers that authenticate requests to a proxy. */
export function proxyHeaders({ authorization }: ForwardProxy): Record<string, string> {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization }
}
