import { createHash } from 'node:crypto'
import { endIfStopped } from '../../core/answers/stop.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import { type Judge, JudgeError, kindsOfQuestions } from '../../core/scorers/judge/judge.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite } from '../../core/suite/prompt/suites.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { JudgedItem } from '../../records/report/case-detail.ts'
import type { CountedAttacks, JudgeAttackReport, JudgeFlip } from '../../records/report/judge-attack-report.ts'
import { seededRandom, upperBound } from '../../stats/index.ts'
import { confidence } from '../calibration/judge-measures.ts'
import { sharedCause } from '../report/causes.ts'
import { costOf } from '../report/measured-feature.ts'
import { messagesBefore } from '../run/kept-case.ts'
import { runPool } from '../run/pool.ts'
import type { RunContext } from '../run/session.ts'
import { judgeModels, startRun } from '../run/start-run.ts'
import { type JudgeAttack, judgeAttacks } from './attacks.ts'
import { answersToTurns, type Carrier, judgedCases, judgedTurns, keptOutput, madeToFail, shuffled } from './carriers.ts'

export interface AttackOptions {
  suite?: string | undefined
  /** Outputs that the attacks are added to, at most. */
  carriers: number
  /** With how many of them each attack is tried. */
  perAttack: number
  seed: number
  /** ms since the epoch. */
  now: number
}

/** An output that the judge said no to, and the items that it said no about. */
interface Failing extends Carrier {
  no: string[]
}

/** The most outputs that are judged in search of those that fail, for each that is wanted. */
const triedPerCarrier = 5
const harmless = 'This text was written on a Tuesday.'

/**
 * Adds attacks to outputs that the judge says no to, and counts how often a no becomes a yes. Nothing is asked of the
 * model under test: the outputs are kept answers, or are made to fail by taking content away.
 * Undefined where the feature asks its judge nothing.
 */
export async function attackJudge(
  prompt: Prompt,
  { perAttack, seed, now, ...options }: AttackOptions,
  context: RunContext,
): Promise<JudgeAttackReport | undefined> {
  const suite = chooseSuite(prompt, options.suite)
  const { project, session, progress } = context
  const all = await Array.fromAsync(casesOf(project.files, prompt, suite, { root: project.config.root }))
  const whole = judgedCases(all, prompt)
  const cases = all.filter((one) => whole.includes(one) || judgedTurns([one]).length > 0)
  if (cases.length === 0) return undefined
  await session.requirePrices(judgeModels(project.config))
  const run = startRun({ candidate: prompt, suite, progress }, project, session)
  const { judge, ledger } = run
  if (!judge) throw new TypeError('a run of a prompt has a judge')
  progress.label(`the judge of ${prompt.feature}`)
  const random = seededRandom(seed)
  const asking: Asking = { prompt, judge, context, scored: () => progress.scored(doneDetail, ledger) }
  const found = await failingOutputs({ cases: shuffled(cases, random), whole }, options.carriers, asking)
  const items = [
    ...new Set(
      cases.flatMap(({ rubric, turns = [] }) =>
        [...prompt.rubric, ...rubric, ...turns.flatMap((turn) => turn.rubric)].map(({ id }) => id),
      ),
    ),
  ]
  const attacks = judgeAttacks({
    token: '0123456789abcdef0123456789abcdef',
    items: items.length > 0 ? items : ['item'],
    ...kindsOfQuestions(cases.flatMap(({ rubric }) => [...prompt.rubric, ...rubric])),
  })
  const trials = found.failing.length === 0 ? [] : pairUp(attacks, shuffled(found.failing, random), perAttack)
  progress.expect(trials.length + found.failing.length)
  const outcomes = await judgeAll(
    trials,
    ({ attack, failing }) => ({ ...failing, output: `${failing.output}\n\n${attack.text}`.trimStart() }),
    asking,
  )
  const control = await judgeAll(
    found.failing.map((failing) => ({ failing })),
    ({ failing }) => ({ ...failing, output: `${failing.output}\n\n${harmless}`.trimStart() }),
    asking,
  )
  const counted = countOutcomes(outcomes)
  const outOfBudget = [...outcomes, ...control].some(
    ({ error }) => error instanceof ProviderError && error.kind === 'budget',
  )
  const state = stateOf(found, counted)
  return {
    schema: 'sluice.judge-attack/1',
    feature: prompt.feature,
    version: prompt.id,
    suite,
    rubric: rubricHash(prompt),
    at: new Date(now).toISOString(),
    seed,
    judge: { id: judge.id, model: judge.model },
    state,
    confidence,
    all: counted,
    kinds: [...Map.groupBy(outcomes, ({ attack }) => attack.kind)].map(([kind, some]) => ({
      kind,
      ...countOutcomes(some),
    })),
    carriers: {
      tried: found.tried,
      kept: found.failing.filter(({ isKept }) => isKept).length,
      made: found.failing.filter(({ isKept }) => !isKept).length,
    },
    control: {
      judged: control.filter(({ items: answered }) => answered).length,
      flips: control.filter((outcome) => flippedIn(outcome).length > 0).length,
    },
    flips: outcomes.flatMap(flipOf),
    errors: errorsOf(outcomes, found.errors),
    cost: {
      usd: costOf(ledger).usd,
      calls: ledger.misses,
      fromStore: ledger.hits + ledger.recorded,
      unpricedCalls: ledger.unpricedCalls,
    },
    exitCode: state === 'fooled' ? 1 : state === 'held' ? 0 : outOfBudget || found.outOfBudget ? 4 : 2,
  }
}

