import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Clock } from '@sluice/client'
import { z } from 'zod'
import { SluiceError } from '../errors.ts'
import { moduleReference } from '../suite/resolve-target.ts'

const materialSchema = z.strictObject({ input: z.record(z.string(), z.unknown()), output: z.string() })

/** What of a request may be stored: the variables of the prompt, and the answer. */
export type Material = z.output<typeof materialSchema>

/** Takes out what must not be stored. A failure means that nothing is stored. */
export type Redact = (material: Material) => Promise<Material>

export interface RedactorsOptions {
  /** Absolute: modules are loaded from nowhere else, since who publishes a version names the module. */
  root: string
  clock: Clock
  load?: (file: string) => Promise<Record<string, unknown>>
}

const longestMs = 5000

/** The redactor of a module, each loaded once; without a module everything may be stored as it is. */
export function createRedactors({
  root,
  clock,
  load = loadFile,
}: RedactorsOptions): (file?: string) => Promise<Redact> {
  const loaded = new Map<string, Promise<Redact>>()
  return async (file) => {
    if (file === undefined) return async (material) => material
    const redactor = loaded.get(file) ?? redactorIn(root, file, clock, load)
    loaded.set(file, redactor)
    return redactor
  }
}

async function redactorIn(
  root: string,
  reference: string,
  clock: Clock,
  load: (file: string) => Promise<Record<string, unknown>>,
): Promise<Redact> {
  const { file, exportName } = moduleReference(reference)
  const redact = (await load(withinRoot(root, file)))[exportName]
  if (typeof redact !== 'function')
    throw new SluiceError(
      'invalid-input',
      `${file}: has no ${exportName} export that is a function ({input, output}) => ...`,
    )
  return async (material) =>
    materialSchema.parse(await withinTime(clock, file, async () => redact(structuredClone(material))))
}

function withinRoot(root: string, file: string): string {
  const absolute = path.resolve(root, file)
  if (absolute.startsWith(root + path.sep)) return absolute
  throw new SluiceError('invalid-input', `${file}: a module to redact with must lie within ${root}`)
}

function withinTime(clock: Clock, file: string, work: () => Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new SluiceError('cannot-run', `${file}: did not redact within ${longestMs} ms`))
    const timer = clock.setTimer(late, longestMs)
    work()
      .then(resolve, reject)
      .finally(() => clock.clearTimer(timer))
  })
}

function loadFile(file: string): Promise<Record<string, unknown>> {
  return import(pathToFileURL(file).href)
}
