import { createTarget, type TargetCall } from '../providers/target.ts'
import { createFeatureRun, type FeatureRun } from '../run/feature-run.ts'
import type { Case } from '../suite/case.ts'
import { casesOf } from '../suite/cases.ts'
import type { Prompt } from '../suite/prompt.ts'
import type { Target } from '../suite/target.ts'
import type { Host } from './host.ts'
import type { LoadedProject } from './open-project.ts'
import type { RunProgress } from './run-progress.ts'
import type { Session } from './session.ts'

export interface RunRequest {
  candidate: Prompt
  baseline?: Prompt | undefined
  suite: string
  /** Only cases with one of these tags. */
  tags?: readonly string[] | undefined
  progress: RunProgress
}

/** The models that a feature's run may call. */
export function modelsOf(versions: Pick<RunRequest, 'candidate' | 'baseline'>, { config }: LoadedProject): string[] {
  return [...new Set([...modelsOfVersions(versions), config.judge.model])]
}

/** Those that it calls for certain; a judge may also be needed by single cases alone. */
function modelsNeeded(request: RunRequest, { config }: LoadedProject): string[] {
  const { rubric, choices } = request.candidate
  return [...modelsOfVersions(request), ...(rubric.length + choices.length > 0 ? [config.judge.model] : [])]
}

function modelsOfVersions({ candidate, baseline }: Pick<RunRequest, 'candidate' | 'baseline'>): string[] {
  if (candidate.target) return []
  return [candidate.model, ...(baseline ? [baseline.model] : [])]
}

/** Binds a feature to the session's models, store and signals. */
export function startRun(request: RunRequest, project: LoadedProject, session: Session, host: Host): FeatureRun {
  const { candidate, baseline, suite, progress } = request
  session.need(modelsNeeded(request, project))
  const { config, files } = project
  const { stop, abort } = session.interrupt
  const embeddingModel = config.embedding?.model
  const run = createFeatureRun({
    candidate,
    baseline,
    cases: () => withTags(casesOf(files, candidate, suite, { root: config.root }), request.tags),
    judge: config.judge,
    ask: session.ask,
    target: candidate.target && targetOf(candidate.target, candidate.feature, session, host),
    checkDeps: {
      strict: candidate.strict,
      ...(embeddingModel && {
        embed: async (texts, { model = embeddingModel, signal }) =>
          (await session.client.embed(model, texts, signal)).vectors,
      }),
    },
    results: session.results,
    concurrency: session.concurrency,
    stop,
    signal: abort,
    caseCount: request.tags ? undefined : caseCount(candidate, suite, project),
    onLook: progress.expect,
    onScored: (_arm, detail) => progress.scored(detail, run.ledger),
  })
  return run
}

/** The application under test; what it says that its answers cost is noted. */
function targetOf(target: Target, feature: string, { concurrency, spending }: Session, host: Host): TargetCall {
  const call = createTarget(target, { fetch, env: host.env, concurrency })
  return async (vars, context) => {
    const completion = await call(vars, context)
    spending.add(completion, { feature, model: 'application', stage: 'generation' })
    return completion
  }
}

function caseCount({ suites, inlineCases }: Prompt, suite: string, { caseCounts }: LoadedProject): number | undefined {
  const file = suites[suite]
  return file === undefined ? inlineCases.length : caseCounts.get(file)
}

async function* withTags(cases: AsyncIterable<Case>, tags: readonly string[] | undefined): AsyncGenerator<Case> {
  for await (const testCase of cases) {
    if (!tags || testCase.tags.some((tag) => tags.includes(tag))) yield testCase
  }
}