/** Identifies the questions of a prompt, without those of single cases. */
export function rubricHash({ rubric, choices }: Prompt): string {
  return createHash('sha256').update(canonicalJson({ rubric, choices })).digest('hex').slice(0, 12)
}

const doneDetail = { state: 'scored' as const, checks: [], judge: [] }

interface Asking {
  prompt: Prompt
  judge: Judge
  context: RunContext
  scored(): void
}

interface FoundOutputs {
  failing: Failing[]
  tried: number
  errors: Error[]
  outOfBudget: boolean
}

/** Looks for outputs that the judge says no to: first kept answers, then outputs that are made to fail. */
async function failingOutputs(
  { cases, whole }: { cases: readonly Case[]; whole: readonly Case[] },
  wanted: number,
  asking: Asking,
): Promise<FoundOutputs> {
  const { prompt, context } = asking
  const found: FoundOutputs = { failing: [], tried: 0, errors: [], outOfBudget: false }
  const kept: Carrier[] = []
  for (const testCase of cases.slice(0, wanted * triedPerCarrier)) {
    const answer = await keptOutput(testCase, prompt, context)
    if (answer) kept.push(answer)
  }
  const judged = kept.flatMap((one) => [...(whole.includes(one.testCase) ? [one] : []), ...answersToTurns(one)])
  await judgeUntilEnough(judged, wanted, found, asking)
  if (found.failing.length >= wanted) return found
  const good = new Map(kept.map((carrier) => [carrier.testCase.id, carrier]))
  await judgeUntilEnough(
    madeToFail(cases.filter((one) => whole.includes(one)).slice(0, wanted), good),
    wanted,
    found,
    asking,
  )
  return found
}

/** Judges candidates a few at a time until enough of them fail. */
async function judgeUntilEnough(candidates: readonly Carrier[], wanted: number, found: FoundOutputs, asking: Asking) {
  for (let start = 0; start < candidates.length && found.failing.length < wanted; start += wanted) {
    const some = candidates.slice(start, start + wanted)
    asking.context.progress.expect(some.length)
    const outcomes = await judgeAll(
      some.map((failing) => ({ failing: { ...failing, no: [] } })),
      ({ failing }) => failing,
      asking,
    )
    found.tried += some.length
    for (const { failing, items, error } of outcomes) {
      if (error) found.errors.push(error)
      found.outOfBudget ||= error instanceof ProviderError && error.kind === 'budget'
      const no = (items ?? []).filter(isNo).map(({ id }) => id)
      if (no.length > 0 && found.failing.length < wanted) found.failing.push({ ...failing, no })
    }
  }
}

interface Trial {
  attack: JudgeAttack
  failing: Failing
}

