import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { SluiceError } from '../errors.ts'
import { rolloutSettingsSchema } from '../suite/rollout-settings.ts'
import type { Host } from './host.ts'

/**
 * The settings of a rollout from a file that holds the keys of a prompt file's `rollout`, as they are written.
 * @throws SluiceError `invalid-input` with every fault
 */
export async function readSettings(file: string, host: Host): Promise<unknown> {
  const fault = (message: string, cause: unknown) => new SluiceError('invalid-input', `${file}: ${message}`, { cause })
  const text = await readFile(path.resolve(host.cwd(), file), 'utf8').catch((cause: Error) => {
    throw fault(`cannot be read: ${cause.message}`, cause)
  })
  const value = parsed(text, (cause) => fault(`not valid YAML: ${cause}`, cause))
  const { error } = rolloutSettingsSchema.safeParse(value)
  if (error) throw fault(error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n  '), error)
  return value
}

function parsed(text: string, fault: (cause: unknown) => SluiceError): unknown {
  try {
    return parse(text)
  } catch (cause) {
    throw fault(cause)
  }
}
