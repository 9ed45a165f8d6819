import { type FidelityRow, type Translated, translated } from './fidelity.ts'
import { answerReaderOf, importerOf, requireColumns } from './formats.ts'
import { type ImportPlace, openSource } from './import-source.ts'
import type { OldAnswer } from './old-answer.ts'
import { type PlannedFeature, planProject } from './plan-project.ts'
import { type Verification, verifyAnswers } from './verify.ts'
import { type AcceptedProject, checkPlan, writeFiles } from './write-suite.ts'

export interface ImportOptions extends ImportPlace {
  format: string
  /** The folder of the new project, absolute. */
  out: string
  /** The name of the feature; with several, the beginning of their names. */
  name?: string | undefined
  /** The model of prompts for which the file names none. */
  model: string
  /** Everything but the writing. */
  dryRun: boolean
  /** Results of the tool, whose kept answers are scored anew. */
  verify?: string | undefined
}

/** What was imported, and what became of each part of it. */
export interface ImportedProject {
  features: PlannedFeature[]
  rows: FidelityRow[]
  translated: Translated
  project: AcceptedProject
  verification?: Verification
}

/**
 * Reads a file of another tool and writes it as a project, once the project's own loader has accepted all of it.
 * @throws SluiceError `invalid-input` for faults of the file and for files that exist
 */
export async function importFile(options: ImportOptions): Promise<ImportedProject> {
  const { format, out, name, model, dryRun, verify } = options
  if ((options.columns?.size ?? 0) > 0) requireColumns(format)
  const answers = verify === undefined ? undefined : await keptAnswers(options, verify)
  const importer = await importerOf(format)
  const imported = await importer(await openSource(options))
  const named = name === undefined ? imported : { ...imported, features: withName(imported.features, name) }
  const plan = planProject(named, { model })
  const project = await checkPlan(plan, out)
  if (!dryRun) await writeFiles(project)
  const result = { features: plan.features, rows: plan.rows, translated: translated(plan.rows), project }
  if (answers === undefined) return result
  return { ...result, verification: await verifyAnswers(plan.features, answers, { root: out, isWritten: !dryRun }) }
}

/** Read before anything is written, so that a faulty file leaves nothing behind. */
async function keptAnswers({ format, cwd }: ImportOptions, verify: string): Promise<OldAnswer[]> {
  const read = await answerReaderOf(format)
  return read(await openSource({ file: verify, cwd }))
}

function withName<Feature extends { name: string }>(features: readonly Feature[], name: string): Feature[] {
  return features.map((feature, index) => ({ ...feature, name: index === 0 ? name : `${name}-${index + 1}` }))
}
