import { isObject } from '../../../json.ts'
import { graderFailure } from '../../results/promptfoo-graders.ts'
import { type Data, listOf, parseData, parseLines } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { OldAnswer, OldPart } from '../old-answer.ts'
import {
  type Component,
  type FooResult,
  outputText,
  providerLabel,
  readResults,
  rowError,
  rowTest,
  rowVars,
} from './result-rows.ts'

/** The answers of a results file with the verdicts of promptfoo. */
export async function promptfooAnswers(source: ImportSource): Promise<OldAnswer[]> {
  const text = await source.text()
  const data = source.name.endsWith('.jsonl') ? parseLines(text, source.name) : parseData(text, source.name)
  return readResults(data, source.name).rows.map((row, index) => answerOf(row, `results[${index}]`))
}

function answerOf(row: FooResult, place: string): OldAnswer {
  const { description, assert } = rowTest(row)
  const { latencyMs, cost } = row
  const [output, error] = [outputText(row), rowError(row)]
  return {
    place,
    origins: originsOf(rowVars(row), description),
    model: providerLabel(row),
    ...(output !== undefined && { output }),
    ...(typeof row.response?.output === 'object' && { isData: true }),
    ...(error !== undefined && { error }),
    ...(typeof latencyMs === 'number' && { latencyMs }),
    ...(typeof cost === 'number' && { costUsd: cost }),
    pass: row.success,
    parts: partsOf(assert, row.gradingResult?.componentResults ?? []),
  }
}

/** A case and an answer of it are known by the variables with the description, and by the variables alone. */
export function originsOf(vars: Data, description: unknown): string[] {
  const plain = Object.entries(vars).map(([name, value]) => [name, typeof value === 'string' ? value.trimEnd() : value])
  const sorted = plain.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return [JSON.stringify([sorted, typeof description === 'string' ? description : null]), JSON.stringify([sorted])]
}

/** What an assertion asks for, as configurations and results have it. */
export function askedOf({ value, threshold }: Data): string {
  return JSON.stringify([value ?? null, threshold ?? null])
}

/** The verdict on each assertion in the order of the test. Results that code adds by itself are passed over. */
function partsOf(assert: unknown, components: readonly (Component | null | undefined)[]): OldPart[] {
  const inSets = listOf(assert).flatMap((each) =>
    isObject(each) && each.type === 'assert-set' ? listOf(each.assert) : [each],
  )
  const known = components.filter((each) => each?.assertion?.type)
  let at = 0
  return inSets.map((each) => {
    const name = isObject(each) ? String(each.type) : ''
    const found = known.findIndex((component, index) => index >= at && component?.assertion?.type === name)
    const asked = isObject(each) ? askedOf(each) : ''
    if (found === -1) return { name, asked, pass: null, score: null }
    at = found + 1
    const component = known[found] as Component
    const { pass, score, reason } = component
    const failed = graderFailure(component) === undefined ? {} : { error: reason ?? 'the grader failed' }
    return { name, asked, pass, score: score ?? null, ...failed }
  })
}
