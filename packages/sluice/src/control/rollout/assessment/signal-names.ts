import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'

/** What an assessment shows of an arm that a signal compares. */
export type ComparedRate = 'meanScore' | 'errorRate' | 'slowRate' | 'refusalRate' | 'invalidRate' | 'meanFeedback'

/** One figure of both arms. */
interface Figure {
  name: string
  rate: ComparedRate
}

/** All that people read of a signal. */
interface SignalWords {
  /** What they call it. */
  name: string
  /** What nobody looks at where it has no weight, each as a part of a list. */
  parts: readonly string[]
  worse: string
  figures: readonly Figure[]
}

const listOf = new Intl.ListFormat('en-GB')

/** A rate is named by all that it counts, so that no name of it says less than another. */
function rateOf(...figures: readonly Figure[]): SignalWords {
  const parts = figures.map(({ name }) => name)
  const counted = listOf.format(parts)
  return { name: `the rate of ${counted}`, parts, worse: `more ${counted}`, figures }
}

const wordsOfSignals: Readonly<Partial<Record<string, SignalWords>>> = {
  score: {
    name: 'the judged score',
    parts: ['quality'],
    worse: 'score lower',
    figures: [{ name: 'judged score', rate: 'meanScore' }],
  },
  errors: rateOf({ name: 'errors', rate: 'errorRate' }),
  slow: { ...rateOf({ name: 'slow requests', rate: 'slowRate' }), parts: ['slowness'] },
  safety: rateOf({ name: 'refusals', rate: 'refusalRate' }, { name: 'invalid answers', rate: 'invalidRate' }),
  feedback: {
    name: 'what users say',
    parts: ['what users say'],
    worse: 'users less pleased',
    figures: [{ name: 'feedback', rate: 'meanFeedback' }],
  },
} satisfies Record<keyof RolloutSettings['signals'], SignalWords>

/** What people call the signals. A stored one may be of a later release. */
export const signalNames: Readonly<Partial<Record<string, string>>> = Object.fromEntries(
  Object.entries(wordsOfSignals).flatMap(([signal, words]) => (words ? [[signal, words.name]] : [])),
)

/** `more errors` */
export function worseWords(signal: string): string {
  return wordsOfSignals[signal]?.worse ?? `${signal} worse`
}

/** What an assessment shows of a signal; nothing of one of a later release. */
export function comparedFigures(signal: string): readonly Figure[] {
  return wordsOfSignals[signal]?.figures ?? []
}

/** What signals look at, one by one. */
export function watchedParts(signals: readonly string[]): string[] {
  return signals.flatMap((signal) => wordsOfSignals[signal]?.parts ?? [])
}

/** What signals watch, as the subject of a sentence. */
export interface NamedParts {
  text: string
  verb: 'is' | 'are'
}

/** @example `errors and slowness are` */
export function namedParts(signals: readonly string[]): NamedParts {
  const parts = watchedParts(signals)
  const isOne = parts.length === 1 && !signals.includes('errors')
  return { text: listOf.format(parts), verb: isOne ? 'is' : 'are' }
}
