/**
 * The incident that Sluice exists for, and what follows: `npm run demo`, or `npm run demo -- --full` with all that the
 * commands print. `npm run demo -- trust` tells what a pass is worth, `npm run demo -- agent` of an application that calls
 * tools, `npm run demo -- rag` of one that looks pages up, `npm run demo -- skill` of a skill.
 * `npm run demo -- serve` shows the pages of a simulated control plane. Exits 1 if it does not go as told.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { FeatureReport } from '../packages/sluice/src/records/report/feature-report.ts'
import { tellTheAgent } from './agent.ts'
import { tellTheCanary } from './canary.ts'
import { expect, gated, hint, onlyFeature } from './gate.ts'
import { startProduction } from './production.ts'
import { tellTheRetrieval } from './rag.ts'
import { tellTheRelease } from './release.ts'
import { tellTheSkill } from './skill.ts'
import { emailSummaries, handbook, openStage, releaseNotes, type Stage, supportAgent } from './stage.ts'
import { ahead, bad, bold, detail, dim, good, heading, oneLine, paragraph, say, showChange } from './tell.ts'
import { tellTheTrust } from './trust/trust.ts'

const shapeTests = ['not empty', 'under 500 words', 'says "summary"']
const example = 'invoice-dispute-01'
/** Without `--full`. */
const shownLosses = 2

/** `--small` is for the tests of `trust` and `skill`, which share their processors with others. */
const trustSizes = {
  usual: { mutants: 5, runs: 400, oneIn: 1 },
  small: { mutants: 2, only: 'language,hedge', runs: 50, oneIn: 6 },
}

