import type { Ledger } from '../../core/answers/ledger.ts'
import type { RunProgress } from '../../gate/run/session.ts'
import { formatAmount, formatDuration, formatPercent, formatUsd } from '../../text/format.ts'
import { truncate } from '../../text/layout.ts'
import { visibleLine } from '../../text/untrusted.ts'

/** How far the whole run is; the numbers never start anew while it lasts. */
export interface ProgressState {
  /** What is being done, e.g. `email-summary, repeat 2`. */
  label: string
  done: number
  /** May grow while the run goes on, when cases have to be repeated. */
  total: number
  /** How many of `done` took no time, since their answers were kept; the time left is reckoned without them. */
  cached: number
  costUsd: number
  unpricedCalls: number
  errors: number
}

export interface Progress {
  update(state: ProgressState): void
  /** Takes the line off the terminal so that something else can be written; it comes back by itself. */
  clear(): void
  /** The end: the line is taken off a terminal, a log gets a last one. Nothing is written after it. */
  stop(): void
}

interface Clock {
  /** Milliseconds from any origin. */
  now(): number
  /** Calls `tick` every `ms` until the function that it returns is called. */
  every(ms: number, tick: () => void): () => void
}

const systemClock: Clock = {
  now: () => performance.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}

export interface ProgressOptions {
  stream: { write(text: string): unknown; columns?: number | undefined }
  /** One line that is written over and over, or a plain line every ten seconds. */
  interactive: boolean
  clock?: Clock
}

const redrawMs = 100
const plainMs = 10_000
const eraseLine = '\r\x1b[2K'

/** Shows how far a run is, what it has cost so far and how long it will take. */
export function createProgress({ stream, interactive, clock = systemClock }: ProgressOptions): Progress {
  const startedAt = clock.now()
  let state: ProgressState | undefined
  let shown = ''
  const show = () => {
    if (!state) return
    const line = progressLine(state, clock.now() - startedAt)
    if (line === shown) return
    shown = line
    stream.write(interactive ? eraseLine + truncate(line, Math.max(1, (stream.columns ?? 80) - 1)) : `${line}\n`)
  }
  const clear = () => {
    if (interactive && shown !== '') stream.write(eraseLine)
    shown = ''
  }
  const stopTicking = clock.every(interactive ? redrawMs : plainMs, show)
  return {
    update(next) {
      state = next
    },
    clear,
    stop() {
      stopTicking()
      if (interactive) clear()
      else show()
      state = undefined
    },
  }
}

function progressLine(state: ProgressState, elapsedMs: number): string {
  const { label, done, total, costUsd, unpricedCalls, errors } = state
  const left = timeLeftMs(state, elapsedMs)
  return [
    `${visibleLine(label)}: ${done}/${total}${total > 0 ? ` (${formatPercent(done / total)})` : ''}`,
    formatUsd(costUsd) + (unpricedCalls > 0 ? ` and ${formatAmount(unpricedCalls, 'unpriced call')}` : ''),
    ...(errors > 0 ? [formatAmount(errors, 'error')] : []),
    ...(left === undefined ? [] : [`${formatDuration(left)} left`]),
  ].join(', ')
}

/** The time left if nothing more comes from the cache; undefined until an answer has been waited for. */
function timeLeftMs({ done, total, cached }: ProgressState, elapsedMs: number): number | undefined {
  const waitedFor = done - cached
  return waitedFor > 0 && done < total ? ((total - done) * elapsedMs) / waitedFor : undefined
}

export interface RunProgressOptions extends ProgressOptions {
  spentUsd(): number
}

/** Shows how far a run of several features is. */
export function showProgress({ spentUsd, ...options }: RunProgressOptions): RunProgress {
  const progress = createProgress(options)
  const state = { label: '', done: 0, total: 0, cached: 0, costUsd: 0, unpricedCalls: 0, errors: 0 }
  const ledgers = new Set<Ledger>()
  const update = () => progress.update({ ...state, costUsd: spentUsd() })
  return {
    label(text) {
      state.label = text
      update()
    },
    expect(count) {
      state.total += count
      update()
    },
    scored(detail, ledger) {
      state.done += 1
      state.total = Math.max(state.total, state.done)
      // A judge that is asked by itself has a verdict and no score.
      if (detail.score === undefined && detail.state !== 'scored') state.errors += 1
      ledgers.add(ledger)
      state.unpricedCalls = [...ledgers].reduce((sum, { unpricedCalls }) => sum + unpricedCalls, 0)
      update()
    },
    stop: () => progress.stop(),
  }
}
