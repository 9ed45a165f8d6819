import type { FinalVerdict } from '../gate/verdict.ts'
import type { RunFinding } from '../report/run-finding.ts'
import type { Prompt } from '../suite/prompt.ts'
import { whyUnjudgeable } from '../suite/unjudgeable.ts'
import type { Host } from './host.ts'

/** Features of a run, and those among them that have nothing to be judged by. */
export interface Judgeable {
  prompts: Prompt[]
  /** One for each that was set aside: an error for one that could be judged at the base commit, unless that is allowed. */
  findings: RunFinding[]
}

/** Sets aside what cannot be judged, so that it stops nothing else, and says so before anything is paid for. */
export function setAside(
  prompts: readonly Prompt[],
  predecessorOf: (prompt: Prompt) => Prompt | undefined,
  host: Host,
  { allowRemoved = false }: { allowRemoved?: boolean | undefined } = {},
): Judgeable {
  const judgeable: Prompt[] = []
  const findings: RunFinding[] = []
  for (const prompt of prompts) {
    const why = whyUnjudgeable(prompt)
    if (why === undefined) {
      judgeable.push(prompt)
      continue
    }
    const before = predecessorOf(prompt)
    const wasJudged = before !== undefined && whyUnjudgeable(before) === undefined
    findings.push(notJudged(prompt.feature, why, wasJudged && !allowRemoved))
    host.stderr.write(`${prompt.feature}: not judged: ${why}.\n`)
  }
  return { prompts: judgeable, findings }
}

function notJudged(feature: string, why: string, isLoss: boolean): RunFinding {
  return {
    code: 'not-judged',
    severity: isLoss ? 'error' : 'warning',
    message: isLoss
      ? `Not judged, though it was at the base commit: ${why}. Or say with --allow-removed that this is meant.`
      : `Not judged: ${why}.`,
    feature,
    before: null,
    after: null,
  }
}

/**
 * The verdict with the features in mind that were set aside: one that could be judged before fails as one that is gone, and
 * a run that judged nothing although something was to be judged is never green.
 */
export function withSetAside(
  { verdict, exitCode }: Pick<FinalVerdict, 'verdict'> & { exitCode: number },
  { prompts, findings }: Judgeable,
): Pick<FinalVerdict, 'verdict'> & { exitCode: number } {
  if (findings.some(({ severity }) => severity === 'error')) return { verdict: 'fail', exitCode: 3 }
  if (findings.length > 0 && prompts.length === 0) return { verdict: 'inconclusive', exitCode: 3 }
  return { verdict, exitCode }
}
