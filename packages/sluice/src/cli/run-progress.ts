import type { Ledger } from '../answers/ledger.ts'
import { createProgress, type Progress } from '../report/progress.ts'
import type { CaseDetail } from '../run/case-record.ts'
import type { Host } from './host.ts'
import type { Session } from './session.ts'

/** Shows on stderr how far the run is. */
export interface RunProgress {
  label(text: string): void
  /** More answers are to come. */
  expect(count: number): void
  scored(detail: CaseDetail, ledger: Ledger): void
  stop(): void
}

export function showProgress(session: Session, host: Host): RunProgress {
  const interactive = host.stderr.isTTY === true && !host.env.CI
  const progress: Progress = createProgress({ stream: host.stderr, interactive })
  const state = { label: '', done: 0, total: 0, cached: 0, costUsd: 0, unpricedCalls: 0, errors: 0 }
  const ledgers = new Set<Ledger>()
  const update = () => progress.update({ ...state, costUsd: session.spentUsd() })
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
      if (detail.score === undefined) state.errors += 1
      ledgers.add(ledger)
      state.unpricedCalls = [...ledgers].reduce((sum, { unpricedCalls }) => sum + unpricedCalls, 0)
      update()
    },
    stop: () => progress.stop(),
  }
}
