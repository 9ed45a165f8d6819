import { type Installation, shellWord, vendorCommand } from '../installation.ts'
import { drafts, tryoutFolder } from './tryout.ts'
import type { NewFile } from './write-project.ts'

/** What the next steps depend on. */
interface Situation {
  dir: string
  feature: string
  files: readonly NewFile[]
  isRecorded: boolean
  key: string | undefined
  /** How sluice is called here. */
  command: string
  /** How the project names it. */
  installation: Installation | undefined
}

/** What somebody does next who has just run `sluice init`. */
export function nextSteps(situation: Situation): string {
  return situation.isRecorded ? firstTry(situation) : firstRun(situation)
}

/** One command a line, in forms that every shell reads alike: no `&&`, no quotes, no comment behind a command. */
function firstTry({ dir, feature, files, command, installation }: Situation): string {
  const prompt = promptOf(files)
  const compare = (draft: string) => `${command} compare ${feature} --candidate ${draft} --baseline ${prompt}`
  return `
See it pass, fail and pass, in this order; every answer is recorded, so that no key and no network is needed:

${enter(dir)}  ${command} gate --all
      PASS: the prompt on the model of today
  ${compare(drafts.newer)}
      FAIL: on a newer model, what the customer wants is lost
  ${compare(drafts.mended)}
      PASS: on the newer model, with one more line in the prompt

Then:
${numbered([
  `set a real model, two lines, since the recordings answer these prompts and cases only: "model" in ${prompt} and "judge" in sluice.yaml, e.g. anthropic:claude-haiku-4-5-20251001; recordings/ and ${tryoutFolder}/ can go`,
  'export ANTHROPIC_API_KEY=… here, and add it on GitHub as an Actions secret of that name',
  ours(files),
  commit(installation),
])}`
}

function firstRun({ dir, files, key, command, installation }: Situation): string {
  return `
Next:
${enter(dir)}${numbered([
  key
    ? `export ${key}=…   # and add it on GitHub as an Actions secret of that name`
    : 'start your model server; its address is in sluice.yaml',
  `${command} gate --all`,
  ours(files),
  commit(installation),
  'for a judge of another family set "judge" in sluice.yaml: a model is lenient with answers of its own family',
])}`
}

function commit(installation: Installation | undefined): string {
  return `${installation?.isInClone ? '' : `keep sluice with the project: ${vendorCommand()}; `}commit, and open a pull request that changes the prompt`
}

function ours(files: readonly NewFile[]): string {
  const cases = files.find((file) => file.path.endsWith('.fast.yaml'))?.path ?? 'evals/'
  return `replace the prompt in ${promptOf(files)} and the cases in ${cases} by your own. Begin with few: 20 cases pass a version that is no worse in about half of the runs, 50 in nine of ten`
}

function promptOf(files: readonly NewFile[]): string {
  return files.find((file) => file.path.startsWith('prompts/'))?.path ?? 'prompts/'
}

function enter(dir: string): string {
  return dir === '.' ? '' : `  cd ${shellWord(dir)}\n`
}

function numbered(steps: readonly string[]): string {
  return steps.map((step, index) => `  ${index + 1}. ${step}\n`).join('')
}
