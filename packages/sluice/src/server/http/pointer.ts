/** A JSON Pointer (RFC 6901): `/outcomes/3/unit`; the empty text is the whole. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
