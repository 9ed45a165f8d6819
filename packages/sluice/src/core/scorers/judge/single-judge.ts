import { createHash, randomBytes } from 'node:crypto'
import { SluiceError } from '../../../errors.ts'
import type { AnswerTrace } from '../../../records/answer-trace.ts'
import type { JudgedItem } from '../../../records/report/case-detail.ts'
import type { ClaimSource, RubricItem, SeenPart } from '../../../records/rubric.ts'
import type { Ask, IsKept, Question } from '../../answers/ask.ts'
import type { ModelRequest } from '../../providers/provider.ts'
import { ProviderError } from '../../providers/provider-error.ts'
import type { Message, ModelParameters } from '../../suite/models/model.ts'
import type { ChoiceJudge } from '../../suite/prompt/choice-judge.ts'
import { canonicalJson } from '../../suite/values/canonical-json.ts'
import type { Subject } from '../checks/measure.ts'
import { type AnswerMode, type AnswerModes, createAnswerModes, inMode } from './answer-modes.ts'
import { type Inquiry, inquiriesOf } from './inquiry.ts'
import { JudgeError, NoSourceError } from './judge-error.ts'
import { type Judgement, judgementOf } from './judgement.ts'
import { seesMore } from './reported-parts.ts'

/** The questions that the judge answers about an output. */
export interface JudgeQuestions {
  /** Item ids must be unique. */
  rubric: RubricItem[]
  choices: ChoiceJudge[]
  /** The rendered prompt that led to the output. */
  input: Message[]
  /** Whether the prompt is strict: then an unknown variable in an evaluator is an error (default false). */
  strict?: boolean
  /** 1-based. */
  repeat: number
}

export interface Judge {
  /**
   * The judge's version, 12 hex digits. Scores of different judge versions are never compared. It is final once the
   * judge was asked, since it depends on the answer format that the server accepts.
   */
  readonly id: string
  readonly mode: AnswerMode
  /** `provider:model`; of several models the words that name all of them. */
  model: string
  /** Every model that it may ask, as `provider:model`. */
  models: readonly string[]
  /** @throws JudgeError when the answer is not as asked; ProviderError when there is none. */
  score(subject: Subject, task: JudgeQuestions): Promise<Judgement>
}

/** What kinds of questions a rubric has, as far as the version of a judge depends on them. */
export function kindsOfQuestions(rubric: readonly RubricItem[]): { seesMore: boolean; asksClaims: boolean } {
  return { seesMore: rubric.some(seesMore), asksClaims: rubric.some(({ claims }) => claims) }
}

/** What all models of a judge are asked by. */
export interface JudgeMeans {
  ask: Ask<ModelRequest>
  /** Called for every question without an answer. A refused format counts only if no other format was accepted. */
  failed?: (error: unknown) => void
  /** Whether an earlier run has the answer to a request, so that asking again costs nothing. */
  isKept?: IsKept
  /** The answer formats that the servers are known to accept; shared by all judges of a run. */
  modes?: AnswerModes
  /** Whether questions are about more than the output for certain; else the first such question shows it. */
  seesMore?: boolean
  /** Whether questions are about claims for certain; else the first such question shows it. */
  asksClaims?: boolean
  /** Text that nobody can guess, new for each call. */
  nonce?: () => string
}

export interface SingleJudgeOptions extends JudgeMeans {
  /** `provider:model` */
  model: string
  /** Parameters that override the defaults: temperature 0, and 500 tokens with 300 more for each item. */
  parameters: ModelParameters
}

/**
 * Makes a judge of one model. One call answers all rubric items of a case, and each evaluator takes one more. The judge
 * gets input, reference and output whole; a text that is too long is an error and never cut.
 */
export function createSingleJudge(options: SingleJudgeOptions): Judge {
  const { model, parameters, ask, nonce = randomNonce, modes = createAnswerModes() } = options
  const { isKept = async () => false, failed } = options
  const inquire = async ({ request, read }: Inquiry, question: Question) => {
    try {
      const completion = await modes.ask(request, {
        ask: (each) => ask(each, { ...question, verify: (answer) => void read(answer) }),
        isKept: (each) => isKept(each, question.repeat),
      })
      return { items: read(completion), costUsd: completion.costUsd }
    } catch (error) {
      failed?.(error)
      throw located(error, request.model, question.caseId)
    }
  }
  const asked = { seesMore: options.seesMore ?? false, asksClaims: options.asksClaims ?? false }
  return {
    model,
    models: [model],
    get mode() {
      return modes.of(model)
    },
    get id() {
      return judgeId(model, parameters, modes.of(model), asked)
    },
    async score(subject, task) {
      const { rubric, choices, strict, input, repeat } = task
      const { id: caseId, vars, expected } = subject.case
      refuseSharedIds(rubric, caseId)
      asked.seesMore ||= rubric.some(seesMore)
      asked.asksClaims ||= rubric.some(({ claims }) => claims)
      const material = { input, vars, expected, output: subject.output, trace: subject.trace }
      const inquiries = (() => {
        try {
          return inquiriesOf({ model, parameters }, { rubric, choices, strict }, material, nonce)
        } catch (error) {
          throw located(error, model, caseId)
        }
      })()
      const answers = await Promise.all(inquiries.map((inquiry) => inquire(inquiry, { caseId, repeat })))
      const judgement = judgementOf(
        inOrder(
          answers.flatMap(({ items }) => items),
          rubric,
        ),
      )
      const costs = answers.map(({ costUsd }) => costUsd).filter((usd) => usd !== undefined)
      if (costs.length < answers.length) return judgement
      return { ...judgement, costUsd: costs.reduce((sum, usd) => sum + usd, 0) }
    },
  }
}

