import type { RequestOutcome } from '@sluice/client'
import type { Trajectory } from '../../records/answer-trace.ts'
import type { StoredContent } from '../../records/content.ts'
import { trajectoryOf } from '../../records/outcome-trajectory.ts'
import type { RedactTexts } from './redact.ts'
import { RedactorFault } from './redactor-thread.ts'

/** What an outcome says of the way to its answer, as reported. */
export type ReportedWay = {
  [Field in 'steps' | 'toolCalls' | 'trajectory' | 'trajectoryRef']?: RequestOutcome[Field] | undefined
}

/** The part of it that may be stored. */
export type StoredWay = Pick<StoredContent, 'steps' | 'toolCalls' | 'trajectory' | 'trajectoryLost' | 'trajectoryRef'>

/**
 * Beyond these a trajectory is not redacted, so it is not stored: different texts, and characters that go to the
 * redactor.
 */
const most = { texts: 2000, chars: 20_000_000 }

/**
 * The way to an answer without what must not be stored. Each text in it, also names, keys and numbers of arguments and
 * results, passes the redactor as an `output` of its own, beside the input of the request: so a redactor that knows
 * nothing of trajectories cannot pass one on unread. Where it fails, the whole way is lost, and `trajectoryLost` says
 * why; the redactor's own words are not in it, since they may quote a text.
 */
export async function redactWay(
  { steps, toolCalls, trajectory: reported, trajectoryRef }: ReportedWay,
  input: Record<string, unknown>,
  redact: RedactTexts,
): Promise<StoredWay> {
  const counted = steps === undefined ? {} : { steps }
  const trajectory = reported && trajectoryOf(reported)
  const changeWay = (change: (text: string) => string): StoredWay => ({
    ...counted,
    ...(toolCalls && { toolCalls: withNames(toolCalls, change) }),
    ...(trajectory && { trajectory: withTrajectoryTexts(trajectory, change) }),
    ...(trajectoryRef !== undefined && { trajectoryRef: change(trajectoryRef) }),
  })
  const texts = new Set<string>()
  changeWay((text) => {
    texts.add(text)
    return text
  })
  if (texts.size === 0) return changeWay((text) => text)
  const chars = texts.size * JSON.stringify(input).length
  if (texts.size > most.texts || chars > most.chars)
    return { ...counted, trajectoryLost: `it has ${texts.size} different texts, too many to be redacted` }
  try {
    const list = [...texts]
    const redacted = await redact(list, input)
    const changed = new Map(list.map((text, index) => [text, redacted[index] ?? '']))
    return changeWay((text) => changed.get(text) ?? '')
  } catch (error) {
    const why = error instanceof RedactorFault || error instanceof SameKeys ? error.kind : 'threw'
    return { ...counted, trajectoryLost: `it could not be redacted (${why})` }
  }
}

/** Two keys of a value are the same once they are redacted, so that one of the values would be lost. */
class SameKeys extends Error {
  readonly kind = 'same-keys'
}

function withTrajectoryTexts({ messages }: Trajectory, change: (text: string) => string): Trajectory {
  const changeText = (text: string | null) => (text === null ? null : change(text))
  return {
    messages: messages.map(({ role, text, calls }) => ({
      role,
      text: changeText(text),
      calls: calls.map(({ id, name, arguments: given, unreadable, result, error, durationMs }) => ({
        id: changeText(id),
        name: change(name),
        arguments: withTexts(given, change),
        ...(unreadable !== undefined && { unreadable: change(unreadable) }),
        result: withTexts(result, change),
        error: changeText(error),
        durationMs,
      })),
    })),
  }
}

/** A copy of a JSON value with each text and key changed. A number stays one, unless the change alters its digits. */
function withTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (typeof value === 'number') {
    const text = change(String(value))
    return text === String(value) ? value : text
  }
  if (Array.isArray(value)) return value.map((part) => withTexts(part, change))
  if (value === null || typeof value !== 'object') return value
  return withNames(value as Record<string, unknown>, change, (part) => withTexts(part, change))
}

function withNames<T>(
  value: Readonly<Record<string, T>>,
  change: (text: string) => string,
  inside = (part: T) => part,
) {
  const entries = Object.entries(value).map(([name, part]): [string, T] => [change(name), inside(part)])
  if (new Set(entries.map(([name]) => name)).size < entries.length) throw new SameKeys()
  return Object.fromEntries(entries)
}
