import { createRequire } from 'node:module'

/**
 * Node's own http and https. An `import` of them reads each of their exports, and so loads Node's whole fetch, which
 * takes a command that calls no model 30 ms. `require` reads none.
 */
const load = createRequire(import.meta.url)

export const http: typeof import('node:http') = load('node:http')

/** Loaded when it is needed, as it brings TLS. */
export function https(): typeof import('node:https') {
  return load('node:https')
}

/** Loaded when it is needed. */
export function tls(): typeof import('node:tls') {
  return load('node:tls')
}
