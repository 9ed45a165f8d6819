import { defaultJudge } from '../../core/suite/models/default-judge.ts'
import { type Installation, shellWord, vendorCommands } from '../installation.ts'
import type { GatedPrompt } from './existing-prompt.ts'
import { drafts, tryoutFolder } from './tryout.ts'

/** What was set up, and how it goes on from there. */
export type Start =
  | { kind: 'recorded'; feature: string }
  | { kind: 'model'; feature: string; keys: readonly string[] }
  | { kind: 'target'; feature: string }
  | { kind: 'prompt'; gated: GatedPrompt }
  | { kind: 'workflows'; keys: readonly string[] }

interface Surroundings {
  dir: string
  /** How sluice is called here. */
  command: string
  /** How the project names it. */
  installation: Installation | undefined
}

/**
 * What somebody does next who has just run `sluice init`. Each command has a line of its own, in a form that every
 * shell reads alike: no `&&`, no comment behind it.
 */
export function nextSteps(start: Start, { dir, command, installation }: Surroundings): string {
  const kept = keptSluice(installation)
  const enter = dir === '.' ? '' : `  cd ${folderWord(dir)}\n`
  switch (start.kind) {
    case 'recorded':
      return firstTry(start.feature, enter, command, kept)
    case 'model':
      return `\nNext:\n${enter}${numbered([...start.keys.map(setKey), ...serverStep(start.keys), `${command} gate --all`, ours(start.feature), ...kept, pullRequest, otherJudge])}`
    case 'target':
      return `\nNext:\n${enter}${numbered([`${command} eval ${start.feature}`, `put your application behind app/answer.mjs, or name it under "target" in prompts/${start.feature}.prompt.yml`, `replace the cases in evals/${start.feature}.fast.yaml by your own`, ...kept, pullRequest])}`
    case 'prompt':
      return promptSteps(start.gated, enter, command, kept)
    case 'workflows':
      return `\nNext:\n${numbered([...start.keys.map(secret), ...kept, 'commit, and open a pull request'])}`
  }
}

function firstTry(feature: string, enter: string, command: string, kept: readonly string[]): string {
  const prompt = `prompts/${feature}.prompt.yml`
  const compare = (draft: string) => `${command} compare ${feature} --candidate ${draft} --baseline ${prompt}`
  return `
See it pass, fail and pass, in this order. Every answer is recorded: no key and no network is needed.

${enter}  ${command} gate --all
      PASS: the prompt on the model of today
  ${compare(drafts.newer)}
      FAIL: on a newer model, what the customer wants is lost
  ${compare(drafts.mended)}
      PASS: on the newer model, with one more line in the prompt

Then:
${numbered([
  `set a real model, two lines, since the recordings answer these prompts and cases only: "model" in ${prompt} and "judge" in sluice.yaml, e.g. ${defaultJudge.model}; recordings/ and ${tryoutFolder}/ can go`,
  setKey('ANTHROPIC_API_KEY'),
  ours(feature),
  ...kept,
  pullRequest,
])}`
}

function promptSteps(
  { feature, file, lacks, keys, files }: GatedPrompt,
  enter: string,
  command: string,
  kept: readonly string[],
): string {
  const suite = files.find(({ path }) => path.startsWith('evals/'))?.path
  const lacking =
    lacks.length === 0
      ? ''
      : `\n${file} is as it was. To be gated it needs these lines:\n\n${lacks.map((line) => `  ${line}\n`).join('')}`
  const steps = [
    ...(suite === undefined ? [] : [`write cases in ${suite}`]),
    `${command} check`,
    ...keys.map(setKey),
    `${command} eval ${feature}`,
    ...kept,
    pullRequest,
  ]
  return `${lacking}\nNext:\n${enter}${numbered(steps)}`
}

const pullRequest = 'commit, and open a pull request that changes the prompt'

/** What CI needs, where a clone could not install sluice as the project names it. */
function keptSluice(installation: Installation | undefined): string[] {
  return installation?.isInClone ? [] : [['keep sluice with the project:', ...vendorCommands()].join('\n       ')]
}

const otherJudge =
  'for a judge of another family set "judge" in sluice.yaml: a model is lenient with answers of its own family'

function setKey(key: string): string {
  return `set ${key} in your environment, and add it on GitHub as an Actions secret of that name`
}

function secret(key: string): string {
  return `add ${key} on GitHub as an Actions secret of that name`
}

function serverStep(keys: readonly string[]): string[] {
  return keys.length > 0 ? [] : ['start your model server; its address is in sluice.yaml']
}

function ours(feature: string): string {
  return `replace the prompt in prompts/${feature}.prompt.yml and the cases in evals/${feature}.fast.yaml by your own. Begin with few: 20 cases pass a version that is no worse in about half of the runs, 50 in nine of ten`
}

/** Double quotes are read alike by every shell, where nothing in them means something to one. */
function folderWord(dir: string): string {
  if (/^[\w./\\:-]+$/.test(dir)) return dir
  return /["$`\\!%]/.test(dir) ? shellWord(dir) : `"${dir}"`
}

function numbered(steps: readonly string[]): string {
  return steps.map((step, index) => `  ${index + 1}. ${step}\n`).join('')
}
