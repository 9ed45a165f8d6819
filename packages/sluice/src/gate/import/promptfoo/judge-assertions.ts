import { type Assertion, type AssertionSite, dropped, type Translation } from './assertion.ts'
import { renderTemplate } from './render-template.ts'
import { scalarText } from './text-value.ts'

/** Assertions that a model judges: they become questions for the judge of the project. */
export const judgeAssertions: Record<string, (asked: Assertion, site: AssertionSite) => Translation> = {
  'llm-rubric': (asked, site) => criterion(asked, site),
  'agent-rubric': (asked, site) => criterion(asked, site),
  'model-graded-closedqa': (asked, site) => criterion(asked, site),
  'g-eval': gEval,
  factuality,
  'model-graded-factuality': factuality,
  'answer-relevance': (asked) => question(asked, 'Does the output answer what was asked, without going beside it?'),
  'context-faithfulness': (asked, site) =>
    aboutContext(asked, site, 'Is every claim of the output supported by the context'),
  'context-relevance': () => dropped('it judges what was retrieved, and not the output'),
  'context-recall': () => dropped('it judges what was retrieved, and not the output'),
}

/** The id of a question is made of the words that set it apart. */
function question({ isInverse, threshold }: Assertion, ask: string, words = ask): Translation {
  if (isInverse) return dropped('the opposite of a judgement that is a question already')
  const scale = threshold === undefined ? '' : '; its threshold is gone, since the judge says yes or no'
  return {
    checks: [],
    rubric: [{ id: words.split(/\s+/).slice(0, 6).join(' '), ask }],
    outcome: 'approximated',
    note: `a question for the judge of sluice.yaml, answered by yes or no${scale}`,
  }
}

function criterion(asked: Assertion, { vars }: AssertionSite): Translation {
  const text = textOf(asked.value)
  if (text === undefined || text.trim() === '') return dropped('it has no criterion')
  const rendered = renderTemplate(text, vars).trim()
  const { isInverse, ...rest } = asked
  return question(
    { ...rest, isInverse: false },
    `${isInverse ? 'Does the output fail to meet' : 'Does the output meet'} this criterion? ${rendered}`,
    rendered,
  )
}

function textOf(value: unknown): string | undefined {
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : scalarText(value)
}

function gEval(asked: Assertion, site: AssertionSite): Translation {
  const criteria: unknown[] = Array.isArray(asked.value) ? asked.value : [asked.value]
  const parts = criteria.map((value) => criterion({ ...asked, value }, site))
  const [first] = parts
  const failed = parts.find(({ outcome }) => outcome === 'dropped')
  if (first === undefined || failed !== undefined) return failed ?? dropped('it has no criterion')
  return { ...first, rubric: parts.flatMap(({ rubric }) => rubric) }
}

function factuality(asked: Assertion, { vars }: AssertionSite): Translation {
  const text = scalarText(asked.value)
  if (text === undefined || text.trim() === '') return dropped('it has no reference')
  const reference = renderTemplate(text, vars).trim()
  return question(
    asked,
    `Is the output factually consistent with this reference, without contradicting it? ${reference}`,
  )
}

function aboutContext(asked: Assertion, { vars }: AssertionSite, ask: string): Translation {
  const { context } = vars
  if (typeof context !== 'string') return dropped('there is no variable "context" that is a text')
  return question(asked, `${ask} that follows? ${context}`)
}
