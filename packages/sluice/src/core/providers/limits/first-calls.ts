import { ProviderError, type ProviderErrorKind } from '../provider-error.ts'

/** Watches the first calls of a model, which show whether it can answer at all. */
export interface FirstCalls {
  /** @throws ProviderError of `call`. If the model can never answer it is `unaskable`, and no further call is made. */
  run<T>(call: () => Promise<T>): Promise<T>
  /** Call if an answer of an earlier run exists. Then equal failures are failures of the single calls. */
  hasAnswered(): void
}

/** Kinds that do not count here: they concern one call or the run, or are counted by the queue. */
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

/** After this many equal failures, and no success, the model is given up. */
const mostEqualFailures = 5

/**
 * Finds a model that can never answer. A model that does not exist is given up at once. Another one is given up if its
 * first `enough` failures are equal and no call has succeeded. `who` names it in messages.
 */
export function createFirstCalls(who: string, enough: number = mostEqualFailures): FirstCalls {
  let hasSucceeded = false
  let isKnown = false
  let closed: ProviderError | undefined
  let last: string | undefined
  let count = 0

  const failed = (error: ProviderError): ProviderError => {
    if (error.fatal || hasSucceeded || ofCall.has(error.kind)) return error
    if (error.kind === 'no-model') closed = unaskable(error, error.message)
    else if (!isKnown) {
      const signature = signatureOf(error)
      count = signature === last ? count + 1 : 1
      last = signature
      if (count >= enough)
        closed = unaskable(
          error,
          `${who} cannot be asked: its first ${count} calls all failed in the same way, and none succeeded. ${error.message}`,
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

/** Equal for equal failures. The message counts only for invalid requests, since each input may have another fault. */
function signatureOf({ kind, status, message }: ProviderError): string {
  const isOfInput = kind === 'bad-request' && (status === undefined || status === 400 || status === 422)
  return `${kind} ${status} ${isOfInput ? message : ''}`
}
