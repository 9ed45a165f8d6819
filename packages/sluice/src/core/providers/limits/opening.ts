import { ProviderError, type ProviderErrorKind } from '../provider-error.ts'

/** The first calls of a model, which tell whether it can be asked at all. */
export interface Opening {
  /** @throws ProviderError as `call` does; `unaskable` once the model cannot be asked at all, whereupon it is not asked again */
  run<T>(call: () => Promise<T>): Promise<T>
  /** An answer of an earlier run is at hand: failures alike are now failures of their calls. */
  hasAnswered(): void
}

/** What says something about one call only, about the run, or is counted by the queue. */
const ofCall: ReadonlySet<ProviderErrorKind> = new Set<ProviderErrorKind>([
  'refused',
  'moderated',
  'too-long',
  'not-recorded',
  'budget',
  'aborted',
  'timeout',
  'unreachable',
])

/** Failures alike, and nothing but them, that are no accident of single calls. */
const failuresAlike = 5

/**
 * Tells a model that can never answer from calls that fail: a model that does not exist is given up at once, and so it is after
 * the first failures if they are all alike (five of them, unless told otherwise) and not one call has succeeded. `who`
 * stands in the message.
 */
export function createOpening(who: string, enough: number = failuresAlike): Opening {
  let hasSucceeded = false
  let isKnown = false
  let closed: ProviderError | undefined
  let first: string | undefined
  let count = 0

  const failed = (error: ProviderError): ProviderError => {
    if (error.fatal || hasSucceeded || ofCall.has(error.kind)) return error
    if (error.kind === 'no-model') closed = unaskable(error, error.message)
    else if (!isKnown) {
      const likeness = likenessOf(error)
      count = likeness === first ? count + 1 : 1
      first = likeness
      if (count >= enough)
        closed = unaskable(
          error,
          `${who} cannot be asked: its first ${count} calls all failed alike, and none succeeded. ${error.message}`,
        )
    }
    return closed ?? error
  }
  return {
    async run(call) {
      if (closed) throw closed
      try {
        const result = await call()
        hasSucceeded = true
        return result
      } catch (error) {
        throw error instanceof ProviderError ? failed(error) : error
      }
    },
    hasAnswered() {
      isKnown = true
    },
  }
}

function unaskable(error: ProviderError, message: string): ProviderError {
  return new ProviderError(error.kind, message, { cause: error, status: error.status, unaskable: true })
}

/** Of a request that was refused as such the words count as well: each input may be refused for a reason of its own. */
function likenessOf({ kind, status, message }: ProviderError): string {
  const isOfInput = kind === 'bad-request' && (status === undefined || status === 400 || status === 422)
  return `${kind} ${status} ${isOfInput ? message : ''}`
}