const sampleTrace: AnswerTrace = {
  trajectory: {
    messages: [
      { role: 'user', text: 'user', calls: [] },
      {
        ...{ role: 'assistant', text: null },
        calls: [
          { id: 'id', name: 'tool', arguments: {}, result: 'result', error: null, durationMs: 1 },
          { id: null, name: 'tool', arguments: null, unreadable: '{', result: null, error: 'error', durationMs: null },
          { id: null, name: 'tool', arguments: null, result: null, error: null, durationMs: null },
        ],
      },
    ],
  },
  retrieved: [
    { id: 'id', text: 'text' },
    { id: null, text: null },
  ],
  endState: { key: 'value' },
}

/** Every document with a text, since claims are held against texts only. */
const sampleOfDocuments: AnswerTrace = { ...sampleTrace, retrieved: [{ id: 'id', text: 'text' }] }

/** The items of several requests about one rubric, in its order. */
function inOrder(items: readonly JudgedItem[], rubric: readonly RubricItem[]): JudgedItem[] {
  const places = new Map(rubric.map(({ id }, place) => [id, place]))
  const placeOf = ({ id }: JudgedItem) => places.get(id) ?? rubric.length
  return [...items].sort((a, b) => placeOf(a) - placeOf(b))
}

/** The ids that were asked for before: live judging makes a judge for each answer, and an id takes long to compute. */
const knownIds = new Map<string, string>()
const mostKnownIds = 200

/**
 * A hash of model, parameters, mode and the whole prompt for a sample, so that any change of wording counts: that of
 * questions about more than the output, and of those about claims, only where such questions are asked.
 */
function judgeId(...of: Parameters<typeof computedId>): string {
  const key = JSON.stringify(of)
  const id = knownIds.get(key) ?? computedId(...of)
  if (knownIds.size >= mostKnownIds) knownIds.clear()
  knownIds.set(key, id)
  return id
}

function computedId(
  model: string,
  parameters: ModelParameters,
  mode: AnswerMode,
  { seesMore, asksClaims }: { seesMore: boolean; asksClaims: boolean },
): string {
  const plain: RubricItem = { id: 'id', ask: 'ask', weight: 1, must: false }
  const questions = {
    rubric: [
      plain,
      ...(seesMore ? [{ ...plain, sees: ['output', 'trajectory', 'retrieved', 'state'] as SeenPart[] }] : []),
      ...(asksClaims ? [{ ...plain, claims: { in: ['retrieved', 'vars.name'] as ClaimSource[] } }] : []),
    ],
    choices: [{ name: 'name', prompt: 'prompt', choices: [{ choice: 'choice', score: 1 }], weight: 1 }],
  }
  const material = {
    input: [{ role: 'user' as const, content: 'input' }],
    vars: asksClaims ? { name: 'value' } : {},
    expected: 'expected',
    output: '\u200B<|a|>\n',
    ...((seesMore || asksClaims) && { trace: asksClaims ? sampleOfDocuments : sampleTrace }),
  }
  const requests = inquiriesOf({ model, parameters }, questions, material, () => 'nonce').map(({ request }) =>
    inMode(request, mode),
  )
  return createHash('sha256').update(canonicalJson(requests)).digest('hex').slice(0, 12)
}

function refuseSharedIds(rubric: readonly RubricItem[], caseId: string): void {
  const shared = rubric.find(({ id }, index) => rubric.findIndex((other) => other.id === id) !== index)
  if (!shared) return
  throw new SluiceError(
    'invalid-input',
    `case "${caseId}": the prompt's rubric and the case's both have "${shared.id}"; rename one`,
  )
}

function randomNonce(): string {
  return randomBytes(16).toString('hex')
}

function located(error: unknown, model: string, caseId: string): unknown {
  const where = `judge ${model} on case "${caseId}"`
  if (error instanceof NoSourceError) return new NoSourceError(`${where}: ${error.message}`, { cause: error })
  if (error instanceof JudgeError) return new JudgeError(`${where}: ${error.message}`, { cause: error })
  if (error instanceof ProviderError && error.kind === 'too-long') {
    return new JudgeError(
      `${where}: input, reference and output are too long for the model, and nothing is ever cut; ` +
        `choose a judge with a longer context (${error.message})`,
      { cause: error },
    )
  }
  return error
}
