/** Where the page of each thing is. Names are anything that a publisher may choose. */
const part = (name: string) => encodeURIComponent(name)

export const featureAddress = (feature: string) => `/features/${part(feature)}`
export const compareAddress = (feature: string, { from, to }: { from: string; to: string }) =>
  `${featureAddress(feature)}/compare?${new URLSearchParams({ from, to })}`
export const versionContentAddress = (feature: string, version: string) =>
  `${featureAddress(feature)}/versions/${part(version)}/content`
export const runAddress = (feature: string, version: string) => `/runs/${part(feature)}/${part(version)}`
export const auditAddress = (chain: string) => `/audit/${part(chain)}`
export const proposalAddress = (id: string) => `/proposals/${part(id)}`
export const proposalActAddress = (id: string, act: string) => `${proposalAddress(id)}/${act}`
export const rolloutAddress = (id: string) => `/rollouts/${part(id)}`

/** A page with what its query says; without one where that is nothing. */
export function addressWith(path: string, query: Readonly<Record<string, string>>): string {
  const said = new URLSearchParams(query)
  return said.size === 0 ? path : `${path}?${said}`
}

/** The first step of an act. */
export const rolloutActAddress = (id: string, act: string) => `${rolloutAddress(id)}/${act}`
export const featureActAddress = (feature: string, act: string) => `${featureAddress(feature)}/${act}`

/** Where one signs in, and comes back to `next`. `hasEnded`: there was a session before. */
export function signInAddress({ next, hasEnded }: { next: string; hasEnded: boolean }): string {
  return addressWith('/sign-in', { ...(next !== '/' && { next }), ...(hasEnded && { ended: 'yes' }) })
}

/** Where signing in by the identity provider begins, and where the provider sends browsers back to. */
export const oidcAddress = '/sign-in/oidc'
export const oidcCallback = `${oidcAddress}/callback`
/** Who has the last change of a feature. */
export const appliedAddress = (feature: string) => `${featureAddress(feature)}/applied`

/**
 * The path, if it leads to a page of this control plane and nowhere else; `/` otherwise. Browsers take a backslash for
 * a slash, and leave out line breaks and tabs.
 */
export function localAddress(path: string | undefined): string {
  if (path === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(path)) return '/'
  const { origin, pathname, search } = new URL(path, 'http://local')
  return origin === 'http://local' && !pathname.startsWith('//') ? `${pathname}${search}` : '/'
}
