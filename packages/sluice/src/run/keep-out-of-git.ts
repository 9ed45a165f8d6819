import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** What is stored in the folder is this machine's: paid answers, and whatever text the cases or the users' requests hold. */
export function keepOutOfGit(folder: string): void {
  const file = path.join(folder, '.gitignore')
  if (!existsSync(file)) writeFileSync(file, '*\n')
}
