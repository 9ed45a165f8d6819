import { parseModelId } from '../../suite/models/model.ts'

/** The order counts: a distilled or tuned model carries two names, and the first match is the one it was made from. */
const families: [name: string, pattern: RegExp][] = [
  ['Claude', /claude/],
  ['GPT', /gpt|(?:^|[/:.])o\d(?:$|-)|codex|davinci/],
  ['Gemini', /gemini|gemma|palm/],
  ['Llama', /llama/],
  ['Mistral', /mi[sx]tral|ministral|magistral|codestral|devstral|pixtral/],
  ['Qwen', /qwen|qwq/],
  ['DeepSeek', /deepseek/],
  ['Grok', /grok/],
  ['Command', /command-|c4ai|aya-/],
  ['Phi', /(?:^|[/:.])phi-?\d/],
  ['GLM', /(?:^|[/:.])(?:chat)?glm-?\d/],
  ['Kimi', /kimi|moonshot/],
]

/** Warnings where a judge and the candidate come from the same family: judges tend to prefer answers of their own. */
export function judgeFamilyWarnings(judgeModels: readonly string[], candidateModel: string): string[] {
  return judgeModels.flatMap((model) => judgeFamilyWarning(model, candidateModel) ?? [])
}

function judgeFamilyWarning(judgeModel: string, candidateModel: string): string | undefined {
  const family = familyOf(judgeModel)
  if (family === undefined || family !== familyOf(candidateModel)) return undefined
  return (
    `judge ${judgeModel} and candidate ${candidateModel} are both of the ${family} family; ` +
    'models tend to favour their own kind, so confirm with a judge of another family or with human labels'
  )
}

function familyOf(modelId: string): string | undefined {
  const model = (parseModelId(modelId)?.model ?? modelId).toLowerCase()
  return families.find(([, pattern]) => pattern.test(model))?.[0]
}
