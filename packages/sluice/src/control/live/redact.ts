import path from 'node:path'
import type { Clock } from '@sluice/client'
import { z } from 'zod'
import { moduleReference } from '../../core/suite/values/module-reference.ts'
import { SluiceError } from '../../errors.ts'
import { RedactorFault, startRedactorThread } from './redactor-thread.ts'

const materialSchema = z.strictObject({ input: z.record(z.string(), z.unknown()), output: z.string() })

/** What of a request may be stored: the variables of the prompt, and the answer. */
export type StorableTexts = z.output<typeof materialSchema>

/** Takes out what must not be stored. A failure means that nothing is stored. */
export type Redact = (material: StorableTexts) => Promise<StorableTexts>

export interface Redactors {
  /** The redactor of a module; without one everything may be stored as it is. @throws SluiceError for a module elsewhere */
  redactorOf(file?: string): Promise<Redact>
  /** Ends their thread. */
  close(): Promise<void>
}

export interface RedactorsOptions {
  /** Absolute: modules are loaded from nowhere else, since who publishes a version names the module. */
  root: string
  clock: Clock
  /** What redacting one text may take, in ms (default 5000). */
  limitMs?: number
}

const longestMs = 5000

/**
 * Redactors are code of the project that runs over what end users write: all of them in one thread of their own, which is
 * ended where a text takes too long. That text alone is lost.
 */
export function createRedactors({ root, clock, limitMs = longestMs }: RedactorsOptions): Redactors {
  const thread = startRedactorThread({ clock, limitMs })
  return {
    async redactorOf(reference) {
      if (reference === undefined) return async (material) => material
      const { file, exportName } = moduleReference(reference)
      const job = { reference, file: withinRoot(root, file), exportName }
      return async (material) => {
        const redacted = materialSchema.safeParse(await thread.run({ ...job, material }))
        if (!redacted.success) throw new RedactorFault('returned-something-else', reference)
        return redacted.data
      }
    },
    close: () => thread.close(),
  }
}

function withinRoot(root: string, file: string): string {
  const absolute = path.resolve(root, file)
  if (absolute.startsWith(root + path.sep)) return absolute
  throw new SluiceError('invalid-input', `${file}: a module to redact with must lie within ${root}`)
}
