import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SluiceError } from '../errors.ts'

/** Opens a file as a double-click would, without a shell; the program that shows it outlives this one. */
export async function openInBrowser(file: string, env: NodeJS.ProcessEnv, platform = process.platform): Promise<void> {
  const program = { darwin: 'open', win32: 'explorer.exe' }[platform as string] ?? 'xdg-open'
  const child = spawn(program, [file], { env, detached: true, stdio: 'ignore' })
  try {
    await once(child, 'spawn')
  } catch (cause) {
    throw new SluiceError('cannot-run', `${program} cannot be started, so open ${file} yourself`, { cause })
  }
  child.unref()
}
