import type { ModelRequest } from '../../core/providers/provider.ts'

/** An output split into the answer and the reasoning before it. */
export interface SplitOutput {
  /** The answer. */
  output: string
  /** The reasoning that stood before it; absent where there was none. */
  reasoning?: string
}

interface Mark {
  /** Finds the opening mark anywhere in a text. */
  open: RegExp
  /** Finds the opening mark at the start of a text, after white space. */
  opens: RegExp
  closes: RegExp
}

function mark(open: string, close: string): Mark {
  const pattern = (text: string) => text.replaceAll(/[[\]|/]/g, '\\$&')
  // A tag may have attributes, e.g. <think time="3">.
  const opening = pattern(open).replace(/(\w)>$/, '$1(?:\\s[^<>]*)?>')
  return {
    open: new RegExp(opening, 'i'),
    opens: new RegExp(`^\\s*${opening}`, 'i'),
    closes: new RegExp(pattern(close), 'i'),
  }
}

const usual = mark('<think>', '</think>')

/** Marks that models put around their reasoning and that occur nowhere else. */
const marks = [
  usual,
  mark('[think]', '[/think]'),
  mark('◁think▷', '◁/think▷'),
  mark('<seed:think>', '</seed:think>'),
  mark('<|begin_of_thought|>', '<|end_of_thought|>'),
]

/** Marks of plain words, which prompts use as well, e.g. to ask for reasoning in tags of its own. */
const plainMarks = ['thinking', 'thought', 'thoughts', 'reasoning'].map((tag) => mark(`<${tag}>`, `</${tag}>`))

/** Models that write their reasoning into the answer unless the server takes it out. */
const reasoners =
  /deepseek-r1|r1-(?:distill|1776|0528)|qwq|qwen-?3|magistral|gpt-oss|minimax-m\d|glm-(?:z1|4\.[5-9])|exaone-deep|openthinker|sonar-reasoning|phi-4(?:-mini)?-reasoning|smollm3|-thinking\b/i

/**
 * Removes the reasoning that an output begins with, and nothing further on. `keep` removes nothing. Without a setting
 * it is removed where the model is known to write it. It is also removed where the messages do not contain its mark, so
 * that nobody asked for it.
 */
export function withoutReasoning(
  output: string,
  { model, messages }: Pick<ModelRequest, 'model' | 'messages'>,
  setting: 'strip' | 'keep' | undefined,
): SplitOutput {
  if (setting === 'keep') return { output }
  const isReasoner = setting === 'strip' || reasoners.test(model)
  const isFree = ({ open }: Mark) => setting === 'strip' || !messages.some(({ content }) => open.test(content))
  const own = marks.filter((each) => isReasoner || isFree(each))
  return (
    ofChannels(output, isReasoner) ??
    leadingBlocks(output, [...own, ...plainMarks.filter(isFree)]) ??
    beforeClosing(output, isReasoner ? marks.filter(isFree) : []) ??
    (isFree(usual) ? beforeLoneClosing(output) : undefined) ?? { output }
  )
}

/** Splits off the blocks that an output begins with. A block that never ends takes the whole text: no answer came. */
function leadingBlocks(text: string, allowed: readonly Mark[]): SplitOutput | undefined {
  const taken: string[] = []
  let output = text
  for (;;) {
    const found = allowed.find(({ opens }) => opens.test(output))
    if (!found) break
    const [inside, rest] = splitAt(output.replace(found.opens, ''), found.closes)
    taken.push(inside.trim())
    output = rest?.trimStart() ?? ''
  }
  return taken.length === 0 ? undefined : { output, reasoning: taken.join('\n\n') }
}

/** Splits at an end that nothing opened, since some chat templates open the block before the output begins. */
function beforeClosing(output: string, allowed: readonly Mark[]): SplitOutput | undefined {
  const found = allowed.find(({ closes }) => closes.test(output))
  if (!found) return undefined
  const [reasoning, rest = ''] = splitAt(output, found.closes)
  return { output: rest.trimStart(), reasoning: reasoning.trim() }
}

/** Splits the output of an unknown model where the end closes a line and nothing opened it: no answer is written so. */
function beforeLoneClosing(output: string): SplitOutput | undefined {
  const [reasoning, rest] = splitAt(output, /<\/think>[^\S\n]*(?:\n|$)/)
  if (rest === undefined || reasoning.includes('<think>')) return undefined
  return { output: rest.trimStart(), reasoning: reasoning.trim() }
}

/** Splits a text around the first match; without a match all of it is `before`. */
function splitAt(text: string, pattern: RegExp): [before: string, after?: string] {
  const match = pattern.exec(text)
  return match ? [text.slice(0, match.index), text.slice(match.index + match[0].length)] : [text]
}

/** Splits the output of OpenAI's open models, which write to channels: the text in `final` is the answer. */
function ofChannels(text: string, isReasoner: boolean): SplitOutput | undefined {
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
