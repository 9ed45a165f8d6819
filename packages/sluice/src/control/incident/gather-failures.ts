import { plainFeature } from '../../core/suite/config/environments.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import { errorMessage, SluiceError } from '../../errors.ts'
import type { StoredContent } from '../../records/content.ts'
import type { Redact, RedactTexts } from '../live/redact.ts'
import { redactWay } from '../live/redact-trajectory.ts'
import { type Failure, failureOf } from './failure.ts'
import type { Origin } from './origin.ts'
import { readFailures } from './read-failures.ts'

/** The part of a control plane that failures come from. */
export interface Production {
  rollout(id: string): Promise<{ feature: string; canary: string }>
  /** The worst judged first. */
  contents(
    feature: string,
    query: { outcome?: string; rollout?: string; version?: string; limit?: number },
  ): Promise<StoredContent[]>
}

export interface GatherOptions {
  /** Its name, or its key in an environment. */
  feature: string
  /** Variables of the prompt. */
  variables: readonly string[]
  /** Relative to where the command runs. */
  files: ProjectFiles
  /** Connected when it is needed. */
  production: () => Production
  /** At most so many, where a rollout is asked for them. */
  limit: number
  /** An answer with this score or more is no failure, in [0,1]; what was asked for by name is one anyhow. */
  goodFrom: number
}

/**
 * The failures at an origin.
 * @throws SluiceError `invalid-input` where there are none.
 */
export async function gatherFailures(origin: Origin, options: GatherOptions): Promise<Failure[]> {
  const { feature, files, variables, production, limit, goodFrom } = options
  if (origin.kind === 'file')
    return some(await readFailures(files, origin.file, variables), `${origin.file}: holds no failures`)
  if (origin.kind === 'outcome') {
    const found = await production().contents(feature, { outcome: origin.id })
    return some(found.map(failureOf), `outcome ${origin.id}: ${notKept}`)
  }
  const { feature: key, canary } = await production().rollout(origin.id)
  const isOwn = plainFeature(key) === plainFeature(feature)
  const worst = await production().contents(isOwn ? key : feature, { rollout: origin.id, version: canary, limit })
  const failed = worst.filter(({ score }) => score !== null && score < goodFrom)
  return some(
    failed.map(failureOf),
    worst.length === 0
      ? `rollout ${origin.id}: ${notKept}`
      : `rollout ${origin.id}: none of the answers of its canary that are kept was judged below ${goodFrom}`,
  )
}

const notKept =
  'nothing of it is kept. Contents are stored only where the prompt says live: {store: true}, of sampled requests, until their retention ends'

function some(failures: Failure[], fault: string): Failure[] {
  if (failures.length === 0) throw new SluiceError('invalid-input', fault)
  return failures
}

/**
 * Failures without what no file may hold.
 * @throws SluiceError `invalid-input` where one cannot be redacted, since then none must be written.
 */
export async function redactFailures(
  failures: readonly Failure[],
  redact: Redact,
  redactTexts: RedactTexts,
): Promise<Failure[]> {
  try {
    return await Promise.all(failures.map((failure) => redactFailure(failure, redact, redactTexts)))
  } catch (cause) {
    const reason = errorMessage(cause)
    throw new SluiceError('invalid-input', `nothing was written, because a failure cannot be redacted: ${reason}`, {
      cause,
    })
  }
}

async function redactFailure(failure: Failure, redact: Redact, redactTexts: RedactTexts): Promise<Failure> {
  const { input, output } = await redact({ input: failure.vars, output: failure.output ?? '' })
  const way = await redactWay(failure.way, failure.vars, redactTexts)
  return { ...failure, vars: input, output: failure.output === null ? null : output, way }
}
