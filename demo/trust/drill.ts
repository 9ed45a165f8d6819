import { type DrillReport, drillReportSchema } from '../../packages/sluice/src/records/report/drill-report.ts'
import { showCommand } from '../command.ts'
import { expect } from '../gate.ts'
import type { Stage } from '../stage.ts'
import { bad, detail, heading, oneLine, paragraph, percent, say, showChange } from '../tell.ts'
import { calibrated } from './calibration.ts'
import { addLabels } from './labels.ts'

const feature = 'email-summary'
/** The cases that are drilled; labels may be about others too. */
export const suite = 'drilled'
export const promptFile = 'prompts/email-summary.prompt.yml'

/** How much is drilled and simulated. */
export interface TrustSize {
  /** Mutants of each mutator and strength. */
  mutants: number
  /** Mutators; all of them unless given. */
  only?: string
  /** Runs of the gate for each size of drop. */
  runs: number
  /** One golden e-mail in so many is taken, beside those that are not in English. */
  oneIn: number
}

/** Finds what the shape tests, the judge and the cases do not see. */
export async function tellTheDrill(stage: Stage, size: TrustSize): Promise<DrillReport> {
  heading('2  Would the gate notice?')
  say(
    paragraph(
      'A drill makes good summaries worse and lets the gate judge them. What the three shape tests stop alone:',
    ),
  )
  const alone = await drilled(stage, size, '--without-judge')
  say(paragraph(`What they do not see at all: ${blindOf(alone).join(', ')}.`))
  expect(blindOf(alone).length > 0, 'the shape tests have no blind spot')
  say(paragraph('With the questions to the judge:'))
  const whole = await drilled(stage, size)
  showSurvivors(whole)
  expect(
    survivorsOf(whole).some(({ mutator }) => mutator === 'language'),
    'the drill does not find the blind spot',
  )
  say(paragraph('And with each sentence of the prompt left out in turn:'))
  const lines = await withoutEachSentence(stage)
  expect(lines.some(isAboutEnglish), 'some case notices that the prompt no longer asks for English')
  return whole
}

/** Mutators of which nothing was killed, at medium strength. */
function blindOf({ rates }: DrillReport): string[] {
  return rates.flatMap(({ mutator, strength, killed }) =>
    mutator !== null && strength === 'medium' && killed === 0 ? [mutator] : [],
  )
}

/** What medium mutants survive because nothing asks for it, or because the judge does not see it. */
function survivorsOf({ survivors }: DrillReport): DrillReport['survivors'] {
  return survivors.filter(({ why, strengths }) => why !== 'too-few' && strengths.includes('medium'))
}

async function drilled(stage: Stage, { mutants, only }: TrustSize, ...more: string[]): Promise<DrillReport> {
  const chosen = only ? ['--only', only] : []
  const flags = ['--suite', suite, '--strength', 'medium', '--mutants', String(mutants), ...chosen, ...more]
  const { exitCode, stdout, stderr } = await stage.sluice('drill', feature, ...flags, '--json')
  expect(stdout.startsWith('{'), `sluice drill exits ${exitCode}: ${stderr}`)
  const report = drillReportSchema.parse(JSON.parse(stdout))
  showCommand(['drill', ...more].join(' '), exitCode, '')
  for (const { mutator, strength, killed, mutants: all, rate, low, high } of report.rates) {
    const print = mutator === null ? say : detail
    const share = rate === null ? 'no rate' : `${percent(rate)}, 95 % interval ${percent(low)} to ${percent(high)}`
    print(`     ${(mutator ?? 'all').padEnd(14)}${strength.padEnd(8)}${killed} of ${all} killed: ${share}`)
  }
  return report
}

/** The share of the medium mutants that were killed, with its interval. */
export function rateOf({ rates }: DrillReport): string {
  const all = rates.find(({ mutator, strength }) => mutator === null && strength === 'medium')
  return `${percent(all?.rate ?? null)} (${percent(all?.low ?? null)} to ${percent(all?.high ?? null)})`
}

function showSurvivors(report: DrillReport): void {
  for (const { mutator, text, example } of survivorsOf(report)) {
    say(oneLine(`   ${bad('✗')} ${mutator}: ${text}`))
    if (example) detail(`     - ${example.before}`, `     + ${example.after}`)
  }
}

/** Drills each sentence of the prompt, and returns those that no case notices. */
async function withoutEachSentence(stage: Stage): Promise<DrillReport['unnoticed']> {
  const { exitCode, stdout, stderr } = await stage.sluice(
    'drill',
    feature,
    '--only',
    'drop-instruction',
    '--suite',
    suite,
    '--repeats',
    '6',
    '--mutants',
    '1',
    '--json',
  )
  expect(stdout.startsWith('{'), `sluice drill exits ${exitCode}: ${stderr}`)
  const { versions, unnoticed } = drillReportSchema.parse(JSON.parse(stdout))
  const killed = versions.filter(({ outcome }) => outcome === 'killed').length
  const noticed = `${killed} of ${versions.length} killed; no case notices ${unnoticed.length}:`
  showCommand('drill --only drop-instruction', exitCode, noticed)
  for (const { file, line, text } of unnoticed) say(oneLine(`   ${bad('✗')} ${file}:${line}  ${text}`))
  return unnoticed
}

const isAboutEnglish = ({ text }: DrillReport['unnoticed'][number]) => text.startsWith('Write English')

/** What the drill proposes is pasted into the prompt's file; the same drill again. */
export async function tellTheMending(stage: Stage, size: TrustSize, first: DrillReport): Promise<DrillReport> {
  heading('3  What the drill proposes is added')
  const proposals = survivorsOf(first).flatMap(({ proposals: [best] }) => (best ? [best] : []))
  for (const { yaml, tried } of proposals) {
    const patch = stage.edit(promptFile, (text) => pasted(text, yaml), 'Add what the drill proposes')
    showChange(patch)
    if (tried)
      say(
        paragraph(
          `It was tried: it passes on ${tried.passesBefore} of ${tried.before} summaries as they are, and fails on ${tried.failsAfter} of ${tried.after} changed ones.`,
        ),
      )
  }
  say(paragraph('The same drill, with the same seed:'))
  const second = await drilled(stage, size)
  expect(killedOf(second) > killedOf(first), 'the drill does not kill more than before')
  const lines = await withoutEachSentence(stage)
  expect(!lines.some(isAboutEnglish), 'no case notices that the prompt no longer asks for English')
  say(paragraph('A question more is another judge. It has to earn its trust anew:'))
  await calibrated(stage, 'too few labels')
  say(paragraph(`With ${addLabels(stage, 'question')} labels of the new question:`))
  await calibrated(stage, 'may gate')
  return second
}

const killedOf = ({ rates }: DrillReport) =>
  rates.reduce((sum, { mutator, killed }) => sum + (mutator === null ? killed : 0), 0)

/** A list of YAML under its key, as a person pastes it: below the key, which the file has. */
function pasted(text: string, yaml: string): string {
  const [key = '', ...lines] = yaml.trimEnd().split('\n')
  expect(text.includes(`\n${key}\n`), `the prompt has no "${key}" to paste below`)
  return text.replace(`\n${key}\n`, `\n${[key, ...lines].join('\n')}\n`)
}
