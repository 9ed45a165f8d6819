import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import { calibrateRun } from '../calibration/calibrate-run.ts'
import { type Measured, measuredOf } from '../report/measured-feature.ts'
import { codesOf } from '../run/applications.ts'
import { caseHash } from '../run/case-hash.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import type { RunContext } from '../run/session.ts'
import { startRun } from '../run/start-run.ts'
import { runGate } from '../run-gate.ts'
import type { GateOutcome } from '../verdict/verdict.ts'
import type { NightMeasured } from './assess-night.ts'
import type { NightHistory } from './history.ts'
import { findBridge } from './judge-bridges.ts'
import { chooseSentinels, freshAnswers } from './kept-answers.ts'
import type { NightPlan } from './night-plan.ts'
import type { Sentinel } from './night-record.ts'
import { rejudge } from './rejudge.ts'
import { logServed } from './served.ts'

const defaultSentinels = 200

export interface NightContext extends RunContext {
  history: NightHistory
  night: string
  /** Tonight's answers become those that later nights are compared with. */
  newReference: boolean
}

export interface MeasuredNight {
  run: FeatureRun
  outcome: GateOutcome
  measured: Measured
  night: NightMeasured
  /** Kept answers of this version and judge, whether or not tonight could use them. */
  known: ReadonlyMap<string, Sentinel>
}

/** Asks all cases anew, and has the kept answers judged again. */
export async function measureNight(prompt: Prompt, plan: NightPlan, context: NightContext): Promise<MeasuredNight> {
  const { project, session, history, progress, night } = context
  const log = logServed(session.askFor)
  const request = { candidate: prompt, suite: plan.suite, withHoldout: true, progress }
  const run = startRun(request, project, { ...session, askFor: log.askFor })
  progress.label(prompt.feature)
  const outcome = await runGate(run, plan.policy, plan.settings)
  const judge = { id: run.judge?.id ?? '', model: project.config.judge.model }
  const known = history.sentinels(prompt.feature, prompt.id, judge.id)
  const hashes = await hashesOf(prompt, plan.suite, project)
  const sentinels = usable(known, hashes, context)
  await rejudgeKept({ prompt, plan, run, sentinels }, context)
  const { cases } = run.table
  const last = history.before(prompt.feature, night, 10).findLast(({ score }) => score.mean !== null)
  const { root } = project.config
  const judges = { feature: prompt.feature, from: last?.judge.id ?? judge.id, to: judge.id }
  return {
    run,
    outcome,
    measured: measuredOf(run, session.results, {
      threshold: plan.settings.threshold,
      notes: [],
      calibration: await calibrateRun(run, session.results, project, plan.settings),
      codes: await codesOf(run, session),
    }),
    known,
    night: {
      version: prompt.id,
      model: prompt.model,
      judge,
      suite: plan.suite,
      cases,
      hashes: cases.map(({ id }) => hashes.get(id) ?? ''),
      sentinels,
      fresh: freshAnswers(session.results.rows(prompt.feature), keptPositions(run, project), plan.repeats),
      served: log.served(),
      judged: run.ledger.judgeCalls > 0,
      level: outcome.final,
      last,
      bridge: judges.from === judges.to ? undefined : await findBridge(root, judges),
      policy: plan.policy,
    },
  }
}

async function hashesOf(prompt: Prompt, suite: string, { config, files }: LoadedProject): Promise<Map<string, string>> {
  const hashes = new Map<string, string>()
  for await (const testCase of casesOf(files, prompt, suite, { root: config.root })) {
    hashes.set(testCase.id, caseHash(testCase, prompt, config.root))
  }
  return hashes
}

/** The answers kept on an earlier night, of cases that are still the same. */
function usable(
  known: ReadonlyMap<string, Sentinel>,
  hashes: ReadonlyMap<string, string>,
  { night, newReference }: NightContext,
): Map<string, Sentinel> {
  if (newReference) return new Map()
  return new Map([...known].filter(([id, kept]) => kept.hash === hashes.get(id) && kept.night < night))
}

function keptPositions({ table }: FeatureRun, { config }: LoadedProject): Map<number, string> {
  const ids = table.cases.map(({ id }) => id)
  const chosen = chooseSentinels(ids, config.nightly?.sentinels ?? defaultSentinels)
  return new Map([...ids.entries()].filter(([, id]) => chosen.has(id)))
}

interface KeptRun {
  prompt: Prompt
  plan: NightPlan
  run: FeatureRun
  sentinels: ReadonlyMap<string, Sentinel>
}

async function rejudgeKept({ prompt, plan, run, sentinels }: KeptRun, context: NightContext): Promise<void> {
  const { project, session, progress } = context
  progress.expect(sentinels.size * plan.repeats)
  await rejudge({
    run,
    results: session.results,
    cases: casesOf(project.files, prompt, plan.suite, { root: project.config.root }),
    sentinels,
    repeats: plan.repeats,
    concurrency: session.concurrency,
    stop: session.interrupt.stop,
    onScored: (detail) => progress.scored(detail, run.ledger),
  })
}
