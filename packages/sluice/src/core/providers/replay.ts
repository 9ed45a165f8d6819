import { SluiceError } from '../../errors.ts'
import { parseModelId } from '../suite/models/model.ts'
import type { ProjectFiles } from '../suite/project-files.ts'
import { type Recording, type RecordingPlace, readRecordings } from '../suite/recordings.ts'
import type { Prices } from './prices.ts'
import type { CallContext, Completion, ModelRequest, Provider, Usage } from './provider.ts'
import { ProviderError, StaleRecordingError } from './provider-error.ts'

export interface ReplayOptions {
  name: string
  /** Patterns for the files, relative to the project's root. */
  globs: string[]
  files: ProjectFiles
  /** Prices of recordings with tokens but without a cost. */
  prices?: Prices
}

type Recorded = Recording & RecordingPlace

/** Recordings by the request that they answer. */
interface RecordingIndex {
  byRequest: Map<string, Recorded>
  /** The recordings of a case and a model, by repeat. */
  byCase: Map<string, Map<number, Recorded>>
  /** The recordings of a case and a model that answer only one exact request. */
  bound: Map<string, Recorded[]>
}

/**
 * Answers from recordings, by case, model and repeat. A recording with a request's hash answers only that request. The
 * files are read once, before the first answer.
 */
export function createReplayProvider({ name, globs, files, prices }: ReplayOptions): Provider {
  let loading: Promise<RecordingIndex> | undefined
  const load = () => {
    loading ??= readIndex(files, globs)
    return loading
  }
  return {
    name,
    live: false,
    async complete(request, context) {
      const index = await load()
      const model = parseModelId(request.model)?.model ?? request.model
      const found =
        index.byRequest.get(context.key) ?? index.byCase.get(address(context.caseId, model))?.get(context.repeat)
      if (!found) throw notRecorded({ name, globs, model, context, index })
      return completionOf(found, request, prices)
    },
    async recordedRepeats(caseId, model) {
      const { byCase, bound } = await load()
      const key = address(caseId, model)
      const repeats = new Set([...(byCase.get(key)?.keys() ?? []), ...(bound.get(key) ?? []).map(repeatOf)])
      let count = 0
      while (repeats.has(count + 1)) count += 1
      return count
    },
  }
}

/**
 * A model with tools may have called them before its answer: a recording that does not say so says nothing about it.
 */
const answerAlone = 'the recording holds the answer alone; add its "messages" or "toolCalls", an empty list for none'

function completionOf(recorded: Recorded, { model, tools }: ModelRequest, prices: Prices | undefined): Completion {
  const { output, finishReason = 'stop', inputTokens, outputTokens, latencyMs, error, trace, file, line } = recorded
  if (output === undefined)
    throw new ProviderError('server', `${file}:${line}: recorded error: ${error ?? 'no output'}`, { retryable: false })
  const usage: Usage = {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
  }
  const costUsd = recorded.costUsd ?? prices?.costUsd(model, usage)
  return {
    output,
    usage,
    finishReason,
    warnings: [],
    ...(latencyMs !== undefined && { latencyMs }),
    ...(costUsd !== undefined && { costUsd }),
    ...(trace ? { trace } : tools && { trace: { unread: answerAlone } }),
  }
}

async function readIndex(files: ProjectFiles, globs: string[]): Promise<RecordingIndex> {
  const index: RecordingIndex = { byRequest: new Map(), byCase: new Map(), bound: new Map() }
  for await (const recorded of readRecordings(files, globs)) {
    const key = recorded.case === undefined ? undefined : address(recorded.case, recorded.model)
    if (recorded.request !== undefined) {
      setOnce(index.byRequest, recorded.request, recorded)
      if (key !== undefined) inside(index.bound, key, () => []).push(recorded)
    } else if (key !== undefined) {
      setOnce(
        inside(index.byCase, key, () => new Map()),
        repeatOf(recorded),
        recorded,
      )
    }
  }
  return index
}

function setOnce<K>(map: Map<K, Recorded>, key: K, recorded: Recorded): void {
  const first = map.get(key)
  if (first)
    throw new SluiceError(
      'invalid-input',
      `${recorded.file}:${recorded.line}: this answer is recorded already at ${first.file}:${first.line}; give it another \`repeat\` or remove one`,
    )
  map.set(key, recorded)
}

function inside<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

interface Missing {
  name: string
  globs: string[]
  model: string
  context: CallContext
  index: RecordingIndex
}

function notRecorded({ name, globs, model, context, index }: Missing): ProviderError {
  const { caseId, repeat, key } = context
  const wanted = `model "${model}", case "${caseId}", repeat ${repeat}`
  const [stale] = (index.bound.get(address(caseId, model)) ?? []).filter((bound) => repeatOf(bound) === repeat)
  if (stale)
    return new StaleRecordingError(
      `these recordings (${globs.join(', ')}) answer the original prompt, cases and rubric only\n(${stale.file}:${stale.line} has the recording of ${wanted}; a new answer there needs "request": "${key}")`,
    )
  const count = index.byCase.get(address(caseId, model))?.size ?? 0
  const others = count > 0 ? `; ${count} other repeat${count === 1 ? ' is' : 's are'} recorded` : ''
  return new ProviderError('not-recorded', `${name}: ${globs.join(', ')}: no recording of ${wanted}${others}`)
}

function repeatOf({ repeat = 1 }: Recording): number {
  return repeat
}

function address(caseId: string, model: string): string {
  return `${model}\0${caseId}`
}
