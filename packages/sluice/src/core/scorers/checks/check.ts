import type { CheckResult } from '../../../records/report/case-detail.ts'
import type { Ask } from '../../answers/ask.ts'
import type { EmbeddingRequest } from '../../answers/embeddings.ts'
import type { CheckSpec } from '../../suite/checks/check-spec.ts'
import { CheckError } from './check-error.ts'
import { type CommandPlace, measureCommand } from './command.ts'
import { measureContainsJson } from './contains-json.ts'
import { measureExpression } from './expression.ts'
import { measureHtml } from './html.ts'
import { measureJson } from './json.ts'
import { measureJsonPath } from './json-path.ts'
import { measureJsonSchema } from './json-schema.ts'
import { measureLimit } from './limit.ts'
import type { Measure, Subject } from './measure.ts'
import { measureFields } from './measures/fields.ts'
import { measureLabel } from './measures/label.ts'
import { measureRetrieval } from './measures/retrieval.ts'
import { measureModule } from './module.ts'
import { measureOneOf } from './one-of.ts'
import { measureRefusal } from './refusal.ts'
import { measureSimilarity } from './similarity/similarity.ts'
import { measureSql } from './sql.ts'
import { measureText, measureTextList } from './text.ts'
import { measureState } from './trajectory/end-state.ts'
import {
  measureMaxSteps,
  measureNoToolCalled,
  measureNoToolErrors,
  measureOnlyTools,
  measureToolCalled,
} from './trajectory/tool-calls.ts'
import { measureToolOrder } from './trajectory/tool-order.ts'
import { measureXml } from './xml.ts'

export { CheckError } from './check-error.ts'
export type { CommandPlace } from './command.ts'
export type { Subject } from './measure.ts'

/** A check made ready: patterns and schemas compiled, own functions found. */
export interface Check {
  spec: CheckSpec
  /** @throws CheckError when the check could not be evaluated. */
  run(subject: Subject, signal?: AbortSignal): Promise<CheckResult>
}

export interface CheckDeps {
  /** The way to get vectors for `similarity` by embedding; without it such a check is a CheckError. */
  ask?: Ask<EmbeddingRequest> | undefined
  /** The model (`provider:model`) for similarity checks that name none. */
  embeddingModel?: string | undefined
  /** Whether the prompt is strict: then an unknown `{{variable}}` in a check is an error (default false). */
  strict?: boolean
  /** Where the programs of checks run; without it such a check is a CheckError. */
  commands?: CommandPlace | undefined
  /** How long a check's own function or program may take, in ms (default 60,000). */
  ownCodeLimitMs?: number
}

const unstopped = new AbortController().signal

/** Makes a check ready to run on any number of outputs. Faults of a check appear when it runs, as CheckErrors. */
export function compileCheck(spec: CheckSpec, deps: CheckDeps = {}): Check {
  const measure = measureOf(spec, deps)
  const { name, type, weight, must } = spec
  return {
    spec,
    async run(subject, signal = unstopped) {
      const { score, reason, measured } = await withinStack(spec, () => measure(subject, signal))
      return { name, type, score, weight, must, reason, ...(measured && { measured }) }
    },
  }
}

/** An answer of many levels must leave its own case without a score, and not end the run. */
async function withinStack<T>({ type }: CheckSpec, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (!(cause instanceof RangeError && /call stack/i.test(cause.message))) throw cause
    throw new CheckError(`${type}: the answer is nested too deeply to be looked at`, { cause })
  }
}

function measureOf(spec: CheckSpec, deps: CheckDeps): Measure {
  const { ask, embeddingModel, commands, strict = false, ownCodeLimitMs = 60_000 } = deps
  switch (spec.type) {
    case 'equals':
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'matches':
      return measureText(spec, strict)
    case 'containsAll':
    case 'containsAny':
    case 'equalsAny':
      return measureTextList(spec, strict)
    case 'json':
      return measureJson(spec)
    case 'jsonSchema':
      return measureJsonSchema(spec)
    case 'containsJson':
      return measureContainsJson(spec)
    case 'xml':
    case 'containsXml':
      return measureXml(spec)
    case 'html':
    case 'containsHtml':
      return measureHtml(spec)
    case 'sql':
    case 'containsSql':
      return measureSql(spec)
    case 'refusal':
      return measureRefusal(spec)
    case 'jsonPath':
      return measureJsonPath(spec, strict)
    case 'minWords':
    case 'maxWords':
    case 'maxChars':
    case 'latencyMs':
    case 'costUsd':
      return measureLimit(spec)
    case 'similarity':
      return measureSimilarity(spec, strict, { ask, model: spec.value.model ?? embeddingModel })
    case 'label':
      return measureLabel(spec, strict)
    case 'fields':
      return measureFields(spec, strict)
    case 'retrieval':
      return measureRetrieval(spec)
    case 'expression':
      return measureExpression(spec)
    case 'command':
      return measureCommand(spec, commands, ownCodeLimitMs)
    case 'module':
      return measureModule(spec, ownCodeLimitMs)
    case 'toolCalled':
      return measureToolCalled(spec, strict)
    case 'noToolCalled':
      return measureNoToolCalled(spec)
    case 'toolOrder':
      return measureToolOrder(spec, strict)
    case 'onlyTools':
      return measureOnlyTools(spec)
    case 'maxSteps':
      return measureMaxSteps(spec)
    case 'noToolErrors':
      return measureNoToolErrors(spec)
    case 'state':
      return measureState(spec, strict)
    case 'oneOf':
      return measureOneOf(spec, (inner) => compileCheck(inner, deps).run)
    default:
      return spec satisfies never
  }
}
