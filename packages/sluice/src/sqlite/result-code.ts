/** The primary result code of SQLite with which a call failed; undefined for any other failure. */
export function resultCode(cause: unknown): number | undefined {
  return cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : undefined
}
