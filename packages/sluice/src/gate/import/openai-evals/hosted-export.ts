import { isObject } from '../../../json.ts'
import { type Data, listOf } from '../file-data.ts'

/** One eval of the hosted product with what an export has of its rows and runs. */
export interface HostedExport {
  spec: Data
  rows: unknown[]
  runs: HostedRun[]
}

interface HostedRun {
  run: Data
  items: Data[]
  /** Whether the API said that there are more items. */
  hasMore: boolean
}

/** The evals that a file holds: one or several exports, or evals as the API gives them. Undefined for anything else. */
export function hostedExports(data: unknown): HostedExport[] | undefined {
  const list = Array.isArray(data)
    ? data
    : isObject(data) && Array.isArray(data.data) && data.data.some(isEval)
      ? data.data
      : [data]
  const found = list.flatMap((each: unknown): HostedExport[] => {
    if (!isObject(each)) return []
    const spec = isObject(each.eval) ? each.eval : each
    if (!isEval(spec)) return []
    return [{ spec, rows: listOf(each.rows), runs: listOf(each.runs).map(runOf) }]
  })
  return found.length === 0 || found.length < list.length ? undefined : found
}

function isEval(value: unknown): boolean {
  return isObject(value) && Array.isArray(value.testing_criteria)
}

function runOf(given: unknown): HostedExport['runs'][number] {
  const whole = isObject(given) ? given : {}
  const run = isObject(whole.run) ? whole.run : whole
  const { output_items: output } = whole
  const items = isObject(output) ? output.data : output
  return { run, items: listOf(items).filter(isObject), hasMore: isObject(output) && output.has_more === true }
}

/** A row is `{item}`, or the item itself. */
export function itemOf(given: unknown): Data | undefined {
  if (!isObject(given)) return undefined
  return isObject(given.item) ? given.item : given
}
