import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import { type DiffLine, diffOutputs } from './output-diff.ts'

type Asked = NonNullable<FeatureSummary['asked']>['candidate']

/**
 * What the candidate asks differently: model, parameters and messages as lines, what is equal among them. Empty where
 * both ask the same; undefined without a baseline, or where no prompt is known.
 */
export function promptChange({ asked }: FeatureSummary): DiffLine[] | undefined {
  if (!asked?.baseline) return undefined
  const lines = diffOutputs(written(asked.baseline), written(asked.candidate))
  return lines.every(({ kind }) => kind === 'same') ? [] : lines
}

function written({ model, parameters, messages }: Asked): string {
  return [
    `model: ${model ?? 'unknown'}`,
    ...Object.entries(parameters).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
    ...messages.flatMap(({ role, content }) => ['', `[${role}]`, content.trimEnd()]),
  ].join('\n')
}

/** Said in place of a difference that is not there. */
export const samePrompt =
  'Both versions ask the same: model, parameters and messages are equal. The change lies in how answers are made or measured.'

/** How many lines before and after a change are shown. */
const context = 2

/** The lines around each change; what lies between them is counted. */
export function aroundChanges(lines: readonly DiffLine[]): (DiffLine | { skipped: number })[] {
  const near = (index: number) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ kind }) => kind !== 'same')
  const shown: (DiffLine | { skipped: number })[] = []
  for (const [index, line] of lines.entries()) {
    const last = shown.at(-1)
    if (near(index)) shown.push(line)
    else if (last && 'skipped' in last) last.skipped += 1
    else shown.push({ skipped: 1 })
  }
  return shown
}

/** What a version asks. The format of the answer and each tool count as parameters; plain text is none. */
export function askedBy({ model, parameters, format, messages, ...prompt }: Prompt): Asked {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  const responseFormat = format.type === 'text' ? {} : { responseFormat: format }
  const { tools = [], toolChoice, maxSteps } = prompt
  const ofTools = {
    ...Object.fromEntries(tools.map(({ name, ...tool }) => [`tool ${name}`, tool])),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(maxSteps !== undefined && { maxSteps }),
  }
  return { model, parameters: { ...Object.fromEntries(given), ...responseFormat, ...ofTools }, messages }
}
