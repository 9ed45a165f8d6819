import path from 'node:path'
import { openGit } from '../gate/git/git.ts'
import { modelsFor } from '../gate/init/models.ts'
import { featureName, newProject } from '../gate/init/new-project.ts'
import { nextSteps } from '../gate/init/next-steps.ts'
import { writeProject } from '../gate/init/write-project.ts'
import { installationIn } from '../gate/installation.ts'
import { readFlags, set, text } from './flags.ts'
import type { Host } from './host.ts'

const initFlags = {
  feature: text,
  provider: text.optional(),
  model: text.optional(),
  force: set.optional(),
  /** Accepted for scripts; nothing is ever asked. */
  yes: set.optional(),
}

/** `sluice init [dir]`: writes a working project and says what comes next. Asks nothing. */
export async function init(dir: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const { feature, provider, model, force = false } = readFlags('init', initFlags, given)
  const models = modelsFor({ provider, model })
  const name = featureName(feature)
  const files = await newProject({ feature: name, models })
  const folder = path.resolve(host.cwd(), dir)
  const written = await writeProject(folder, files, { force })
  host.stderr.write(`Written to ${folder}:\n${written.map((file) => `  ${file}\n`).join('')}`)
  if (name !== feature)
    host.stderr.write(`\nThe feature is called ${name}: a name has letters, digits, "-", "_" and "." only.\n`)
  const prefix = (await openGit(folder, host.env))?.prefix ?? ''
  if (prefix !== '') {
    host.stderr.write(
      `\nGitHub reads .github/ at the root of the repository only: move it there, and set working-directory: ${prefix.slice(0, -1)}\n`,
    )
  }
  const steps = nextSteps({
    dir,
    feature: name,
    files,
    isRecorded: models.model.startsWith('recorded:'),
    key: models.keyVariable,
    // npm sets this variable for npx. Whoever uses npx has no sluice in the PATH.
    command: host.env.npm_command === 'exec' ? 'npx sluice' : 'sluice',
    installation: installationIn(folder),
  })
  host.stdout.write(steps)
  return 0
}
