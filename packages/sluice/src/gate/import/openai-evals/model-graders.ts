import { isObject } from '../../../json.ts'
import { type Data, listOf } from '../file-data.ts'
import { otherModel } from '../other-model.ts'
import { messageText } from '../rows/case-features.ts'
import { criterionName, type GraderTranslation } from './criterion.ts'
import { itemTemplate } from './item-template.ts'

const dropped = (note: string): GraderTranslation => ({ outcome: 'dropped', note })

/** A model that labels: a judge whose choices are the labels. */
export function labelJudge({
  name,
  input,
  labels,
  passing_labels: passing,
  model,
  sampling_params: sampling,
}: Data): GraderTranslation {
  const prompt = judgePrompt(input)
  if (prompt === undefined) return dropped('its messages hold more than texts, values of the item and the output')
  const names = listOf(labels).filter((label) => typeof label === 'string')
  const good = listOf(passing)
  if (names.length === 0) return dropped('it has no labels')
  const choices = names.map((choice) => ({ choice, score: good.includes(choice) ? 1 : 0 }))
  return {
    evaluators: [{ name: criterionName(name ?? 'label_model'), llm: { ...judgeModel(model), ...prompt, choices } }],
    outcome: 'approximated',
    note: `a judge with choices, whose answer must be one of them${lost(model, sampling)}`,
  }
}

const mostChoices = 11

/** A model that scores: a judge whose choices are numbers of its range. */
export function scoreJudge({
  name,
  input,
  range,
  pass_threshold: threshold,
  model,
  sampling_params: sampling,
}: Data): GraderTranslation {
  const prompt = judgePrompt(input)
  if (prompt === undefined) return dropped('its messages hold more than texts, values of the item and the output')
  const [least = 0, most = 1] = listOf(range).map(Number)
  if (!(most > least)) return dropped('its range is empty')
  const isWhole = Number.isInteger(least) && Number.isInteger(most) && most - least > 1 && most - least < mostChoices
  const steps = isWhole ? most - least : mostChoices - 1
  const choices = Array.from({ length: steps + 1 }, (_, step) => ({
    choice: String(Number((least + ((most - least) * step) / steps).toFixed(4))),
    score: step / steps,
  }))
  return {
    evaluators: [{ name: criterionName(name ?? 'score_model'), llm: { ...judgeModel(model), ...prompt, choices } }],
    outcome: 'approximated',
    note: `a judge that chooses one of ${choices.length} numbers of its range, stretched to 0 to 1${threshold === undefined ? '' : '; its pass_threshold is gone'}${lost(model, sampling)}`,
  }
}

function judgeModel(model: unknown): { modelId?: string } {
  const modelId = typeof model === 'string' ? otherModel(model) : undefined
  return modelId === undefined ? {} : { modelId }
}

function lost(model: unknown, sampling: unknown): string {
  const parts = [
    typeof model === 'string' && otherModel(model) === undefined
      ? `the judge is that of sluice.yaml, and not ${model}`
      : '',
    isObject(sampling) && Object.keys(sampling).length > 0 ? 'its sampling_params are gone' : '',
  ].filter((part) => part !== '')
  return parts.map((part) => `; ${part}`).join('')
}

/** The messages of a grader as the prompt of a judge: what the system says, and everything else as one text. */
function judgePrompt(input: unknown): { systemPrompt?: string; prompt: string } | undefined {
  const messages = typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input)
  const texts = messages.map((each) => {
    const { role, content } = isObject(each) ? each : { role: 'user', content: each }
    const text = messageText(content)
    const translated = text === undefined ? undefined : itemTemplate(text, '{{completion}}')
    return translated === undefined
      ? undefined
      : { isSystem: role === 'system' || role === 'developer', text: translated }
  })
  if (texts.length === 0 || texts.includes(undefined)) return undefined
  const known = texts.flatMap((each) => each ?? [])
  const system = known
    .filter(({ isSystem }) => isSystem)
    .map(({ text }) => text)
    .join('\n')
  const asked = known
    .filter(({ isSystem }) => !isSystem)
    .map(({ text }) => text)
    .join('\n')
  if (asked === '') return { prompt: system }
  // Variables are replaced in the question alone.
  return system === ''
    ? { prompt: asked }
    : /\{\{/.test(system)
      ? { prompt: `${system}\n${asked}` }
      : { systemPrompt: system, prompt: asked }
}
