import type { Observation, PromptVersion } from '@sluice/client'
import { versionId } from '../../core/suite/prompt/version.ts'
import { judgeModel } from './demo-judge.ts'
import {
  answerText,
  type Flaw,
  type SimulatedRequest,
  simulatedDocument,
  simulatedMail,
  simulatedQuestion,
} from './simulated-requests.ts'

interface DemoVersion {
  label: string
  instructions: string
  model: string
  /** Which share of its answers to the cases of the gate loses what was needed. */
  loses: number
}

/** A feature of the simulated application. */
export interface DemoFeature {
  feature: string
  /** Oldest first. The first one was there before the control plane: the gate holds the second one against it. */
  versions: readonly DemoVersion[]
  /** What everybody gets when the demo starts. */
  active: string
  /** The variables that the prompt names after its instructions. */
  variables: string
  rubric: readonly { id: string; ask: string; weight?: number }[]
  /** The `live` of its prompt file. */
  live: object
  /** Draws a request; `uniform` gives numbers in [0,1). */
  request: (uniform: () => number) => SimulatedRequest
}

const small = 'simulated:writer-small'
const large = 'simulated:writer-large'

/** The canary that goes bad. */
export const demoCanary = { feature: 'email-summary', label: '1.4-short' }

export const demoFeatures: readonly DemoFeature[] = [
  {
    feature: 'email-summary',
    active: '1.3',
    versions: [
      { label: '1.1', model: large, instructions: 'What does this e-mail say?', loses: 0.2 },
      { label: '1.2', model: large, instructions: 'Summarise this e-mail.', loses: 0.12 },
      {
        label: '1.3',
        model: large,
        instructions: 'Summarise this e-mail. Then list every action item with its date.',
        loses: 0,
      },
      {
        label: '1.4-short',
        model: small,
        instructions: 'Summarise this e-mail in at most two sentences. Then list action items.',
        loses: 0.01,
      },
    ],
    variables: '{{ email }}',
    rubric: [
      { id: 'complete', ask: 'Does the summary state every action item of the e-mail, with its date?', weight: 3 },
      { id: 'faithful', ask: 'Is everything that the summary claims in the e-mail?', weight: 2 },
      { id: 'short', ask: 'Is the summary free of repetitions?' },
    ],
    live: { store: true, judge: { percent: 20, budgetUsdPerDay: 20 } },
    request: simulatedMail,
  },
  {
    feature: 'support-reply',
    active: '7',
    versions: [
      { label: '6', model: large, instructions: 'Answer the customer.', loses: 0.15 },
      { label: '7', model: large, instructions: 'Answer by the help page.', loses: 0.02 },
      {
        label: '8-polite',
        model: large,
        instructions: 'Answer by the help page. Be warm and polite.',
        loses: 0.02,
      },
    ],
    variables: '{{ article }}\n\n{{ question }}',
    rubric: [
      { id: 'complete', ask: 'Does the reply name every rule of the help page that applies?', weight: 2 },
      { id: 'faithful', ask: 'Is every rule that the reply names on the help page?', weight: 2 },
      { id: 'short', ask: 'Is the reply free of repetitions?' },
    ],
    live: { store: true, judge: { percent: 20, budgetUsdPerDay: 5 } },
    request: simulatedQuestion,
  },
  {
    feature: 'contract-fields',
    active: '2.0',
    versions: [
      { label: '1.9', model: large, instructions: 'Extract the terms.', loses: 0.06 },
      { label: '2.0', model: large, instructions: 'Extract all terms.', loses: 0.02 },
      { label: '2.1', model: small, instructions: 'Extract all terms.', loses: 0.3 },
    ],
    variables: '{{ text }}',
    rubric: [],
    live: { store: false },
    request: simulatedDocument,
  },
  {
    feature: 'search-answer',
    active: 'first',
    versions: [
      { label: 'draft', model: large, instructions: 'Answer.', loses: 0.2 },
      { label: 'first', model: large, instructions: 'Answer from these pages.', loses: 0.03 },
    ],
    variables: '{{ text }}',
    rubric: [{ id: 'complete', ask: 'Does the answer name all that the pages say?' }],
    live: { store: true, judge: { percent: 20, budgetUsdPerDay: 1 } },
    request: simulatedDocument,
  },
]

export function demoFeature(name: string): DemoFeature {
  const found = demoFeatures.find(({ feature }) => feature === name)
  if (!found) throw new Error(`the demo has no feature ${name}`)
  return found
}

export function demoVersion(name: string, label: string): PromptVersion {
  const { versions, variables } = demoFeature(name)
  const version = versions.find((one) => one.label === label)
  if (!version) throw new Error(`${name} has no version ${label}`)
  const content = {
    messages: [{ role: 'user' as const, content: `${version.instructions}\n\n${variables}` }],
    model: version.model,
    parameters: {},
    format: { type: 'text' as const },
  }
  return { id: versionId(content), label, ...content, strict: true }
}

/** What is published of a version, without its report. */
export function demoPublication(name: string, label: string): object {
  const { rubric, live } = demoFeature(name)
  return {
    content: demoVersion(name, label),
    rubric,
    judge: rubric.length === 0 ? null : { model: judgeModel, parameters: {} },
    live,
    source: 'simulated',
  }
}

/** How often a simulated model fails, in [0,1]. */
export interface Failing {
  /** Answers that lose what was needed. */
  loses: number
  /** Requests that end with an error. */
  errors: number
}

export const healthy: Failing = { loses: 0, errors: 0.005 }

const invents = 0.12
const wordy = 0.15

/** A simulated model: it answers requests, some of them badly. `uniform` gives numbers in [0,1). */
export type SimulatedModel = (feature: string, failing: Failing, request?: SimulatedRequest) => Observation

/**
 * Faults come evenly, each as often as it should and never twice by chance, so that the demo goes much the same way
 * each time.
 */
export function createSimulatedModel(uniform: () => number): SimulatedModel {
  const isDue = {
    errors: evenly(uniform()),
    loses: evenly(uniform()),
    invents: evenly(uniform()),
    wordy: evenly(uniform()),
  }
  const flaw = (loses: number): Flaw => {
    const due = { loses: isDue.loses(loses), invents: isDue.invents(invents), wordy: isDue.wordy(wordy) }
    if (due.loses) return 'loses'
    if (due.invents) return 'invents'
    return due.wordy ? 'wordy' : 'none'
  }
  return (feature, { loses, errors }, given) => {
    const request = given ?? demoFeature(feature).request(uniform)
    const { input } = request
    const latencyMs = Math.round(500 + 900 * uniform())
    if (isDue.errors(errors)) return { latencyMs, error: 'TimeoutError: the simulated model did not answer' }
    const output = answerText(request, flaw(loses))
    const inputTokens = Math.ceil(JSON.stringify(input).length / 4)
    const outputTokens = Math.ceil(output.length / 4)
    const costUsd = (inputTokens * 2 + outputTokens * 8) / 1e6
    return { input, latencyMs, costUsd, inputTokens, outputTokens, output, servedModel: 'simulated-writer' }
  }
}

/** Says when something with this probability is due, as evenly as it can. */
function evenly(start: number): (probability: number) => boolean {
  let sum = start
  return (probability) => {
    sum += probability
    if (sum < 1) return false
    sum -= 1
    return true
  }
}
