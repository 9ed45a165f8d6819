import path from 'node:path'
import type { Clock } from '@sluice/client'
import { z } from 'zod'
import { moduleReference } from '../../core/suite/values/module-reference.ts'
import { SluiceError } from '../../errors.ts'
import { RedactorFault, startRedactorThread } from './redactor-thread.ts'

const materialSchema = z.strictObject({ input: z.record(z.string(), z.unknown()), output: z.string() })

const outputsSchema = z.array(z.string())

/** The texts of a request that may be stored: the variables of the prompt, and the answer. */
export type StorableTexts = z.output<typeof materialSchema>

/** Removes what must not be stored. If it fails, nothing is stored. */
export type Redact = (material: StorableTexts) => Promise<StorableTexts>

/** Each of the texts as it may be stored, redacted as an output beside this input. */
export type RedactTexts = (texts: readonly string[], input: Record<string, unknown>) => Promise<string[]>

export interface Redactors {
  /**
   * The redactor of a module. Without a module all texts are stored unchanged.
   * @throws SluiceError `invalid-input` if the module is outside of the root
   */
  redactorOf(file?: string): Promise<Redact>
  /** The same module for further texts of a request, all of them in one call. @throws like `redactorOf` */
  redactTextsOf(file?: string): Promise<RedactTexts>
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
 * Redactors are code of the project that processes texts of end users. They run in a thread of their own, which is
 * ended if a text takes too long. Only that text is lost.
 */
export function createRedactors({ root, clock, limitMs = longestMs }: RedactorsOptions): Redactors {
  const thread = startRedactorThread({ clock, limitMs })
  function jobOf(reference: string) {
    const { file, exportName } = moduleReference(reference)
    return { reference, file: withinRoot(root, file), exportName }
  }

  return {
    async redactorOf(reference) {
      if (reference === undefined) return async (material) => material
      const job = jobOf(reference)
      return async (material) => {
        const redacted = materialSchema.safeParse(await thread.run({ ...job, material }))
        if (!redacted.success) throw new RedactorFault('returned-something-else', reference)
        return redacted.data
      }
    },
    async redactTextsOf(reference) {
      if (reference === undefined) return async (texts) => [...texts]
      const job = jobOf(reference)
      return async (texts, input) => {
        const redacted = outputsSchema.safeParse(await thread.run({ ...job, material: { input }, outputs: texts }))
        if (!redacted.success || redacted.data.length !== texts.length)
          throw new RedactorFault('returned-something-else', reference)
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
