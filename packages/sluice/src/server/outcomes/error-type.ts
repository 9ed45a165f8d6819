/** What stands in the place of an error whose words do not begin with its type. */
const otherError = '_OTHER'

/**
 * The type of a reported error, e.g. `TimeoutError` of `TimeoutError: 30 s`. Its words are not kept: providers quote in
 * them what users wrote.
 */
export function errorType(error: string): string {
  return /^([A-Za-z_$][\w$.]{0,99}(?:Error|Exception))(?::|$)/.exec(error)?.[1] ?? otherError
}
