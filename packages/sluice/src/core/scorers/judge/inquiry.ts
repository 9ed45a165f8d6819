import type { JudgedItem } from '../../../records/report/case-detail.ts'
import type { RubricItem } from '../../../records/rubric.ts'
import type { Completion, ModelRequest } from '../../providers/provider.ts'
import type { ModelParameters } from '../../suite/models/model.ts'
import type { ChoiceJudge } from '../../suite/prompt/choice-judge.ts'
import { choiceFormat, choiceMessages } from './choice-prompt.ts'
import { readClaimsAnswer } from './claims-answer.ts'
import { claimsFormat, claimsMessages } from './claims-prompt.ts'
import { readChoiceAnswer, readRubricAnswer } from './judge-answer.ts'
import { rubricFormat, rubricMessages } from './judge-prompt.ts'
import type { Material } from './material.ts'
import { seenBy } from './reported-parts.ts'

/** One question to a model: the request, and the way to read its answer. */
export interface Inquiry {
  request: ModelRequest
  /** @throws JudgeError when the answer is not as asked. */
  read(completion: Completion): JudgedItem[]
}

export interface Questions {
  rubric: readonly RubricItem[]
  choices: readonly ChoiceJudge[]
  strict?: boolean | undefined
}

interface Settings {
  model: string
  parameters: ModelParameters
}

/**
 * All that is asked about one output: the whole rubric in one request, and one for each evaluator and each item about
 * claims. Questions about more than the output are asked apart, those about the same parts together: so a question
 * about the output alone is answered without knowing the rest, in the same request as if there were no others.
 * @throws JudgeError where a question is about a part that was not reported, or has nothing to compare with
 */
export function inquiriesOf(
  settings: Settings,
  questions: Questions,
  material: Material,
  nonce: () => string,
): Inquiry[] {
  const { rubric, choices, strict = false } = questions
  const ofChoices = choices.map((choice) => inquireChoice(settings, choice, material, nonce(), strict))
  const ofClaims = rubric.filter(({ claims }) => claims).map((item) => inquireClaims(settings, item, material, nonce()))
  const byParts = Map.groupBy(
    rubric.filter(({ claims }) => !claims),
    (item) => seenBy(item).join(),
  )
  const ofRubric = [...byParts.values()].map((items) => inquireRubric(settings, items, material, nonce()))
  return [...ofRubric, ...ofClaims, ...ofChoices]
}

/** Claims take the room of so many questions. */
const roomOfClaims = 20

function inquireClaims({ model, parameters }: Settings, item: RubricItem, material: Material, nonce: string): Inquiry {
  const messages = claimsMessages(item, material, nonce)
  return {
    request: { model, messages, parameters: withDefaults(parameters, roomOfClaims), format: claimsFormat(item), nonce },
    read: (completion) => [readClaimsAnswer(completion, item, material)],
  }
}

function inquireRubric(
  { model, parameters }: Settings,
  rubric: readonly RubricItem[],
  material: Material,
  nonce: string,
): Inquiry {
  const messages = rubricMessages(rubric, material, nonce)
  return {
    request: {
      model,
      messages,
      parameters: withDefaults(parameters, rubric.length),
      format: rubricFormat(rubric),
      nonce,
    },
    read: (completion) => readRubricAnswer(completion, rubric, material),
  }
}

function inquireChoice(
  { model, parameters }: Settings,
  choice: ChoiceJudge,
  material: Material,
  nonce: string,
  strict: boolean,
): Inquiry {
  const messages = choiceMessages(choice, material, nonce, strict)
  return {
    request: {
      model: choice.model ?? model,
      messages,
      parameters: withDefaults(parameters, 1),
      format: choiceFormat(choice),
      nonce,
    },
    read: (completion) => [readChoiceAnswer(completion, choice, material)],
  }
}

function withDefaults(parameters: ModelParameters, items: number): ModelParameters {
  const limit = parameters.maxCompletionTokens === undefined ? { maxTokens: 500 + 300 * items } : {}
  return { temperature: 0, ...limit, ...parameters }
}
