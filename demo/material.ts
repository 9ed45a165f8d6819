import { z } from 'zod'
import { InvalidFilesError } from '../packages/sluice/src/core/suite/diagnostics/diagnostic.ts'
import { validate } from '../packages/sluice/src/core/suite/diagnostics/validate.ts'
import type { ProjectFiles } from '../packages/sluice/src/core/suite/project-files.ts'
import { loadYaml } from '../packages/sluice/src/core/suite/yaml/load-yaml.ts'

/** The versions that were written for every golden e-mail. */
type WrittenName = 'old' | 'upgraded' | 'fixed'

const missedSchema = z.strictObject({
  quote: z.string().min(1),
  why: z.string().min(1),
  /** The repeats in which the answer is no; all of them when absent. */
  repeats: z.array(z.int().min(1)).exactOptional(),
})

/** What was written about one e-mail in one version: the summary, and where the judge says no. */
export interface Written {
  output: string
  /** Rubric id -> the quote on which a yes rests; by default a passage is picked from the output. */
  yes: Record<string, string>
  no: Record<string, z.output<typeof missedSchema>>
}

export const writtenSchema = z.union([
  z.string().transform((output): Written => ({ output, yes: {}, no: {} })),
  z.strictObject({
    output: z.string(),
    yes: z.record(z.string(), z.string()).default({}),
    no: z.record(z.string(), missedSchema).default({}),
  }),
])

const materialSchema = z.record(
  z.string(),
  z.strictObject({ old: writtenSchema, upgraded: writtenSchema, fixed: writtenSchema }),
)

/** All material, by case id. @throws InvalidFilesError */
export async function readMaterial(files: ProjectFiles): Promise<Map<string, Record<WrittenName, Written>>> {
  const material = new Map<string, Record<WrittenName, Written>>()
  for (const path of await files.list('*.yaml')) {
    const { source, diagnostics } = await loadYaml(files, path)
    const checked = source ? validate(materialSchema, source) : { diagnostics: [] }
    const faults = [...diagnostics, ...checked.diagnostics]
    if (faults.length > 0) throw new InvalidFilesError(faults)
    for (const [id, written] of Object.entries(checked.data ?? {})) {
      if (material.has(id)) throw new Error(`${path}: "${id}" is written twice`)
      material.set(id, written)
    }
  }
  return material
}

/**
 * The wording of one repeat. `{a|b|c}` stands for one of its options: the first in repeat 1, the second in repeat 2.
 * The groups of a text move together for as many repeats as the first has options, and then out of step.
 */
export function wordingOf(text: string, repeat: number): string {
  const turn = repeat - 1
  let group = 0
  return text
    .replace(/\{([^{}]*)\}/g, (_, listed: string) => {
      const options = listed.split('|')
      const position = turn + group * Math.floor(turn / options.length)
      group += 1
      return options[position % options.length] ?? ''
    })
    .trim()
}
