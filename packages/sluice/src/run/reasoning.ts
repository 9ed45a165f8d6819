import type { ModelRequest } from '../providers/provider.ts'

/** An output in two parts. */
export interface Spoken {
  /** The answer. */
  output: string
  /** The reasoning that stood before it; absent where there was none. */
  reasoning?: string
}

/** What models put around their reasoning, in lower case. */
const marks = [
  ['<think>', '</think>'],
  ['[think]', '[/think]'],
  ['◁think▷', '◁/think▷'],
  ['<seed:think>', '</seed:think>'],
  ['<|begin_of_thought|>', '<|end_of_thought|>'],
] as const

/** The same in words that prompts use as well, e.g. to ask for reasoning in tags of its own. */
const plainMarks = [
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
] as const

type Mark = readonly [open: string, close: string]

/** Models that write their reasoning into the answer unless the server takes it out. */
const reasoners =
  /deepseek-r1|r1-(?:distill|1776|0528)|qwq|qwen-?3|magistral|gpt-oss|minimax-m\d|glm-(?:z1|4\.[5-9])|exaone-deep|openthinker|sonar-reasoning|phi-4(?:-mini)?-reasoning|smollm3|-thinking\b/i

/**
 * Takes the reasoning off that an output begins with, and nothing that stands further on. `keep` takes nothing off. Without
 * a wish it is taken off where the model is known to write it, and where the output begins with a mark of reasoning that
 * nobody asked for: one that does not occur in the messages.
 */
export function withoutReasoning(
  output: string,
  { model, messages }: Pick<ModelRequest, 'model' | 'messages'>,
  wish: 'strip' | 'keep' | undefined,
): Spoken {
  if (wish === 'keep') return { output }
  const isReasoner = wish === 'strip' || reasoners.test(model)
  const channels = ofChannels(output, isReasoner)
  if (channels) return channels
  const isAskedFor = ([open]: Mark) => messages.some(({ content }) => content.toLowerCase().includes(open))
  const own = marks.filter((mark) => isReasoner || !isAskedFor(mark))
  const plain = plainMarks.filter((mark) => wish === 'strip' || !isAskedFor(mark))
  const blocks = leadingBlocks(output, [...own, ...plain])
  return (
    blocks ??
    (isReasoner
      ? beforeClosing(output, wish === 'strip' ? marks : marks.filter((mark) => !isAskedFor(mark)))
      : { output })
  )
}

/** The blocks that an output begins with. One that never ends takes all of it: the answer did not come. */
function leadingBlocks(text: string, allowed: readonly Mark[]): Spoken | undefined {
  const taken: string[] = []
  let output = text.trimStart()
  for (;;) {
    const lower = output.toLowerCase()
    const [open, close] = allowed.find(([mark]) => lower.startsWith(mark)) ?? []
    if (open === undefined || close === undefined) break
    const end = lower.indexOf(close, open.length)
    taken.push(output.slice(open.length, end < 0 ? undefined : end).trim())
    output = end < 0 ? '' : output.slice(end + close.length).trimStart()
  }
  return taken.length === 0 ? undefined : { output, reasoning: taken.join('\n\n') }
}

/** Templates that open the block themselves leave only its end in the output. */
function beforeClosing(output: string, allowed: readonly Mark[]): Spoken {
  const lower = output.toLowerCase()
  const [, close] = allowed.find(([, mark]) => lower.includes(mark)) ?? []
  if (close === undefined) return { output }
  const end = lower.indexOf(close)
  return { output: output.slice(end + close.length).trimStart(), reasoning: output.slice(0, end).trim() }
}

/** The channels of OpenAI's open models: what is said in `final` is the answer. */
function ofChannels(text: string, isReasoner: boolean): Spoken | undefined {
  if (/^\s*(?:<\|start\|>assistant)?<\|channel\|>(?:analysis|commentary)/.test(text)) {
    const [reasoning = '', ...final] = text.split(/<\|channel\|>final[^<]*<\|message\|>/)
    const output = final.join('').replace(/<\|(?:return|end)\|>[\s\S]*$/, '')
    return { output: output.trim(), reasoning: reasoning.replaceAll(/<\|[a-z]+\|>/g, ' ').trim() }
  }
  const bare = isReasoner
    ? /^analysis(?<reasoning>[\s\S]+?)assistantfinal(?<output>[\s\S]*)$/.exec(text)?.groups
    : undefined
  return bare && { output: bare.output?.trim() ?? '', reasoning: bare.reasoning?.trim() ?? '' }
}
