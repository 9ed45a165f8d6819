import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { CaseReport } from '../packages/sluice/src/records/report/case-report.ts'
import type { FeatureReport } from '../packages/sluice/src/records/report/feature-report.ts'
import { expect, gated, onlyFeature } from './gate.ts'
import type { Stage } from './stage.ts'
import { bad, bold, detail, dim, good, heading, indent, oneLine, paragraph, say, showChange } from './tell.ts'

const code = 'agent/support.mjs'
const example = 'delivered-1186-orders'

/** A change of an agent's code that no answer shows, and what the gate makes of it. Returns what to say of it in short. */
export async function tellTheAgent(stage: Stage): Promise<string[]> {
  say(bold('The support agent that paid before it looked'))
  say(
    dim('The shop, its messages and the agent were written for this demo; its model is simulated. No network, no key.'),
  )

  heading('1  The agent')
  say(paragraph('It answers messages to a small shop, and has four tools: look_up, refund, escalate, close.'))
  detail('', indent(stage.readText(code), 5))
  const first = await evaluated(stage)
  const cases = first.coverage.cases
  say(paragraph(`Its suite has ${cases} messages. What it must do is checked, not only what it says:`))
  for (const check of checksOf(first)) say(oneLine(`   ${good('✓')} ${check}`))
  expect(first.score.mean === 1, `the agent scores ${first.score.mean}, not 1`)

  heading('2  A change of code only')
  say(paragraph('Customers wait too long for their money. So the refund goes first, for the amount that they name:'))
  showChange(change(stage, '1-faster.mjs', 'Refund at once'))

  heading('3  The gate')
  const failed = await gated(stage, 1, 'verdict')
  showDeviation(failed)

  heading('4  The fix')
  say(paragraph('It looks up first again. What is left to do is done in one step, which is as fast:'))
  showChange(change(stage, '2-fixed.mjs', 'Look up first, then do the rest at once'))
  const passed = await gated(stage, 0, 'verdict')
  expect(passed.comparison?.meanDifference === 0, 'the fixed agent is not as good as that of main')

  const sameText = failed.cases.filter(({ output, baselineOutput }) => output === baselineOutput).length
  const worse = failed.comparison?.regressed.length
  return [
    `The prompt is the same, and so is every answer: ${sameText} of ${cases} texts. ${worse} of ${cases} cases got worse.`,
    'Both agents ran: that of the change, and that of main in a worktree of its own, on the same messages.',
  ]
}

function change(stage: Stage, file: string, message: string): string[] {
  const text = readFileSync(path.join(import.meta.dirname, 'support-agent-changes', file), 'utf8')
  return stage.edit(code, () => text, message)
}

async function evaluated(stage: Stage): Promise<FeatureReport> {
  const { exitCode, stdout, stderr } = await stage.sluice('eval', 'support', '--json')
  expect(exitCode === 0, `sluice eval exits ${exitCode}, not 0.\n${stderr}`)
  return onlyFeature(stdout)
}

/** The names of the checks about tools and state, each once. */
function checksOf({ cases }: FeatureReport): string[] {
  const ofTrace = /^(?:tool|noTool|onlyTools|state|maxSteps)/
  const found = cases.flatMap(({ checks }) => checks.filter(({ type }) => ofTrace.test(type)))
  return [...new Set(found.map(({ name }) => name))]
}

function showDeviation({ cases, notes, comparison }: FeatureReport): void {
  const note = notes.find((text) => text.startsWith('The baseline is the application'))
  expect(note !== undefined, 'the report does not say what the baseline is')
  say(paragraph(note ?? ''))
  const interval = [comparison?.ciLow, comparison?.ciHigh].map((end) => end?.toFixed(3)).join(' to ')
  const { pairs, meanDifference } = comparison ?? {}
  say(paragraph(`${pairs} pairs, difference ${meanDifference?.toFixed(3)}, 95 % interval ${interval}. One of them:`))
  const shown = cases.find(({ id }) => id === example)
  expect(shown !== undefined && shown.output === shown.baselineOutput, 'the answer to the example is another one')
  say(oneLine(`   ${bold(example)}: ${shown?.trace?.trajectory?.messages[0]?.text}`))
  say(oneLine(`     both answer   ${shown?.output}`))
  say(oneLine(`     main called   ${callsIn(shown?.baselineTrace)}`))
  say(oneLine(`     now called    ${callsIn(shown?.trace)}`))
  const lost = shown?.checks.find(({ score }) => score < 1)
  say(oneLine(`     ${bad('✗')} ${lost?.name}: ${lost?.reason}`))
  expect(/call 1 \(step 1\): got refund/.test(lost?.reason ?? ''), 'the first deviating call is not named')
}

function callsIn(trace: CaseReport['trace']): string {
  const calls = trace?.trajectory?.messages.flatMap((message) => message.calls) ?? []
  return calls.map(({ name, arguments: given }) => `${name} ${JSON.stringify(given)}`).join(' → ')
}
