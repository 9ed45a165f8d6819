import path from 'node:path'
import { openGit } from '../gate/git/git.ts'
import { modelsFor } from '../gate/init/models.ts'
import { featureName, type NewFile, newProject } from '../gate/init/new-project.ts'
import { writeProject } from '../gate/init/write-project.ts'
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
    files,
    isRecorded: models.model.startsWith('recorded:'),
    key: models.keyVariable,
    // npx says that it is at work, and who came by it has no sluice in the PATH.
    command: host.env.npm_command === 'exec' ? 'npx sluice' : 'sluice',
  })
  host.stdout.write(`\nNext:\n${steps.map((step, index) => `  ${index + 1}. ${step}\n`).join('')}`)
  return 0
}

interface Situation {
  dir: string
  files: readonly NewFile[]
  isRecorded: boolean
  key: string | undefined
  /** How sluice is called here. */
  command: string
}

/** Five lines. */
function nextSteps({ dir, files, isRecorded, key, command }: Situation): string[] {
  const prompt = files.find((file) => file.path.startsWith('prompts/'))?.path ?? 'prompts/'
  const cases = files.find((file) => file.path.endsWith('.fast.yaml'))?.path ?? 'evals/'
  const enter =
    dir === '.' ? '' : `cd ${/^[\w./-]+$/.test(dir) ? dir : `'${dir.replaceAll("'", String.raw`'\''`)}'`} && `
  const first = `${enter}${command} check && ${command} gate --all`
  const ours = `replace the prompt in ${prompt} and the cases in ${cases} by your own, short ones first: 20 cases prove a version that is no worse in about half of the runs, 50 in nine of ten`
  const commit =
    'add sluice to devDependencies (docs/github.md has the commands), commit, and open a pull request that changes the prompt'
  if (isRecorded) {
    return [
      `${first}   # passes on recorded answers: no key, no network`,
      `the recorded answers fit these files as they are: before you change the prompt or a case, set a real "model" in ${prompt} and "judge" in sluice.yaml, e.g. anthropic:claude-haiku-4-5-20251001`,
      'export ANTHROPIC_API_KEY=… here, and add it on GitHub as an Actions secret of that name',
      ours,
      commit,
    ]
  }
  return [
    key
      ? `export ${key}=…   # and add it on GitHub as an Actions secret of that name`
      : 'start your model server; its address is in sluice.yaml',
    first,
    ours,
    commit,
    'for a judge of another family set "judge" in sluice.yaml: a model is lenient with its own kind',
  ]
}
