import type { AskFor } from '../../core/answers/ask.ts'
import type { Completion } from '../../core/providers/provider.ts'
import type { TargetCall } from '../../core/providers/targets/target.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import type { CaseDetail } from '../../records/report/case-detail.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import { type GivenAnswer, givenCompletion } from '../run/kept-case.ts'
import type { RunContext, RunSession } from '../run/session.ts'
import { startRun } from '../run/start-run.ts'

/** One answer of the version as it is, with its score. */
interface KeptAnswer {
  /** From 1. */
  repeat: number
  /** Undefined where no answer came. */
  completion: GivenAnswer | undefined
  detail: CaseDetail
}

export interface KeptCase {
  testCase: Case
  /** In the order of repeats; at least one. */
  answers: KeptAnswer[]
}

export interface KeptAnswers {
  run: FeatureRun
  /** The cases by their position in the suite. */
  cases: KeptCase[]
}

/**
 * Asks and scores the version as it is, and holds on to the answers. What the store or a recording has costs nothing,
 * so that after a gate or an `eval` this asks for what is missing alone.
 */
export async function keepAnswers(
  prompt: Prompt,
  { suite, repeats }: { suite: string; repeats: number },
  { project, session, progress }: RunContext,
): Promise<KeptAnswers> {
  const completions = new Map<string, Completion>()
  const note = (caseId: string, repeat: number, completion: Completion) => {
    completions.set(`${repeat} ${caseId}`, completion)
    return completion
  }
  const details = new Map<string, CaseDetail>()
  const watched: RunSession = {
    ...session,
    askFor: notingAnswers(session.askFor, note),
    target(target, version, role) {
      const opened = session.target(target, version, role)
      const call: TargetCall = async (vars, context) =>
        note(context.caseId, context.repeat, await opened(vars, context))
      return Object.assign(call, { open: opened.open, close: opened.close })
    },
    results: {
      ...session.results,
      add(feature, row) {
        details.set(`${row.repeat} ${row.position}`, row.detail)
        session.results.add(feature, row)
      },
    },
  }
  const run = startRun({ candidate: prompt, suite, progress }, project, watched)
  await run.score(repeats)
  const cases: KeptCase[] = []
  for await (const testCase of casesOf(project.files, prompt, suite, { root: project.config.root })) {
    const position = cases.length
    const answers = Array.from({ length: repeats }, (_, index) => index + 1).flatMap((repeat): KeptAnswer[] => {
      const detail = details.get(`${repeat} ${position}`)
      const asked = completions.get(`${repeat} ${testCase.id}`)
      return detail ? [{ repeat, completion: wholeAnswer(detail, prompt) ?? asked, detail }] : []
    })
    cases.push({ testCase, answers })
  }
  return { run, cases }
}

function notingAnswers(
  askFor: AskFor,
  note: (caseId: string, repeat: number, completion: Completion) => Completion,
): AskFor {
  return (purpose) => {
    const ask = askFor(purpose)
    if (purpose.stage !== 'generation') return ask
    return async (request, question) => note(question.caseId, question.repeat, await ask(request, question))
  }
}

/**
 * The answer of a conversation, or of a model with tools, with all that led to it: that is more than its last request.
 */
function wholeAnswer(
  { output, exchanges, trace, latencyMs, answerUsd }: CaseDetail,
  { tools, target }: Prompt,
): GivenAnswer | undefined {
  if (output === undefined) return undefined
  const last = exchanges?.at(-1)
  if (exchanges && last) return { ...givenCompletion(last), exchanges }
  if (!tools || target) return undefined
  return givenCompletion({
    output,
    ...(trace && { trace }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(answerUsd !== undefined && { costUsd: answerUsd }),
  })
}
