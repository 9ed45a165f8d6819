/** Recorded models and judges that answer as they are told, one recording for each case and repeat. */

const cases = 30
const repeats = 2

export interface RecordedModel {
  /** What it answers to a case; undefined for an error. */
  says: (index: number) => string | undefined
  usd?: number
  ms?: number
}

export const good = 'Action item: pay the invoice.'
export const bad = 'Nothing to do.'

/** Judges by the case alone: whether the answer lists the actions. */
export function judges(says: (index: number) => 'yes' | 'no'): RecordedModel {
  return {
    says: (index) =>
      JSON.stringify({
        items: [{ id: 'actions', reasoning: 'seen', evidence: 'Action item', verdict: says(index) }],
      }),
    usd: 0.001,
  }
}

export interface RecordedProject {
  models: Record<string, RecordedModel>
  features?: string[]
  config?: string
  prompt?: string
  model?: string
}

/** A project with these features on `recorded:old`, judged by `recorded:judge`, with 30 cases and 2 repeats each. */
export function recordedProject({
  models,
  features = ['summary'],
  config = '',
  prompt = '',
  model = 'recorded:old',
}: RecordedProject): Record<string, string> {
  const ids = features.flatMap((feature) =>
    Array.from({ length: cases }, (_, index) => ({ id: `${feature}-${index}`, index })),
  )
  const rows = Object.entries(models).flatMap(([name, { says, usd = 0.01, ms = 100 }]) =>
    ids.flatMap(({ id, index }) =>
      Array.from({ length: repeats }, (_, repeat) => {
        const output = says(index)
        const answer = output === undefined ? { error: 'boom' } : { output, costUsd: usd, latencyMs: ms }
        return JSON.stringify({ case: id, model: name, repeat: repeat + 1, ...answer })
      }),
    ),
  )
  const prompts = features.map((feature) => [
    `prompts/${feature}.prompt.yml`,
    `sluice: 1
name: ${feature}
model: "${model}"   # the one of 2024
messages: [{role: user, content: "Summarise: {{email}}"}]
suites: {fast: ../evals/${feature}.jsonl}
checks: [{contains: Action item}]
${prompt}`,
  ])
  const suites = features.map((feature) => [
    `evals/${feature}.jsonl`,
    `${Array.from({ length: cases }, (_, index) => JSON.stringify({ id: `${feature}-${index}`, vars: { email: `mail ${index}` } })).join('\n')}\n`,
  ])
  return {
    'sluice.yaml': `sluice: 1
judge: {model: recorded:judge}  # our own
providers: {recorded: {kind: replay, files: recordings/*.jsonl}}
gate: {margin: 0.1}
${config}`,
    'recordings/all.jsonl': `${rows.join('\n')}\n`,
    ...Object.fromEntries([...prompts, ...suites]),
  }
}