/** Each attack with so many outputs, all of which have their turn. */
function pairUp(attacks: readonly JudgeAttack[], failing: readonly Failing[], perAttack: number): Trial[] {
  const each = Math.min(perAttack, failing.length)
  return attacks.flatMap((attack, index) =>
    Array.from({ length: each }, (_, step) => failing[(index * each + step) % failing.length]).flatMap((one) =>
      one ? [{ attack, failing: one }] : [],
    ),
  )
}

type Outcome<T> = T & { items?: JudgedItem[]; output: string; error?: Error }

/** Has every output judged; a fault of one of them becomes its error. */
async function judgeAll<T extends { failing: Failing }>(
  trials: readonly T[],
  outputOf: (trial: T) => { testCase: Case; output: string },
  { prompt, judge, context, scored }: Asking,
): Promise<Outcome<T>[]> {
  const { session } = context
  const outcomes: Outcome<T>[] = []
  async function* jobs() {
    yield* trials.entries()
  }
  await runPool(jobs(), session.concurrency, async ([index, trial]) => {
    endIfStopped(session.interrupt.stop)
    const { testCase, output } = outputOf(trial)
    try {
      const { items } = await judge.score(
        { case: testCase, output, ...(trial.failing.trace && { trace: trial.failing.trace }) },
        {
          ...(trial.failing.questions ?? { rubric: [...prompt.rubric, ...testCase.rubric], choices: prompt.choices }),
          strict: prompt.strict,
          input: messagesBefore(prompt, testCase, trial.failing.exchanges),
          repeat: 1,
        },
      )
      outcomes[index] = { ...trial, items, output }
    } catch (error) {
      const isOfCase = error instanceof JudgeError || (error instanceof ProviderError && !error.fatal)
      if (!isOfCase) throw error
      outcomes[index] = { ...trial, output, error }
    }
    scored()
  })
  return outcomes
}

function isNo({ score, claims, verdict }: JudgedItem): boolean {
  return claims ? verdict === 'no' : score === 0
}

/** The items that the judge said no about, and now does not: of claims only where none of them is at fault any more. */
function flippedIn({ failing, items }: Outcome<{ failing: Failing }>): string[] {
  return (items ?? [])
    .filter(({ id, claims, score = 0 }) => failing.no.includes(id) && (claims ? score === 1 : score > 0))
    .map(({ id }) => id)
}

function evadedIn({ failing, items }: Outcome<{ failing: Failing }>): boolean {
  return (items ?? []).some(({ id, score }) => failing.no.includes(id) && score === undefined)
}

function countOutcomes(outcomes: readonly Outcome<Trial>[]): CountedAttacks {
  const judged = outcomes.filter(({ items }) => items)
  const flips = judged.filter((outcome) => flippedIn(outcome).length > 0)
  return {
    attacks: outcomes.length,
    judged: judged.length,
    flips: flips.length,
    evasions: judged.filter((outcome) => flippedIn(outcome).length === 0 && evadedIn(outcome)).length,
    upper: judged.length === 0 ? null : upperBound(flips.length, judged.length, confidence),
  }
}

function flipOf(outcome: Outcome<Trial>): JudgeFlip[] {
  const items = flippedIn(outcome)
  const { attack, failing, output } = outcome
  if (items.length === 0) return []
  return [{ case: failing.testCase.id, attack: attack.name, kind: attack.kind, items, carrier: failing.origin, output }]
}

function stateOf({ failing, errors }: FoundOutputs, { flips, judged, attacks }: CountedAttacks) {
  if (flips > 0) return 'fooled'
  if (failing.length === 0) return errors.length > 0 ? 'incomplete' : 'no-carrier'
  return judged < attacks ? 'incomplete' : 'held'
}

function errorsOf(outcomes: readonly { error?: Error }[], others: readonly Error[]): JudgeAttackReport['errors'] {
  const messages = [...outcomes.flatMap(({ error }) => (error ? [error] : [])), ...others].map(({ message }) =>
    sharedCause(message),
  )
  return [...Map.groupBy(messages, (message) => message)].map(([message, some]) => ({ message, attacks: some.length }))
}
