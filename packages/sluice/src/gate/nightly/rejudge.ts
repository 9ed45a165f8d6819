import { endIfStopped } from '../../core/answers/stop.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { CaseDetail } from '../../records/report/case-detail.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import { type GivenAnswer, givenCompletion } from '../run/kept-case.ts'
import { measuredOfAnswer } from '../run/measuring-checks.ts'
import { runPool } from '../run/pool.ts'
import type { Results } from '../run/results.ts'
import type { KeptAnswer, Sentinel } from './night-record.ts'

export interface Rejudging {
  run: FeatureRun
  results: Results
  /** The cases in the order in which the run read them. */
  cases: AsyncIterable<Case>
  sentinels: ReadonlyMap<string, Sentinel>
  /** Judgements of each case; its kept answers are judged in turn. */
  repeats: number
  concurrency: number
  stop: AbortSignal
  onScored?: (detail: CaseDetail) => void
}

/** Scores the kept answers with tonight's judge and checks. They take the place of a baseline. */
export async function rejudge(options: Rejudging): Promise<void> {
  const { run, results, concurrency, stop, onScored } = options
  await runPool(jobs(options), concurrency, async ({ testCase, position, repeat, answer }) => {
    endIfStopped(stop)
    const detail = await run.scoreAnswer(given(answer), testCase, repeat)
    run.table.record(position, 'baseline', repeat, detail.state, detail.score, { measured: measuredOfAnswer(detail) })
    results.add(run.candidate.feature, { position, role: 'baseline', repeat, detail })
    onScored?.(detail)
  })
  endIfStopped(stop)
  results.flush()
}

async function* jobs({ cases, sentinels, repeats }: Rejudging) {
  let position = -1
  for await (const testCase of cases) {
    position += 1
    const answers = sentinels.get(testCase.id)?.answers ?? []
    for (let repeat = 1; repeat <= repeats; repeat += 1) {
      const answer = answers[(repeat - 1) % Math.max(1, answers.length)]
      if (answer) yield { testCase, position, repeat, answer }
    }
  }
}

function given(answer: KeptAnswer): GivenAnswer {
  return { ...givenCompletion(answer), ...(answer.exchanges && { exchanges: answer.exchanges }) }
}
