import { type Installation, shellWord, vendorCommand } from '../installation.ts'
import type { NewFile } from './new-project.ts'

/** What the next steps depend on. */
interface Situation {
  dir: string
  files: readonly NewFile[]
  isRecorded: boolean
  key: string | undefined
  /** How sluice is called here. */
  command: string
  /** How the project names it. */
  installation: Installation | undefined
}

/** What somebody does next who has just run `sluice init`. */
export function nextSteps({ dir, files, isRecorded, key, command, installation }: Situation): string[] {
  const prompt = files.find((file) => file.path.startsWith('prompts/'))?.path ?? 'prompts/'
  const cases = files.find((file) => file.path.endsWith('.fast.yaml'))?.path ?? 'evals/'
  const enter = dir === '.' ? '' : `cd ${shellWord(dir)} && `
  const first = `${enter}${command} check && ${command} gate --all`
  const ours = `replace the prompt in ${prompt} and the cases in ${cases} by your own. Begin with few: 20 cases pass a version that is no worse in about half of the runs, 50 in nine of ten`
  const commit = `${installation?.isInClone ? '' : `keep sluice with the project: ${enter}${vendorCommand()}; `}commit, and open a pull request that changes the prompt`
  if (isRecorded) {
    return [
      `${first}   # passes on recorded answers: no key, no network`,
      `the recorded answers fit only these files: before you change the prompt or a case, set a real "model" in ${prompt} and "judge" in sluice.yaml, e.g. anthropic:claude-haiku-4-5-20251001`,
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
    'for a judge of another family set "judge" in sluice.yaml: a model is lenient with answers of its own family',
  ]
}
