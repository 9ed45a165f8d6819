/** Words that a server may add to a model's name: the kind of tuning, and the size. */
const added = /^(?:instruct|it|preview|latest|ga|\d+x?\d*b)$/

/** Words of a name that ask for a route or for the newest snapshot, and that a server leaves out. */
const leftOut = /^(?:latest|free|nitro|floor|exacto|online)$/

/** A snapshot at the end of a name: a date, or the number of a build. */
const snapshot = /[-@:.](?:\d{4}-\d\d-\d\d|\d\d-\d{4}|\d\d-\d\d|\d{8}|\d{6}|\d{3,4}|v\d+(?::\d+)?)(?=$|[-@:])/g

/**
 * Whether the name that a server gives with an answer may be that of the model that was asked for: the same words, in
 * any order, perhaps with a snapshot. If a snapshot was asked for, it must be that one.
 */
export function isModelAsked(asked: string, served: string): boolean {
  const wanted = wordsOf(asked)
  const given = wordsOf(served)
  const undated = wordsOf(served, snapshot)
  const isMissing = [...wanted].some((word) => !given.has(word) && !leftOut.test(word))
  return !isMissing && [...undated].every((word) => wanted.has(word) || added.test(word))
}

/** The vendor before a name: `mistralai/`, or Bedrock's `us.anthropic.`. */
const vendor = /^(?:.*\/)?(?:[a-z]+\.)*/

function wordsOf(name: string, without?: RegExp): Set<string> {
  const own = name.toLowerCase().replace(vendor, '')
  const kept = without ? own.replaceAll(without, '') : own
  return new Set(kept.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== ''))
}
