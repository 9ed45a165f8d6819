import type { CheckEntry } from '../imported.ts'
import { checkFault } from '../literal.ts'
import { type Assertion, type AssertionSite, approximated, dropped, same, type Translation } from './assertion.ts'
import { formatAssertions } from './format-assertions.ts'
import { judgeAssertions } from './judge-assertions.ts'
import { renderTemplate } from './render-template.ts'
import { UnsupportedTemplateError } from './template-tokens.ts'
import { textAssertions } from './text-assertions.ts'
import { scalarText } from './text-value.ts'
import { trajectoryAssertions } from './trajectory-assertions.ts'

/** Types that have no counterpart, and why. */
const without: Record<string, string> = {
  'select-best': 'it chooses among several outputs; use sluice compare',
  'max-score': 'it chooses among several outputs; use sluice compare',
  human: 'a person answers it; use sluice judge label',
  webhook: 'a service answers it; write a check of your own as a module',
  moderation: 'a service answers it',
  guardrails: "it reads the provider's own guardrails",
  classifier: 'a model of Hugging Face answers it',
  pi: 'a service answers it',
  'search-rubric': 'its judge searches the web',
  'conversation-relevance': 'a case is one request, not a conversation',
  perplexity: 'the probabilities of tokens are not kept',
  'perplexity-score': 'the probabilities of tokens are not kept',
  'similar:dot': 'embeddings are compared by their cosine; write similar',
  'similar:euclidean': 'embeddings are compared by their cosine; write similar',
}
const families: [RegExp, string][] = [
  [/^trajectory:/, 'a judge reads a trace; write an item of the rubric that sees the trajectory'],
  [/^trace-/, 'spans of a trace are not kept'],
  [/^skill-used$/, 'skills are not told apart from tools; write toolCalled'],
  [/^is-valid-.*(?:call|tools)$/, 'calls are not compared with the schemas of their tools; write toolCalled with args'],
  [/^promptfoo:redteam:/, 'its grader belongs to the red team of promptfoo'],
]

const tables = [textAssertions, formatAssertions, judgeAssertions, trajectoryAssertions]

/** What becomes of an assertion: checks and questions that this version accepts, or the reason why there are none. */
export async function translateAssertion(asked: Assertion, site: AssertionSite): Promise<Translation> {
  try {
    const translation = await translated(asked, site)
    const checks = translation.checks.map((check) => ({ ...check, ...common(asked, site) }))
    for (const check of checks) {
      const fault = checkFault(check)
      if (fault !== undefined) return dropped(`not a valid check here: ${fault}`)
    }
    const rubric = translation.rubric.map((item) => ({
      ...item,
      ...(asked.metric !== undefined && { id: asked.metric }),
      ...(asked.weight > 0 && asked.weight !== 1 && { weight: asked.weight }),
      ...(asked.isMust && { must: true }),
    }))
    if (asked.weight === 0 && rubric.length > 0)
      return dropped('its weight is 0, so that it passes whatever the judge says')
    return { ...translation, checks: weighed(checks), rubric }
  } catch (error) {
    if (error instanceof UnsupportedTemplateError) return dropped(`cannot be rendered: ${error.message}`)
    throw error
  }
}

function common({ weight, isMust, metric }: Assertion, { vars }: AssertionSite): CheckEntry {
  return {
    ...(metric !== undefined && metric.trim() !== '' && { name: renderTemplate(metric, vars) }),
    ...(weight !== 1 && { weight }),
    ...(isMust && { must: true }),
  }
}

/** The checks of one assertion share its weight. */
function weighed(checks: CheckEntry[]): CheckEntry[] {
  if (checks.length < 2) return checks
  return checks.map(({ weight = 1, ...check }) => ({ ...check, weight: Number(weight) / checks.length }))
}

async function translated(asked: Assertion, site: AssertionSite): Promise<Translation> {
  const { type } = asked
  if (type === 'javascript') return script(asked, site)
  const code = codeBehind(asked.value)
  if (['python', 'ruby'].includes(type) || code !== undefined) return reviewed(asked, site, code)
  if (asked.transforms.length > 0) return transformed(asked, site)
  if (type === 'finish-reason') return finishReason(asked)
  const table = tables.find((each) => Object.hasOwn(each, type))
  if (table !== undefined) return table[type]?.(await withFiles(asked, site), site) ?? dropped('')
  const [, reason] = families.find(([pattern]) => pattern.test(type)) ?? []
  return dropped(Object.hasOwn(without, type) ? (without[type] ?? '') : (reason ?? 'no such type is known'))
}

/** The assertion with the content of a file in place of its name. */
async function withFiles(asked: Assertion, { load }: AssertionSite): Promise<Assertion> {
  const loaded = async (value: unknown) =>
    typeof value === 'string' && value.startsWith('file://') ? load(value.slice('file://'.length)) : value
  const { value } = asked
  return { ...asked, value: Array.isArray(value) ? await Promise.all(value.map(loaded)) : await loaded(value) }
}

