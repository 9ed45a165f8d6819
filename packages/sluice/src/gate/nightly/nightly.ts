import type { PartlySoundProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { SluiceError } from '../../errors.ts'
import type { Mask } from '../../masking/mask.ts'
import type { RunFinding } from '../../records/report/report.ts'
import type { Git } from '../git/git.ts'
import { gitState } from '../git/git-state.ts'
import { withNeverAttacked } from '../judge-attack/kept-attacks.ts'
import { type PolicyFlags, policyFlags } from '../judge-versions.ts'
import { casesOfRuns } from '../report/case-rows.ts'
import type { FinishedRun } from '../report/report-of-run.ts'
import { reproduction } from '../report/reproduction.ts'
import { proveRun } from '../report/run-proof.ts'
import type { RunContext } from '../run/session.ts'
import { type Judgeable, setAside, withSetAside } from '../set-aside.ts'
import { combineVerdicts } from '../verdict/verdict.ts'
import { createHistory } from './history.ts'
import { type JudgedNight, judgeNight } from './judge-night.ts'
import { planNight } from './night-plan.ts'
import type { NotifyNight } from './notify-channels.ts'

export interface NightOptions extends PolicyFlags {
  /** Which night this is. */
  night: string
  suite?: string | undefined
  /** Tonight's answers become those that later nights are compared with. */
  newReference?: boolean | undefined
}

export interface NightSurroundings {
  /** Findings about new places that secrets are sent to. */
  destinations: readonly RunFinding[]
  /** Findings about models that end soon. */
  ends: readonly RunFinding[]
  /** Undefined outside a repository. */
  git: Git | undefined
  notify: NotifyNight
  mask: Mask
}

/** Asks every feature in production anew, compares each with the nights before, and tells the channels. */
export async function runNight(
  judgeable: Judgeable,
  options: NightOptions,
  { destinations, ends, git, notify, mask }: NightSurroundings,
  run: RunContext,
): Promise<FinishedRun & { judged: JudgedNight[] }> {
  const { prompts, findings } = judgeable
  const { project, session } = run
  const { night, suite, newReference = false } = options
  const context = { ...run, history: createHistory(session.database, mask), night, newReference }
  const judged: JudgedNight[] = []
  const notes: string[] = []
  for (const prompt of prompts) {
    const plan = await planNight(prompt, { suite, flags: options }, run)
    const one = await judgeNight(prompt, plan, context)
    judged.push(one)
    notes.push(...eventNotes(one, prompts.length), ...(await notify(one, session.database)))
  }
  const { verdict, exitCode } = withSetAside(combineVerdicts(judged.map(({ final }) => final)), judgeable)
  const runs = judged.map((one) => one.run)
  return {
    judged,
    conclusion: {
      reproduce: reproduce(options),
      git: git ? await gitState(git, null) : null,
      run: proveRun(runs, { known: prompts.length }),
      findings: [...destinations, ...ends, ...findings],
      verdict,
      exitCode,
      notes,
      features: await withNeverAttacked(
        judged.map(({ summary }) => summary),
        prompts,
        project.config.root,
      ),
    },
    casesOf: casesOfRuns(runs, session.results, project.config.gate),
  }
}

/** The features that a night asks. @throws SluiceError `invalid-input` where none can be judged */
export function judgeableInProduction(
  { prompts, suiteFaults }: PartlySoundProject,
  stderr: { write(text: string): unknown },
): Judgeable {
  const judgeable = setAside(inProduction(prompts), stderr, { suiteFaults })
  if (judgeable.prompts.length > 0) return judgeable
  const [first] = judgeable.findings
  throw new SluiceError('invalid-input', `there is nothing to run: ${first?.feature}: ${first?.message}`)
}

/** The prompts in production. @throws SluiceError `invalid-input` where there is none */
function inProduction(prompts: readonly Prompt[]): Prompt[] {
  const chosen = prompts.filter(({ production = true }) => production)
  if (chosen.length > 0) return chosen
  throw new SluiceError(
    'invalid-input',
    prompts.length === 0
      ? 'there is nothing to run: no prompt files were found. Check "prompts" in sluice.yaml, or run in the project\'s folder.'
      : `there is nothing to run: every prompt says production: false (${prompts.map(({ feature }) => feature).join(', ')}).`,
  )
}

/** The notes for the top of a page that only lists features that passed: what the provider changed. */
function eventNotes({ summary, nightly }: JudgedNight, features: number): string[] {
  return features === 1 ? [] : nightly.events.map(({ message }) => `${summary.feature}: ${message}`)
}

function reproduce({ night, suite, newReference, ...flags }: NightOptions): string {
  return reproduction(['nightly'], {
    '--night': night,
    '--suite': suite,
    '--new-reference': newReference,
    ...policyFlags(flags),
  })
}