if (process.argv[2] === 'serve') await serveSimulated(process.argv.slice(3))
const startedAt = performance.now()
try {
  const [, , told = 'summaries'] = process.argv.filter((word) => !word.startsWith('--'))
  const stage = openStage({ agent: supportAgent, rag: handbook, skill: releaseNotes }[told] ?? emailSummaries)
  process.on('exit', stage.close)
  process.on('SIGINT', () => process.exit(130))
  process.on('SIGTERM', () => process.exit(143))
  const lines = await tell(told, stage)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  say('', bold('In short'), ...lines.map((line) => paragraph(line)))
  say(`   ${seconds} s. Your own prompt: see README.md.`)
  process.exit()
} catch (error) {
  console.error(`\n${bad('The demo did not go as told:')} ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}

/** `npm run demo -- serve`: the simulated control plane, until Ctrl-C, which it gets as well. */
async function serveSimulated(flags: readonly string[]): Promise<never> {
  const program = path.join(import.meta.dirname, '../packages/sluice/bin/sluice.cjs')
  process.on('SIGINT', () => undefined)
  say('Starting sluice serve --demo. It makes up two weeks first: some seconds, up to a minute on a busy machine.')
  const child = spawn(process.execPath, [program, 'serve', '--demo', ...flags], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  process.exit(code ?? 1)
}

function tell(told: string, stage: Stage): Promise<string[]> {
  if (told === 'agent') return tellTheAgent(stage)
  if (told === 'rag') return tellTheRetrieval(stage)
  const isSmall = process.argv.includes('--small')
  if (told === 'skill') return tellTheSkill(stage, isSmall)
  if (told === 'trust') return tellTheTrust(stage, trustSizes[isSmall ? 'small' : 'usual'])
  return tellTheStory(stage)
}

/** The incident, the release and the canary. Returns what to say of it in short. */
async function tellTheStory(stage: Stage): Promise<string[]> {
  const starting = startProduction(stage)
  // Its fault is met where it is waited for.
  starting.catch(() => undefined)
  const lines = await tellTheIncident(stage)
  const afterwards = stage.copy()
  const canary = ahead(async () => tellTheCanary(afterwards, await starting))
  lines.push(await tellTheRelease(stage))
  lines.push(...(await canary.itsTurn()))
  return lines
}

/** Returns what to say of it in short. */
async function tellTheIncident(stage: Stage): Promise<string[]> {
  say(bold('The e-mail summaries that lost their action items'))
  say(dim('Every answer is recorded and was written for this demo: no network, no key. --full prints all of it.'))

  heading('1  The upgrade')
  say(paragraph('A team moves its e-mail summaries to a newer model. Nothing else changes in the prompt file:'))
  showChange(stage.commitPrompt('1-upgrade.prompt.yml', 'Upgrade the model of the e-mail summaries'))
  detail('')
  say(paragraph('Its three shape tests pass, as they have since the first day. This is where it used to ship:'))
  showShapeTests(await evaluated(stage))

  heading('2  The gate')
  const failed = await gated(stage, 1)
  showLoss(failed)

  heading('3  The fix')
  say(paragraph('The new model stays. The prompt now says what the old model did out of habit:'))
  showChange(stage.commitPrompt('2-fixed.prompt.yml', 'Demand every action item with owner and date'))
  const passed = await gated(stage, 0)

  const { cases } = failed.coverage
  const lost = lossesOf(failed).length
  return [
    `Three shape tests pass; the gate found ${lost} of ${cases} e-mails with lost action items.`,
    `Mean score: ${inWords(failed.comparison?.baselineMean)} before, ${inWords(failed.score.mean)} upgraded, ${inWords(passed.score.mean)} with the fixed prompt.`,
  ]
}

async function evaluated(stage: Stage): Promise<FeatureReport> {
  const { exitCode, stdout, stderr } = await stage.sluice('eval', 'email-summary', '--json')
  expect(exitCode === 0, `sluice eval exits ${exitCode}, not 0. ${hint}\n${stderr}`)
  return onlyFeature(stdout)
}

function showShapeTests({ cases }: FeatureReport): void {
  const passes: string[] = []
  for (const name of shapeTests) {
    const results = cases.flatMap(({ checks }) => checks.filter((check) => check.name === name))
    const passed = results.filter(({ score }) => score === 1).length
    passes.push(`${name} ${passed} of ${cases.length}`)
    expect(cases.length >= 40 && passed === cases.length, `the shape test "${name}" fails on the upgraded model`)
  }
  say(`   ${good('✓')} ${passes.join(' · ')}`)
}

function showLoss({ cases, candidate, baseline }: FeatureReport): void {
  const shown = cases.find(({ id }) => id === example)
  detail('', paragraph(`What happened? The e-mail "${example}", summarised before and after:`))
  showOutput(baseline?.model, shown?.baselineOutput)
  showOutput(candidate.model, shown?.output)
  const losses = lossesOf({ cases })
  detail('')
  say(paragraph(`What the judge misses in the new summaries (${losses.length} of ${cases.length} e-mails):`))
  detail('')
  for (const [index, { id, why }] of losses.entries()) {
    const print = index < shownLosses ? say : detail
    print(oneLine(`   ${bad('✗')} ${id.padEnd(22)}${why.replace(/^Missing: /, '')}`))
  }
  expect(losses.length >= 20, `only ${losses.length} e-mails are reported to lose action items`)
}

function showOutput(model: string | null | undefined, output: string | null | undefined): void {
  detail('', `     ${dim(model ?? '')}`)
  for (const line of (output ?? '').split('\n')) detail(line === '' ? '' : paragraph(line, '     '))
}

/** Cases whose baseline had every action item and whose candidate has not. */
function lossesOf({ cases }: Pick<FeatureReport, 'cases'>): { id: string; why: string }[] {
  return cases.flatMap(({ id, judge, baselineJudge = [] }) => {
    const [before, after] = [baselineJudge, judge].map((items) => items.find((item) => item.id === 'actions'))
    return before?.verdict === 'yes' && after?.verdict === 'no' ? [{ id, why: after.reasoning }] : []
  })
}

function inWords(mean: number | null | undefined): string {
  return mean === null || mean === undefined ? 'unknown' : mean.toFixed(3)
}
