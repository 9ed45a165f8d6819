import path from 'node:path'
import type { Clock } from '@sluice/client'
import { z } from 'zod'
import { moduleReference } from '../../core/suite/values/module-reference.ts'
import { SluiceError } from '../../errors.ts'
import { RedactorFault, startRedactorThread } from './redactor-thread.ts'

const materialSchema = z.strictObject({ input: z.record(z.string(), z.unknown()), output: z.string() })

/** The texts of a request that may be stored: the variables of the prompt, and the answer. */
export type StorableTexts = z.output<typeof materialSchema>

/** Removes what must not be stored. If it fails, nothing is stored. */
export type Redact = (material: StorableTexts) => Promise<StorableTexts>

export interface Redactors {
  /**
   * The redactor of a module. Without a module all texts are stored unchanged.
   * @throws SluiceError `invalid-input` if the module is outside of the root
   */
  redactorOf(file?: string): Promise<Redact>
  /** Ends the thread of the redactors. */
  close(): Promise<void>
}

export interface RedactorsOptions {
  /** Absolute path. Modules outside of it are refused, since the publisher of a version names the module. */
  root: string
  clock: Clock
  /** How long redacting one text may take, in ms (default 5,000). */
  limitMs?: number
}

const longestMs = 5000

/**
 * Redactors are code of the project that processes texts of end users. They run in a thread of their own, which is ended
 * if a text takes too long. Only that text is lost.
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
  throw new SluiceError('invalid-input', `${file}: a redactor module must be inside ${root}`)
}
