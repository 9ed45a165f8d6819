import path from 'node:path'
import { githubRoot } from '../../../core/github/github-files.ts'
import { suiteFile } from '../../../core/suite/prompt/suites.ts'
import { SluiceError } from '../../../errors.ts'
import type { StoredContent } from '../../../records/content.ts'
import type { VersionRecord } from '../../../records/version.ts'
import { editedSuite } from '../../incident/add-cases.ts'
import { failureOf } from '../../incident/failure.ts'
import { redactFailures } from '../../incident/gather-failures.ts'
import type { Redact, RedactTexts } from '../../live/redact.ts'
import type { PlannedRevert } from './plan-revert.ts'

export interface CaseRedactors {
  redactorOf: (file?: string) => Promise<Redact>
  redactTextsOf: (file?: string) => Promise<RedactTexts>
}

/** The suite with the incident's cases, or why there are none, in words that quote nobody. */
export type RevertCases = { suite: string; text: string; ids: string[] } | { none: string }

/**
 * Makes golden cases of the worst stored answers, after they passed the redactor of the prompt file in the repository,
 * or else of their version, once more.
 * @throws whatever is no fault of the project's files or of the redactor
 */
export async function revertCases(
  worst: readonly StoredContent[],
  { files, config, prompt, throwFault }: PlannedRevert,
  { version, redactors }: { version: VersionRecord; redactors: CaseRedactors },
): Promise<RevertCases> {
  const goodFrom = { ...config.gate, ...prompt.gate }.caseThreshold
  const failed = worst.filter(({ score }) => score !== null && score < goodFrom).map(failureOf)
  if (failed.length === 0) return { none: 'no stored answer of it was judged as a failure' }
  try {
    const redact = prompt.live.redact ? path.posix.relative(githubRoot, prompt.live.redact) : version.live.redact
    const { redactorOf, redactTextsOf } = redactors
    const failures = await redactFailures(failed, await redactorOf(redact), await redactTextsOf(redact))
    const suite = suiteFile(prompt, undefined)
    const place = { files, config, suite, prompts: [prompt], feature: prompt.feature }
    const { choices, edited } = await editedSuite(failures, { ...place, decisions: {}, keepSimilar: false })
    const ids = choices.flatMap((choice) => ('added' in choice ? [choice.added.id] : []))
    if (edited === null) return { none: 'the suite has cases like them already' }
    return { suite, text: edited.text, ids }
  } catch (error) {
    throwFault()
    // Its message may quote what users wrote.
    if (error instanceof SluiceError) return { none: 'they could not be redacted, or not be added to the suite' }
    throw error
  }
}
