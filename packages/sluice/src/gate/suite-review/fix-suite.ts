import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Case } from '../../core/suite/cases/case.ts'
import { suiteKind } from '../../core/suite/cases/read-suite.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { SuiteFix } from '../../records/report/suite-review.ts'
import { replaceFile } from '../../replace-file.ts'
import { labelDates } from './age.ts'
import { exactDuplicates } from './duplicates.ts'
import { type ReviewedSuite, reviewedSuites } from './reviewed-suite.ts'
import { type CaseEdit, jsonLinesEditor, type LineEdit, type SuiteEditor } from './suite-editor.ts'
import { undeclaredClusters } from './undeclared-clusters.ts'
import { yamlEditor } from './yaml-editor.ts'

/** What `--fix` makes of a file. */
export interface FixedSuite {
  text: string
  changes: SuiteFix[]
  /** What it left alone, and why. */
  left: { line: number; why: string }[]
}

/** What can be mended without a decision: exact duplicates go, and clusters that nobody declared are declared. */
function editsOf({ cases }: Pick<ReviewedSuite, 'cases'>, labelled: ReadonlySet<string>): CaseEdit[] {
  const removed = new Set(exactDuplicates(cases).map(({ again }) => again))
  const positions = new Map(cases.map((one, position) => [one, position]))
  const at = (one: Case) => ({ case: one, position: positions.get(one) ?? 0 })
  const removals = [...removed].filter(({ id }) => !labelled.has(id))
  const kept = cases.filter((one) => !removed.has(one))
  const taken = new Set(cases.flatMap(({ cluster }) => cluster ?? []))
  const clusters = undeclaredClusters(kept).flatMap((found): CaseEdit[] => {
    const [first] = found.cases
    if (first === undefined || found.isMost || found.cases.some(({ cluster }) => cluster !== undefined)) return []
    const name = freeName(`like-${first.id}`, taken)
    return found.cases.map((one) => ({ ...at(one), kind: 'cluster', name }))
  })
  return [...removals.map((one): CaseEdit => ({ ...at(one), kind: 'remove' })), ...clusters]
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`
  taken.add(name)
  return name
}

/**
 * Mends the text of a suite, line by line; every other line stays as it is, comments included. Of the cases whose
 * answers are `labelled` none is removed. An edit that would touch more is left out. The result is read again, and must
 * differ by the edits alone.
 */
export function fixSuite(suite: ReviewedSuite, text: string, labelled: ReadonlySet<string>): FixedSuite {
  const edits = editsOf(suite, labelled)
  const editor = editorOf(suite.file, text)
  if (typeof editor === 'string') {
    return { text, changes: [], left: edits.map((edit) => ({ line: edit.case.line, why: editor })) }
  }
  const left: FixedSuite['left'] = []
  const made: { change: CaseEdit; edit: LineEdit }[] = []
  for (const change of edits) {
    const edit = editor.edit(change)
    if (typeof edit === 'string') left.push({ line: change.case.line, why: edit })
    else made.push({ change, edit })
  }
  const lines = text.split('\n')
  const changes = made.map(({ edit: { from, to, lines: added } }): SuiteFix => {
    return { file: suite.file, line: from, removed: lines.slice(from - 1, to), added: [...added] }
  })
  for (const { edit } of [...made].sort((a, b) => b.edit.from - a.edit.from)) {
    lines.splice(edit.from - 1, edit.to - edit.from + 1, ...edit.lines)
  }
  const fixed = lines.join('\n')
  const applied = made.map(({ change }) => change)
  if (editor.holds(fixed, applied)) return { text: fixed, changes, left }
  const why = 'the file would say something else afterwards; change it by hand'
  return { text, changes: [], left: [...left, ...applied.map((change) => ({ line: change.case.line, why }))] }
}

function editorOf(file: string, text: string): SuiteEditor | string {
  if (text.startsWith('\ufeff')) return 'the file begins with a byte order mark'
  const kind = suiteKind(file)
  if (kind === 'jsonLines') return jsonLinesEditor(text)
  return kind === 'yaml' ? yamlEditor(text, file) : 'only YAML and JSON Lines are rewritten; change it by hand'
}

/** What `--fix` has done for one feature. */
export interface AppliedFixes {
  feature: string
  fixed: SuiteFix[]
  left: { file: string; line: number; why: string }[]
}

/** Rewrites the suites of the prompts where something can be mended; a file that several share once. */
export async function applyFixes(prompts: readonly Prompt[], project: LoadedProject): Promise<AppliedFixes[]> {
  const { root } = project.config
  const done = new Set<string>()
  const applied: AppliedFixes[] = []
  for (const prompt of prompts) {
    const own: AppliedFixes = { feature: prompt.feature, fixed: [], left: [] }
    applied.push(own)
    const labelled = new Set((await labelDates(project.files, prompt.feature))?.map((label) => label.case))
    for (const suite of await reviewedSuites(prompt, project)) {
      if (suite.file === prompt.file || done.has(suite.file)) continue
      done.add(suite.file)
      const target = await realpath(path.resolve(root, suite.file))
      const text = await readFile(target, 'utf8')
      const fix = fixSuite(suite, text, labelled)
      own.left.push(...fix.left.map((one) => ({ file: suite.file, ...one })))
      const keep = exactDuplicates(suite.cases).filter(({ again }) => labelled.has(again.id))
      const why = 'people labelled its answers; move the labels to the other case, or remove it by hand'
      own.left.push(...keep.map(({ again }) => ({ file: suite.file, line: again.line, why })))
      own.fixed.push(...fix.changes)
      if (fix.text !== text) await replaceFile(target, async (sink) => sink.write(fix.text))
    }
  }
  return applied
}
