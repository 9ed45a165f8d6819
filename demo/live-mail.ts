import { z } from 'zod'
import { newCaseId } from '../packages/sluice/src/control/incident/propose-case.ts'
import { InvalidFilesError } from '../packages/sluice/src/core/suite/diagnostics/diagnostic.ts'
import { validate } from '../packages/sluice/src/core/suite/diagnostics/validate.ts'
import { diskFiles } from '../packages/sluice/src/core/suite/project-files.ts'
import { loadYaml } from '../packages/sluice/src/core/suite/yaml/load-yaml.ts'
import { writtenSchema } from './material.ts'

const liveMailSchema = z.array(
  z.strictObject({
    voicemail: z.boolean().default(false),
    email: z.string(),
    fixed: writtenSchema,
    tidied: writtenSchema.exactOptional(),
  }),
)

/** An e-mail that the application is sent in production, and the summaries that were written for it. */
export interface LiveMail extends z.output<(typeof liveMailSchema)['element']> {
  /** That of the case which `sluice case add` makes of it. */
  id: string
}

/** The pool that simulated users draw from. @throws InvalidFilesError */
export async function readLiveMail(): Promise<LiveMail[]> {
  const { source, diagnostics } = await loadYaml(diskFiles(import.meta.dirname), 'live-mail.yaml')
  const checked = source ? validate(liveMailSchema, source) : { diagnostics: [] }
  const faults = [...diagnostics, ...checked.diagnostics]
  if (faults.length > 0) throw new InvalidFilesError(faults)
  const ids = new Set<string>()
  return (checked.data ?? []).map((mail) => {
    const id = newCaseId('email-summary', { email: mail.email }, ids)
    ids.add(id)
    return { ...mail, id }
  })
}
