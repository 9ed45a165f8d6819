import type { Completion, ModelRequest } from '../../providers/provider.ts'
import { ProviderError } from '../../providers/provider-error.ts'
import type { ResponseFormat } from '../../suite/models/model.ts'
import { JudgeError } from './judge-error.ts'

/** How a judge's server enforces the form of an answer. The judge's instructions state the form in any case. */
export type AnswerMode = ResponseFormat['type']

/** The strictest first. */
const modes: readonly AnswerMode[] = ['json_schema', 'json_object', 'text']

interface Attempts {
  /** @throws ProviderError without an answer, JudgeError for one that is not as asked. */
  ask(request: ModelRequest): Promise<Completion>
  /** Whether an earlier run has the answer, so that its mode is known without asking. */
  isKept(request: ModelRequest): Promise<boolean>
}

/**
 * The mode of each judge model: the strictest that its server accepts. The first question finds it while all others
 * wait. From then on it stays, since scores of different modes are never compared.
 */
export interface AnswerModes {
  /** `json_schema` before the first answer. */
  of(model: string): AnswerMode
  /** Whether an answer has shown it. */
  isKnown(model: string): boolean
  /** Asks with the request's format made as strict as the server takes it. */
  ask(request: ModelRequest, attempts: Attempts): Promise<Completion>
}

/** After so many questions that failed in every mode, the format is no longer taken for the cause. */
const mostSuspicions = 3

/**
 * With `searchesAgain`, a refusal of a mode that was accepted before starts a new search. It is for processes that
 * outlive a run and store with each score the version of its judge.
 */
export function createAnswerModes({ searchesAgain = false } = {}): AnswerModes {
  const found = new Map<string, AnswerMode>()
  const searches = new Map<string, Promise<unknown>>()
  const suspicions = new Map<string, number>()

  const search = async (request: ModelRequest, { ask, isKept }: Attempts): Promise<Completion> => {
    const { model } = request
    const refusals: unknown[] = []
    for (const mode of await modesToTry(request, isKept)) {
      try {
        const completion = await ask(inMode(request, mode))
        found.set(model, mode)
        return completion
      } catch (error) {
        // The server has accepted the format; the fault in its answer concerns this case only.
        if (error instanceof JudgeError) found.set(model, mode)
        const isSuspected = isBadRequest(error) && (suspicions.get(model) ?? 0) < mostSuspicions
        if (!namesFormat(error) && !isSuspected) throw error
        refusals.push(error)
      }
    }
    if (namesFormat(refusals[0])) throw refusals.at(-1)
    suspicions.set(model, (suspicions.get(model) ?? 0) + 1)
    throw refusals[0]
  }

  return {
    of: (model) => found.get(model) ?? 'json_schema',
    isKnown: (model) => found.has(model),
    async ask(request, attempts) {
      const { model } = request
      while (!found.has(model)) {
        const underWay = searches.get(model)
        if (underWay) {
          await underWay.catch(() => undefined)
          continue
        }
        const own = search(request, attempts).finally(() => searches.delete(model))
        searches.set(model, own)
        return own
      }
      const mode = found.get(model) ?? 'json_schema'
      return attempts.ask(inMode(request, mode)).catch((error: unknown) => {
        if (!namesFormat(error)) throw error
        if (searchesAgain) found.delete(model)
        throw refusedLate(error, mode)
      })
    },
  }
}

/** The mode by which a reader should judge several of them. */
export function loosestMode(found: readonly AnswerMode[]): AnswerMode {
  return modes.findLast((mode) => found.includes(mode)) ?? 'json_schema'
}

export function inMode(request: ModelRequest, mode: AnswerMode): ModelRequest {
  return mode === 'json_schema' ? request : { ...request, format: { type: mode } }
}

async function modesToTry(request: ModelRequest, isKept: Attempts['isKept']): Promise<readonly AnswerMode[]> {
  for (const mode of modes) if (await isKept(inMode(request, mode))) return [mode]
  return modes
}

const formatWords =
  /response[_ .-]?(format|schema|mime)|json[_ -]?(schema|object|mode)|structured[_ -]?outputs?|output[_ .]?(format|config)|text\.format|guided|grammar/i

/** Whether a server's error names the response format as its cause. */
function namesFormat(error: unknown): error is ProviderError {
  if (!(error instanceof ProviderError)) return false
  const { kind, message, cause } = error
  if (kind !== 'bad-request' && kind !== 'server' && kind !== 'bad-response') return false
  const body = typeof cause === 'object' && cause !== null && 'responseBody' in cause ? String(cause.responseBody) : ''
  return formatWords.test(message) || formatWords.test(body)
}

/** Whether a refusal may be about the format without saying so. The same question without a format shows it. */
function isBadRequest(error: unknown): boolean {
  return error instanceof ProviderError && error.kind === 'bad-request' && !error.fatal
}

function refusedLate(error: ProviderError, mode: AnswerMode): JudgeError {
  return new JudgeError(
    `the server refused the answer format ${mode}, which it had accepted before, and scores of different formats are never ` +
      `compared; choose a judge whose server answers all alike (${error.message})`,
    { cause: error },
  )
}
