import { keepHeapSmall, manyCases } from '../../../small-heap.ts'
import { utcDay } from '../../../text/format.ts'
import { type Case, isWithoutAnswer, withDefaults } from '../cases/case.ts'
import { holds, quarantineFaults, quarantineShareText } from '../cases/quarantine.ts'
import { readSuite } from '../cases/read-suite.ts'
import type { Config } from '../config/config.ts'
import { type Diagnostic, InvalidFilesError, inOrder } from '../diagnostics/diagnostic.ts'
import { createFaultLog, type FaultLog } from '../diagnostics/fault-log.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import type { ProjectFiles } from '../project-files.ts'
import { caseFaults } from '../prompt/case-faults.ts'
import type { Prompt } from '../prompt/prompt.ts'
import { createVariableLog } from '../prompt/variable-faults.ts'
import { unreadable } from '../yaml/load-yaml.ts'

/** What a whole suite holds, and everything that is wrong with it. */
export interface CheckedCases {
  count: number
  /** Tag -> number of cases. */
  tags: Map<string, number>
  /** Cases that pull requests do not ask. */
  heldOut: number
  /** Cases with checks, a rubric or an expectation of their own. */
  specific: number
  diagnostics: Diagnostic[]
}

export interface CheckCasesOptions {
  root: string
  /** Checks the cases against this prompt as well: its variables, and whether anything scores them. */
  prompt?: Prompt
  config?: Pick<Config, 'providers' | 'embedding'>
}

/**
 * Reads a suite to its end and reports every fault: those of `readCases`, ids that are taken, an empty or untagged
 * suite, and what does not fit the prompt. Never throws for what a file contains.
 */
export async function checkCases(
  files: ProjectFiles,
  path: string,
  { root, prompt, config = { providers: {} } }: CheckCasesOptions,
): Promise<CheckedCases> {
  const file = files.describe(path)
  const today = utcDay(Date.now())
  const log = createFaultLog()
  const lines = new Map<string, number>()
  const tags = new Map<string, number>()
  const variables = prompt && createVariableLog(prompt)
  let specific = 0
  let quarantined = 0
  let heldOut = 0

  const accept = (item: Case, source: Source) => {
    const earlier = lines.get(item.id)
    if (earlier !== undefined) {
      log.add(located(source, ['id'], `"${item.id}" is already the id of the case at ${file}:${earlier}`))
    }
    lines.set(item.id, earlier ?? item.line)
    if (lines.size === manyCases) keepHeapSmall()
    for (const tag of new Set(item.tags)) tags.set(tag, (tags.get(tag) ?? 0) + 1)
    if (hasOwnScorers(item) || isWithoutAnswer(item.expect)) specific++
    if (item.holdout) heldOut++
    if (item.quarantine && holds(item.quarantine, today)) quarantined++
    for (const fault of quarantineFaults(item, prompt, source, today)) log.add(fault)
    if (prompt === undefined) return
    const asked = withDefaults(item, prompt.defaults)
    for (const fault of caseFaults(prompt, asked, source, config)) log.add(fault)
    variables?.add(asked, source)
  }

  const rows = await readAll(files, path, { root, log, accept })
  if (rows === 0) log.add(wholeFile(file, 'holds no cases; add some, e.g. - {id: first, vars: {...}}'))
  else if (lines.size > 0 && tags.size === 0) log.add(wholeFile(file, untagged, 'warning'))
  const share = quarantineShareText(quarantined, lines.size)
  if (share !== undefined) log.add(wholeFile(file, share, 'warning'))
  const faults = [...log.all(), ...((await variables?.diagnostics(files)) ?? [])]
  return { count: lines.size, tags, heldOut, specific, diagnostics: inOrder(faults) }
}

function hasOwnScorers({ checks, rubric, turns = [] }: Case): boolean {
  return [{ checks, rubric }, ...turns].some((part) => part.checks.length + part.rubric.length > 0)
}

const untagged =
  'no case has tags; without them a drop on one kind of input hides in the mean. Add e.g. tags: [core], tags: [edge]'

function wholeFile(file: string, message: string, severity: Diagnostic['severity'] = 'error'): Diagnostic {
  return { severity, file, line: 1, column: 1, path: '', message }
}

interface Reader {
  root: string
  log: FaultLog
  accept(item: Case, source: Source): void
}

/** Goes through all rows, valid or not, and returns how many there were. */
async function readAll(files: ProjectFiles, path: string, { root, log, accept }: Reader): Promise<number> {
  let count = 0
  try {
    for await (const rows of readSuite(files, path, { root })) {
      for (const { data, source, diagnostics } of rows) {
        count++
        for (const diagnostic of diagnostics) log.add(diagnostic)
        if (data !== undefined && source !== undefined) accept(data, source)
      }
    }
    return count
  } catch (error) {
    const faults = error instanceof InvalidFilesError ? error.diagnostics : [unreadable(files.describe(path), error)]
    for (const fault of faults) log.add(fault)
    return count + 1
  }
}
