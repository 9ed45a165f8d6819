import type { z } from 'zod'
import { type ErrorCode, SluiceError } from '../../errors.ts'
import { jsonIn } from '../../json.ts'
import { problemSchema } from '../../records/problem.ts'

const refusalSchema = problemSchema.pick({ code: true, detail: true, errors: true })

/** The control plane has answered no. The exit code follows from the status, the words are its own. */
export class RefusalError extends SluiceError {
  override readonly name = 'RefusalError'
  readonly status: number
  /** The problem's code, e.g. `rollout-running`; empty where the answer was no problem document. */
  readonly problem: string
  /** What the control plane says of it; null where the answer was no problem document. */
  readonly detail: string | null

  constructor(status: number, body: string, url: string) {
    const problem = problemOf(body)
    super(codeOf(status, problem?.code), messageOf(status, problem, url))
    this.status = status
    this.problem = problem?.code ?? ''
    this.detail = problem?.detail ?? null
  }
}

type Problem = z.output<typeof refusalSchema>

function problemOf(body: string): Problem | undefined {
  return refusalSchema.safeParse(jsonIn(body)).data
}

/** The code says what the caller can do: ask again when the state has changed, ask otherwise, or see to the server. */
function codeOf(status: number, problem: string | undefined): ErrorCode {
  if (status === 409 || isOfAnother(problem)) return 'refused'
  const isFaultOfRequest = status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status)
  return isFaultOfRequest ? 'invalid-input' : 'cannot-run'
}

/** It is for another person to do, which no other scope changes. */
const isOfAnother = (problem: string | undefined) => problem === 'may-not-approve' || problem === 'not-the-proposer'

const waysOut: Record<number, string> = {
  401: 'Set SLUICE_TOKEN to a token of this control plane; whoever runs it makes one with sluice token create.',
  403: 'Use a token with the right scope (sluice token list shows them): ci to publish, viewer to look, operator to release, approver to approve, admin for tokens.',
}

function messageOf(status: number, problem: Problem | undefined, url: string): string {
  const words = problem?.detail ?? `answered with status ${status}; is this a Sluice control plane?`
  const faults = (problem?.errors ?? [])
    .filter(({ message }) => message !== words)
    .map(({ path, message }) => `\n  ${path}: ${message}`)
  const wayOut = isOfAnother(problem?.code) ? undefined : waysOut[status]
  return `${url}: ${words}${faults.join('')}${wayOut ? `\n${wayOut}` : ''}`
}