/** The file of code that a value names; undefined for any other. */
function codeBehind(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const [, file] = /^(?:file:\/\/)?(.+\.(?:[cm]?[jt]s|py|rb))(?::[\w.]+)?$/.exec(value) ?? []
  if (value.startsWith('package:')) return value
  return value.startsWith('file://') || (file !== undefined && !/\s/.test(value)) ? file : undefined
}

/** An output that was cut off or refused never reaches a check here, so what is left of it is true by itself. */
function finishReason({ value, isInverse }: Assertion): Translation {
  const isStop = !isInverse && (value === 'stop' || value === undefined)
  return isStop
    ? approximated([], 'an answer that ended in another way has no score here, and is counted as such')
    : dropped('only answers that ended by themselves are scored')
}

async function script(asked: Assertion, site: AssertionSite): Promise<Translation> {
  const { value, transforms, isInverse, threshold, isMust } = asked
  const code = codeBehind(value)
  if (code !== undefined) return reviewed(asked, site, code)
  const text = scalarText(value)
  if (text === undefined || text.trim() === '') return dropped('its value is no code')
  const rendered = renderTemplate(text, site.vars)
  const added = site.scripts.add({ code: rendered, transforms, isInverse, threshold, isMust })
  if ('reference' in added) return moduleCheck(added)
  const kept = site.scripts.review([...transforms, rendered].join('\n\n'), 'js')
  return dropped(`code to review in ${kept}: ${added.unsafe}; nothing checks it until a check names it as a module`)
}

function moduleCheck({ reference, isData }: { reference: string; isData: boolean }): Translation {
  const check = [{ module: reference }]
  return isData
    ? approximated(check, 'as a module that only looks at values; it is given the output as data, parsed from JSON')
    : same(check, 'as a module that only looks at values')
}

/** Code of the user's own is neither run nor trusted here; a file of plain JavaScript is as good as a line of it. */
async function reviewed(asked: Assertion, site: AssertionSite, file: string | undefined): Promise<Translation> {
  const { type, value, transforms, isInverse, threshold, isMust } = asked
  if (file === undefined) {
    const kept = site.scripts.review(scalarText(value) ?? JSON.stringify(value), type === 'ruby' ? 'rb' : 'py')
    return dropped(`code to review in ${kept}; a check of type command can run it`)
  }
  const name = file.replace(/^\.\//, '')
  if (type === 'javascript' && /\.[cm]?js$/.test(name)) {
    const text = await site.load(file)
    const [, code] = /^\s*(?:module\.exports\s*=|export\s+default)\s*([\s\S]+?);?\s*$/.exec(String(text)) ?? []
    const added = code && site.scripts.add({ code, transforms, isInverse, threshold, isMust })
    if (added && 'reference' in added) return moduleCheck(added)
  }
  return dropped(
    type === 'javascript'
      ? `your own code, not run here: review ${name}, and name it in a check of type module`
      : `your own code, not run here: review ${name}; a check of type command can run it`,
  )
}

/** What plain types compare, in JavaScript over `output`. */
const inCode: Record<string, (value: string) => string> = {
  contains: (value) => `output.includes(${value})`,
  icontains: (value) => `output.toLowerCase().includes(${value}.toLowerCase())`,
  equals: (value) => `output === ${value}`,
  'starts-with': (value) => `output.startsWith(${value})`,
  regex: (value) => `new RegExp(${value}).test(output)`,
}

/** An assertion about an output that code has changed: both as one module, where both are plain. */
function transformed(asked: Assertion, site: AssertionSite): Translation {
  const { type, value, transforms, isInverse, threshold, isMust } = asked
  const text = scalarText(value)
  const comparison = Object.hasOwn(inCode, type) ? inCode[type] : undefined
  if (comparison !== undefined && text !== undefined && !text.startsWith('file://')) {
    const wanted = JSON.stringify(renderTemplate(text, site.vars))
    const asText = `typeof result === 'string' ? result : JSON.stringify(result)`
    const steps = [...transforms, `((result) => ${asText})(output)`]
    const added = site.scripts.add({ code: comparison(wanted), transforms: steps, isInverse, threshold, isMust })
    if ('reference' in added) return same([{ module: added.reference }], 'as a module, together with its transform')
    const kept = site.scripts.review(transforms.join('\n\n'), 'js')
    return dropped(`it looks at what code has made of the output: review ${kept}: ${added.unsafe}`)
  }
  const kept = site.scripts.review(transforms.join('\n\n'), 'js')
  return dropped(`it looks at what code has made of the output: review ${kept}`)
}
