import { writeFile } from 'node:fs/promises'
import { SluiceError } from '../../errors.ts'

/** Writes the file that a flag names. @throws SluiceError `cannot-run` where it cannot be written */
export async function writeOutput(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: Error) => {
    throw new SluiceError('cannot-run', `${file}: cannot be written: ${cause.message}`, { cause })
  })
}
