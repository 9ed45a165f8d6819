import type { AnswerTrace, ToolCall, Trajectory, TrajectoryMessage } from '../../../records/answer-trace.ts'
import type { CaseReport } from '../../../records/report/case-report.ts'
import { formatAmount, formatDuration } from '../../../text/format.ts'
import { excerpt, visibleLine } from '../../../text/untrusted.ts'

/** One line about what was done on the way to an answer. Its text is safe to show, on one line. */
export interface TraceLine {
  /** The number of a step, whose calls were made together, or the rank of a document; null for anything else. */
  step: number | null
  isCall: boolean
  text: string
  /** How long a call took; empty where unknown. It makes no difference between two versions. */
  time: string
  failed: boolean
  /** The other version has no such line. */
  isOther: boolean
}

/** The lines of one version, as far as they are shown. */
export interface TraceSide {
  lines: TraceLine[]
  /** Lines before the first that is shown; the other version has the same ones. */
  skipped: number
  /** Lines after the last that is shown. */
  left: number
}

/** One part of what was done, of the version in the report and of the baseline beside it; null where not reported. */
export interface TraceSection {
  title: string
  now: TraceSide | null
  before: TraceSide | null
  /** Whether both did the same, line by line. */
  isSame: boolean
  /** The place of the first line in which they differ; null where they do not, or there is no baseline. */
  firstDifference: number | null
}

interface TraceLimits {
  /** Lines of each version and part. */
  lines: number
  /** Characters of each text, arguments and result among them. */
  characters: number
}

/** What a report tells of a case. */
type TracedCase = Pick<CaseReport, 'output'> & {
  [K in 'trace' | 'baselineTrace' | 'baselineOutput']?: CaseReport[K] | undefined
}

type PartLines = Omit<TraceLine, 'isOther'>[]

/**
 * What the application did on the way to the answers of a case, the baseline beside it. Bounded: where there are more
 * lines, those around the first difference are shown, and the others are counted.
 */
export function traceSections(
  { trace, baselineTrace, output, baselineOutput }: TracedCase,
  limits: TraceLimits,
): TraceSection[] {
  return partTitles.flatMap(({ title, linesOf }) => {
    const now = trace && linesOf(trace, output, limits.characters)
    const before = baselineTrace && linesOf(baselineTrace, baselineOutput ?? null, limits.characters)
    return now || before ? [section(title, now, before, limits.lines)] : []
  })
}

const partTitles: {
  title: string
  linesOf(trace: AnswerTrace, output: string | null, characters: number): PartLines | undefined
}[] = [
  {
    title: 'Steps',
    linesOf: ({ trajectory }, output, characters) => trajectory && stepLines(trajectory, output, characters),
  },
  {
    title: 'Retrieved documents',
    linesOf: ({ retrieved }, _, characters) => retrieved && documentLines(retrieved, characters),
  },
  {
    title: 'State afterwards',
    linesOf: ({ endState }, _, characters) =>
      endState === undefined
        ? undefined
        : JSON.stringify(endState, null, 2)
            .split('\n')
            .map((line) => plain(cut(line, characters))),
  },
  {
    title: 'Reported, but not readable',
    linesOf: ({ unread }, _, characters) => (unread === undefined ? undefined : [plain(cut(unread, characters * 4))]),
  },
]

function section(title: string, now: PartLines | undefined, before: PartLines | undefined, most: number): TraceSection {
  const first = now && before ? firstDifferent(now, before) : null
  const start =
    first === null ? 0 : Math.max(0, Math.min(first - 3, Math.max(now?.length ?? 0, before?.length ?? 0) - most))
  const side = (lines: PartLines | undefined, others: PartLines | undefined): TraceSide | null => {
    if (!lines) return null
    const known = new Set(others?.map(({ text }) => text))
    const shown = lines.slice(start, start + most)
    return {
      lines: shown.map((line) => ({ ...line, isOther: others !== undefined && !known.has(line.text) })),
      skipped: Math.min(start, lines.length),
      left: Math.max(0, lines.length - start - most),
    }
  }
  return {
    title,
    now: side(now, before),
    before: side(before, now),
    isSame: now !== undefined && before !== undefined && first === null,
    firstDifference: first,
  }
}

function firstDifferent(now: PartLines, before: PartLines): number | null {
  const most = Math.max(now.length, before.length)
  for (let place = 0; place < most; place += 1)
    if (now[place]?.text !== before[place]?.text || now[place]?.step !== before[place]?.step) return place
  return null
}

function stepLines({ messages }: Trajectory, output: string | null, characters: number): PartLines {
  let step = 0
  return messages.flatMap((message): PartLines => {
    if (message.role === 'user') return [plain(`user: ${cut(message.text ?? '', characters)}`)]
    step += 1
    return linesOfStep(message, step, output, characters)
  })
}

function linesOfStep(
  { text, calls }: TrajectoryMessage,
  step: number,
  output: string | null,
  characters: number,
): PartLines {
  const messageTexts =
    text === null ? [] : [text === output ? 'answers with the output' : `says: ${cut(text, characters)}`]
  const lines: PartLines = messageTexts.map((each) => ({ ...plain(each), step }))
  const called = calls.map((call) => ({
    step,
    isCall: true,
    text: callText(call, characters),
    time: call.durationMs === null ? '' : formatDuration(call.durationMs),
    failed: call.error !== null,
  }))
  return [...lines, ...called]
}

function callText({ name, arguments: given, unreadable, result, error }: ToolCall, characters: number): string {
  const known = given === null ? 'arguments not recorded' : JSON.stringify(given)
  const shown = unreadable === undefined ? known : `not JSON: ${unreadable}`
  const call = `${cut(name, characters)}(${shown === '{}' ? '' : cut(shown, characters)})`
  if (error !== null) return `${call} failed: ${cut(error, characters)}`
  return result === null
    ? call
    : `${call} -> ${cut(typeof result === 'string' ? result : JSON.stringify(result), characters)}`
}

function documentLines(documents: NonNullable<AnswerTrace['retrieved']>, characters: number): PartLines {
  if (documents.length === 0) return [plain('none was found')]
  return documents.map(({ id, text }, index) => ({
    ...plain(`${cut(id ?? 'without an id', characters)}${text === null ? '' : `: ${cut(text, characters)}`}`),
    step: index + 1,
  }))
}

const plain = (text: string) => ({ step: null, isCall: false, text, time: '', failed: false })

const cut = (text: string, characters: number) => visibleLine(excerpt(text, characters))

/** A side as lines of text, with what is left out. */
export function sideText({ lines, skipped, left }: TraceSide, withTimes: boolean): string[] {
  return [
    ...(skipped > 0 ? [`… ${formatAmount(skipped, 'equal line')} before`] : []),
    ...lines.map(
      ({ step, text, time }) =>
        `${step === null ? '' : `${step} `}${text}${withTimes && time !== '' ? ` (${time})` : ''}`,
    ),
    ...(left > 0 ? [`… ${formatAmount(left, 'more line')}: report.json has all`] : []),
  ]
}
