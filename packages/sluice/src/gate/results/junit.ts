import { SaxesParser } from 'saxes'
import {
  invalidResults,
  noMetric,
  type ResultsReader,
  shortLine,
  type ToolResults,
  type ToolScore,
} from './tool-results.ts'

interface Test {
  suite: string
  classname: string
  name: string
  time: number | undefined
  outcome: 'passed' | 'failed' | 'error' | 'skipped'
  message: string
  /** Passed, but not at once. */
  isFlaky: boolean
  properties: Map<string, string>
}

/** Reports of test runners, in the form that JUnit began. */
export const junit: ResultsReader = {
  recognises: ({ xml }) => xml !== undefined && /<testsuites?[\s>/]/.test(xml.slice(0, 10_000)),
  read({ xml = '', name }, metric) {
    const { tests, totals } = parse(xml, name)
    const numeric = [
      ...new Set(
        tests.flatMap(({ properties }) => [...properties].flatMap(([key, value]) => (isNumber(value) ? [key] : []))),
      ),
    ]
    if (metric !== undefined && !numeric.includes(metric)) throw noMetric(metric, numeric, name)
    const flaky = tests.filter(({ isFlaky }) => isFlaky).length
    return {
      format: 'JUnit XML',
      scores: tests.map((test) => scoreOf(test, metric)),
      metric: metric === undefined ? 'whether a test passed' : `the property ${metric}`,
      metrics: numeric,
      graders: null,
      promised: totals.tests,
      doubts: doubtsOf(tests, totals, name),
      notes:
        flaky === 0
          ? []
          : [
              `${name}: ${flaky} ${flaky === 1 ? 'test' : 'tests'} passed only when repeated, and ${flaky === 1 ? 'counts' : 'count'} as passed.`,
            ],
    } satisfies ToolResults
  },
}

const isNumber = (text: string) => text.trim() !== '' && Number.isFinite(Number(text))

const outcomes: Record<string, Test['outcome']> = { failure: 'failed', error: 'error', skipped: 'skipped' }

/** What the suites say of the tests in them. */
interface Totals {
  tests?: number
  failures?: number
  errors?: number
}

/** Words by which GoogleTest and others say that a test did not run. */
const idle = new Set(['notrun', 'disabled', 'suppressed', 'skipped'])

/** Failures that the totals count and no test shows. */
function doubtsOf(tests: readonly Test[], { failures = 0, errors = 0 }: Totals, name: string): string[] {
  const shown = tests.filter(({ outcome }) => outcome === 'failed' || outcome === 'error').length
  const declared = failures + errors
  if (declared <= shown) return []
  if (failures > 0 && errors > 0 && Math.max(failures, errors) <= shown) return []
  return [
    `${name}: its totals count ${declared} failed or broken ${declared === 1 ? 'test' : 'tests'}, and ${shown === 0 ? 'none' : `only ${shown}`} of its ${tests.length} tests ${shown === 1 ? 'is one' : 'are such'}`,
  ]
}

/** @throws SluiceError at the place where the file is no XML */
function parse(xml: string, name: string): { tests: Test[]; totals: Totals } {
  const parser = new SaxesParser({ xmlns: false, position: true })
  const tests: Test[] = []
  const suites: { name: string; counted: ReadonlySet<string> }[] = []
  let test: Test | undefined
  let open: string | undefined
  let messageText = ''
  const totals: Totals = {}
  parser.on('error', (error) => {
    const cut = /unclosed|unexpected end/i.test(error.message) ? '; the file ends in the middle, so write it again' : ''
    throw invalidResults(
      `${name}:${parser.line}:${parser.column + 1}: no XML: ${error.message.replace(/^\d+:\d+: /, '')}${cut}`,
    )
  })
  parser.on('opentag', ({ name: tag, attributes }) => {
    if (tag === 'testsuites' || tag === 'testsuite') {
      // The outermost element that counts includes all below it.
      const counted = new Set(suites.at(-1)?.counted)
      for (const what of ['tests', 'failures', 'errors'] as const) {
        const count = countOf(attributes[what])
        if (count === undefined || counted.has(what)) continue
        counted.add(what)
        totals[what] = (totals[what] ?? 0) + count
      }
      suites.push({ name: attributes.name ?? '', counted })
    } else if (tag === 'testcase') {
      test = newTest(attributes, suites.at(-1)?.name ?? '')
      tests.push(test)
    } else if (test && tag === 'property' && attributes.name !== undefined) {
      test.properties.set(attributes.name, attributes.value ?? '')
    } else if (test && Object.hasOwn(outcomes, tag)) {
      const outcome = graver(test.outcome, outcomes[tag])
      if (outcome !== test.outcome) test.message = attributes.message ?? ''
      test.outcome = outcome
      open = tag
      messageText = ''
    } else if (test && (tag === 'flakyFailure' || tag === 'flakyError')) test.isFlaky = true
  })
  parser.on('text', (text) => {
    if (open !== undefined && messageText.length < 2000) messageText += text
  })
  parser.on('closetag', ({ name: tag }) => {
    if (tag === 'testsuites' || tag === 'testsuite') suites.pop()
    if (tag === 'testcase') test = undefined
    if (tag !== open) return
    if (test) test.message ||= messageText.trim().split('\n')[0] ?? ''
    open = undefined
  })
  parser.write(xml).close()
  return { tests, totals }
}

function newTest(attributes: Partial<Record<string, string>>, suite: string): Test {
  const time = Number(attributes.time ?? Number.NaN)
  const isIdle = [attributes.status, attributes.result].some((word) => idle.has(word?.toLowerCase() ?? ''))
  return {
    suite,
    classname: attributes.classname ?? '',
    name: attributes.name ?? '',
    time: Number.isFinite(time) ? time : undefined,
    outcome: isIdle ? 'skipped' : 'passed',
    message: '',
    isFlaky: false,
    properties: new Map(),
  }
}

const countOf = (text: string | undefined) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined)

/** An error says more than a failure beside it: the test did not come to its end. */
function graver(one: Test['outcome'], other: Test['outcome'] = 'passed'): Test['outcome'] {
  const order = ['passed', 'failed', 'skipped', 'error']
  return order.indexOf(one) >= order.indexOf(other) ? one : other
}

function scoreOf(test: Test, metric: string | undefined): ToolScore {
  const { classname, suite, name, time } = test
  const group = classname || suite
  return {
    ...outcomeOf(test, metric),
    identity: group === '' || group === name ? name : `${group} > ${name}`,
    latencyMs: time === undefined ? undefined : time * 1000,
  }
}

function outcomeOf(
  { outcome, message, properties }: Test,
  metric: string | undefined,
): Pick<ToolScore, 'value' | 'error'> {
  if (outcome === 'error' || outcome === 'skipped')
    return {
      error: `${outcome === 'error' ? 'the test broke' : 'the test was skipped'}${message === '' ? '' : `: ${shortLine(message, 300)}`}`,
    }
  if (metric === undefined) return { value: outcome === 'passed' ? 1 : 0 }
  const value = properties.get(metric) ?? ''
  return isNumber(value) ? { value: Number(value) } : { error: `no property ${metric}` }
}
