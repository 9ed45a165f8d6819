import { gatePlanSchema } from '../../packages/sluice/src/records/report/gate-plan.ts'
import { showCommand } from '../command.ts'
import { expect, onlyFeature } from '../gate.ts'
import { createJudge, knownAnswers } from '../simulated-judge.ts'
import { startSimulatedModels } from '../simulated-models.ts'
import { createSummaries } from '../simulated-summaries.ts'
import type { Stage } from '../stage.ts'
import { bold, detail, dim, heading, indent, paragraph, percent, say } from '../tell.ts'
import { tellTheCalibration } from './calibration.ts'
import { promptFile, rateOf, suite, type TrustSize, tellTheDrill, tellTheMending } from './drill.ts'
import { foundShare } from './promise.ts'

const feature = 'email-summary'
/** The share of the simulated judge's verdicts on changed answers that are the wrong way round. */
const mistakes = 0.03

/** What a pass of the demo's gate is worth, and how it comes to be worth more. Returns what to say of it in short. */
export async function tellTheTrust(stage: Stage, size: TrustSize): Promise<string[]> {
  say(bold('How much should you trust this gate?'))
  say(dim('No network, no key. --full prints all of it. Nothing here is evidence about a real model:'))
  say(dim('- The labels were written for this demo. No person has labelled anything.'))
  say(
    dim(
      `- The judge is simulated. It knows the recorded summaries, and of changed ones it misjudges ${mistakes * 100} %.`,
    ),
  )
  say(
    dim('- The model is simulated. It knows the recorded summaries, and leaves out what its prompt does not ask for.'),
  )
  const models = await startSimulatedModels(simulatedModels(stage))
  try {
    useModels(stage, models.url, size)
    const labels = await tellTheCalibration(stage)
    const first = await tellTheDrill(stage, size)
    const second = await tellTheMending(stage, size, first)
    const promise = await tellThePlan(stage, size)
    return [
      labels,
      `Of the mutants of medium strength the gate killed ${rateOf(first)}, and ${rateOf(second)} with what the drill proposed.`,
      promise,
    ]
  } finally {
    models.close()
  }
}

function simulatedModels({ folder }: Stage) {
  const judge = createJudge(knownAnswers(folder, ['old', 'upgraded']), mistakes)
  return { judge, 'sparrow-2025-10': createSummaries(knownAnswers(folder)) }
}

/** The project as it was before it was ever drilled, with simulated models. */
function useModels(stage: Stage, url: string, { oneIn }: TrustSize): void {
  stage.edit(
    'sluice.yaml',
    (text) =>
      text
        .replace('recorded:judge-2026-06', 'simulated:judge')
        .replace('gate:\n', 'gate:\n  repeats: [1, 2, 3]   # there are three wordings of each summary\n')
        .replace('providers:\n', `providers:\n  simulated: {kind: openai-compatible, baseURL: "${url}"}\n`)
        .concat('prices: {"simulated:*": {input: 0, output: 0}}\n'),
    'Use simulated models',
  )
  stage.commitPrompt('0-before-the-drill.prompt.yml', 'Ask as on the first day')
  const cases = stage
    .readText('evals/email-summary.fast.yaml')
    .split(/\n(?=- id: )/)
    .slice(1)
  const kept = cases.filter((text, index) => index % oneIn === oneIn - 1 || text.includes('multilingual'))
  stage.edit(`evals/${suite}.yaml`, () => kept.join('\n'), 'Say which cases are drilled')
  const suites = (text: string) => text.replace('suites: {', `suites: {${suite}: ../evals/${suite}.yaml, `)
  stage.edit(promptFile, suites, 'Drill these')
  stage.startBranch('trust')
}

async function tellThePlan(stage: Stage, { runs }: TrustSize): Promise<string> {
  heading('4  How small a drop does it see?')
  const measured = await stage.sluice('eval', feature, '--suite', suite, '--repeats', '3', '--json')
  const report = onlyFeature(measured.stdout)
  const { exitCode, stdout, stderr } = await stage.sluice('plan', 'gate', feature, '--suite', suite, '--json')
  expect(exitCode === 0, `sluice plan gate exits ${exitCode}: ${stderr}`)
  const now = gatePlanSchema.parse(JSON.parse(stdout)).features[0]?.now
  const [drop, few] = [now?.drop ?? null, now?.dropInFewAnswers ?? null]
  if (!now || drop === null || few === null) throw new Error(`sluice plan gate names no drop: ${stdout}`)
  const size = `${now.cases} cases with up to ${now.repeats} answers: a drop of ${drop.toFixed(3)} in every answer fails with 80 % probability, ${few.toFixed(3)} if it comes in few answers`
  showCommand('plan gate', exitCode, '')
  detail(indent(stdout, 5))
  say(paragraph(size, '     '))
  say(
    paragraph(
      `Is that so? The gate's own decision, ${runs} times on this suite, with scores drawn from those of each case:`,
    ),
  )
  const none = await foundShare(stage, { ...report, suite }, { size: 0, comes: 'evenly' }, runs)
  const evenly = await foundShare(stage, { ...report, suite }, { size: drop, comes: 'evenly' }, runs)
  const inFew = await foundShare(stage, { ...report, suite }, { size: few, comes: 'in few answers' }, runs)
  const lines = {
    'no drop': none,
    [`${drop.toFixed(3)} in every answer`]: evenly,
    [`${few.toFixed(3)} in few answers`]: inFew,
  }
  for (const [name, { found, share, low, high }] of Object.entries(lines))
    say(
      `     ${name.padEnd(24)}failed ${String(found).padStart(4)} of ${runs}: ${percent(share)}, 95 % interval ${percent(low)} to ${percent(high)}`,
    )
  expect(none.low <= 0.05, 'the gate fails an unchanged version too often')
  expect(evenly.high >= 0.8 && inFew.high >= 0.8, 'the gate finds the drop of its plan less often than promised')
  return `The plan promises to find ${drop.toFixed(3)} with 80 %; in simulation it found ${percent(evenly.share)} (${percent(evenly.low)} to ${percent(evenly.high)}).`
}
