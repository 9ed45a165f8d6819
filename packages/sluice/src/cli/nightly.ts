import path from 'node:path'
import { SluiceError } from '../errors.ts'
import { openGit } from '../gate/git/git.ts'
import { gitState } from '../gate/git/git-state.ts'
import { createHistory } from '../nightly/history.ts'
import { nightOf, parseNight } from '../nightly/night.ts'
import { trendSvg } from '../nightly/trend-svg.ts'
import { replaceFile } from '../report/replace-file.ts'
import type { Prompt } from '../suite/prompt.ts'
import { combineVerdicts } from '../verdict/verdict.ts'
import { requireSuites } from './choose-suite.ts'
import type { Host } from './host.ts'
import { type JudgedNight, judgeNight } from './judge-night.ts'
import { type PolicyFlags, policyFlags } from './judge-versions.ts'
import { casesOfRuns } from './measured.ts'
import { nightSuite, planNight } from './night-plan.ts'
import { openPartlySound, type PartlySoundProject } from './open-project.ts'
import { present } from './present.ts'
import { proveRun } from './prove-run.ts'
import { reportHead } from './report-head.ts'
import { reproduction } from './reproduction.ts'
import { showProgress } from './run-progress.ts'
import { type DestinationOptions, defaultBase, findNewDestinations } from './secret-destinations.ts'
import { openSession } from './session.ts'
import { type Judgeable, setAside, withSetAside } from './set-aside.ts'
import { requireModels } from './start-run.ts'
import { createTellNight } from './tell-night.ts'

export interface NightlyOptions extends PolicyFlags, DestinationOptions {
  night?: string
  suite?: string
  newReference?: boolean
  /** `--no-notify` makes it false. */
  notify: boolean
  concurrency: number
  maxWait?: string
  budgetUsd?: number
  reportDir?: string
  json?: boolean
}

/** `sluice nightly`: every feature in production, asked anew and compared with the nights before. */
export async function nightly(options: NightlyOptions, host: Host): Promise<number> {
  const night = options.night === undefined ? nightOf(Date.now()) : parseNight(options.night)
  const project = await openPartlySound(
    host,
    // Which suite a night runs is known only with the configuration, so all are read.
    options.suite === undefined ? undefined : (prompt, suite) => suite === nightSuite(prompt, options.suite),
  )
  const { config } = project
  const judgeable = judgeableInProduction(project, host)
  const { prompts, findings } = judgeable
  requireSuites(prompts, options.suite)
  requireModels(prompts, project.config)
  const destinations = findNewDestinations(project, await defaultBase(project, host), options, host)
  const git = await openGit(config.root, host.env)
  const tellLater = createTellNight(options.notify ? project : { ...project, config: { ...config, notify: [] } }, host)
  const budgetUsd = options.budgetUsd ?? config.nightly?.budgetUsd
  const session = openSession(project, { command: 'nightly', ...options, budgetUsd, edition: `night ${night}` }, host)
  const progress = showProgress(session, host)
  try {
    const context = { project, session, history: createHistory(session.database, host.mask), progress, night, host }
    const tell = tellLater(session)
    const judged: JudgedNight[] = []
    const notes: string[] = []
    for (const prompt of prompts) {
      const plan = await planNight(prompt, { suite: options.suite, flags: options }, context)
      const one = await judgeNight(prompt, plan, { ...context, newReference: options.newReference === true })
      judged.push(one)
      notes.push(...eventNotes(one, prompts.length), ...(await tell(one)))
    }
    progress.stop()
    const { verdict, exitCode } = withSetAside(combineVerdicts(judged.map(({ final }) => final)), judgeable)
    const runs = judged.map(({ run }) => run)
    const report = {
      ...reportHead({
        ...session,
        command: 'nightly',
        reproduce: reproduce(night, options),
        git: git ? await gitState(git, undefined) : null,
        run: proveRun(runs, { known: prompts.length }),
        findings: [...destinations, ...findings],
      }),
      verdict,
      exitCode,
      notes,
      features: judged.map(({ summary }) => summary),
    }
    await present(report, casesOfRuns(runs, session.results, config.gate), options, host)
    if (options.reportDir !== undefined) await drawTrend(path.resolve(host.cwd(), options.reportDir), judged)
    return exitCode
  } finally {
    progress.stop()
    session.close()
  }
}

/** @throws SluiceError `invalid-input` where none can be judged */
function judgeableInProduction({ prompts, suiteFaults }: PartlySoundProject, host: Host): Judgeable {
  const judgeable = setAside(inProduction(prompts), host, { suiteFaults })
  if (judgeable.prompts.length > 0) return judgeable
  const [first] = judgeable.findings
  throw new SluiceError('invalid-input', `there is nothing to run: ${first?.feature}: ${first?.message}`)
}

/** @throws SluiceError `invalid-input` where there is none */
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

/** What the provider did stands at the top where features that passed are only listed. */
function eventNotes({ summary, nightly }: JudgedNight, features: number): string[] {
  return features === 1 ? [] : nightly.events.map(({ message }) => `${summary.feature}: ${message}`)
}

async function drawTrend(folder: string, judged: readonly JudgedNight[]): Promise<void> {
  const features = judged.map(({ summary, nightly }) => ({ feature: summary.feature, trend: nightly.trend }))
  await replaceFile(path.join(folder, 'nightly.svg'), async (sink) => sink.write(trendSvg(features)))
}

function reproduce(night: string, { suite, newReference, ...flags }: NightlyOptions): string {
  return reproduction(['nightly'], {
    '--night': night,
    '--suite': suite,
    '--new-reference': newReference,
    ...policyFlags(flags),
  })
}
