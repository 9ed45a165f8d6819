import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { labelFilesOf, outputHash } from '../../packages/sluice/src/gate/labels/label-files.ts'
import { labelledOutputSchema, labelSchema } from '../../packages/sluice/src/records/label.ts'
import type { Stage } from '../stage.ts'

const ids = z.array(z.string()).default([])
const writtenLabelsSchema = z.array(
  z.strictObject({ by: z.string(), item: z.string(), of: z.enum(['old', 'upgraded']), yes: ids, no: ids }),
)
const labelsSchema = z.strictObject({
  first: writtenLabelsSchema,
  later: writtenLabelsSchema,
  question: writtenLabelsSchema,
})

/** When all of it was written. */
const at = '2026-11-26T09:00:00.000Z'

/** Adds labels of the demo to the project, each about the first recorded summary. Returns how many. */
export function addLabels(stage: Stage, batch: keyof z.output<typeof labelsSchema>): number {
  const text = readFileSync(path.join(import.meta.dirname, 'labels.yaml'), 'utf8')
  const files = labelFilesOf('email-summary')
  const [labels, outputs]: [string[], string[]] = [[], []]
  for (const { by, item, of, yes, no } of labelsSchema.parse(parse(text))[batch]) {
    const summaries = summariesOf(stage, of)
    for (const [verdict, cases] of Object.entries({ yes, no })) {
      for (const id of cases) {
        const summary = summaries.get(id)
        if (summary === undefined) throw new Error(`labels.yaml: no summary "${of}" of "${id}" is recorded`)
        const output = outputHash(summary)
        const about = { case: id, output, version: null }
        const label = { ...about, item, verdict, labeller: by, kind: 'human', probability: null, at, sawJudge: false }
        labels.push(JSON.stringify(labelSchema.parse(label)))
        const shown = { ...about, text: summary, repeat: 1, candidate: of === 'upgraded' }
        outputs.push(JSON.stringify(labelledOutputSchema.parse(shown)))
      }
    }
  }
  const add = (lines: string[]) => (before: string) => `${before}${lines.join('\n')}\n`
  stage.edit(files.labels, add(labels), `Add ${labels.length} labels`)
  const known = new Set(stage.has(files.outputs) ? stage.readText(files.outputs).split('\n') : [])
  stage.edit(files.outputs, add([...new Set(outputs)].filter((line) => !known.has(line))), 'Add what was labelled')
  return labels.length
}

function summariesOf(stage: Stage, version: string): Map<string, string> {
  const lines = stage.readText(`recordings/${version}.jsonl`).trim().split('\n')
  const recorded = lines.map((line) => JSON.parse(line) as { case: string; repeat: number; output: string })
  return new Map(recorded.filter(({ repeat }) => repeat === 1).map((one) => [one.case, one.output]))
}
