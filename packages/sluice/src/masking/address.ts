/** An address as it may be shown: without user, password, query and fragment. */
export function shownAddress(address: string): string {
  if (!URL.canParse(address)) return 'an address that cannot be read'
  const { origin, host, protocol, pathname } = new URL(address)
  const start = origin === 'null' ? `${protocol}//${host}` : origin
  return pathname === '/' ? start : start + pathname.replace(/\/+$/, '')
}

/** Query parameters that carry credentials. */
const credentialParameter = /key|token|secret|sig|pass|auth|code|credential/i

/** A user name alone may be a token, but not for ssh. Git has settings that begin with `url.` and an address. */
const ssh = /^(?:url\.)?(?:git\+)?ssh(?:\+git)?:$/

/** The secrets in an address: its password, and the values of its query that look like credentials. */
export function secretsOfAddress(address: string): string[] {
  if (!address.includes('://') || !URL.canParse(address)) return []
  const { protocol, username, password, searchParams } = new URL(address)
  const isNameAlone = password === '' && ssh.test(protocol)
  const userInfo = isNameAlone ? [] : [password, ...(password === '' ? [username] : []), `${username}:${password}`]
  const query = [...searchParams].filter(([name]) => credentialParameter.test(name)).map(([, value]) => value)
  return [...userInfo.flatMap((text) => [text, decoded(text)]), ...query].filter((text) => text !== '' && text !== ':')
}

/** All private parts of an address: its credentials, and the whole query, whatever its names are. */
export function privatePartsOf(address: string): string[] {
  if (!URL.canParse(address)) return []
  const { search, searchParams } = new URL(address)
  return [...secretsOfAddress(address), search, ...[...searchParams].map(([, value]) => value)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
