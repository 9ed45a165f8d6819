import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { LiftReport } from '../../../src/records/report/lift-report.ts'
import type { Report } from '../../../src/records/report/report.ts'
import { commitAll, judged, readReport } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

/** Seven short questions and three long ones. */
const cases = Array.from(
  { length: 10 },
  (_, index) => `- {id: c${index}, vars: {size: ${index < 7 ? 'short' : 'long'}, id: c${index}}}\n`,
)

/** An agent that can answer long questions by itself, and does what its skill says. */
const agent = `read -r line
rule=none
[ -f skills/SKILL.md ] && read -r rule < skills/SKILL.md
case "$rule $line" in
  brief*long*) echo no;;
  thorough*|brief*|none*long*) echo yes;;
  none*c3*) if [ -f broken ]; then exit 3; fi; echo no;;
  *) echo no;;
esac
`

interface Skilled {
  workspace?: string
  files?: Record<string, string>
}

function skilled(skill: string, { workspace, files = {} }: Skilled = {}): Project {
  return createProject({
    'package.json': '{}',
    'sluice.yaml': `sluice: 1\ngate: {threshold: 0, margin: 0.05, repeats: [1]}\n`,
    'prompts/app.prompt.yml': `sluice: 1
model: anthropic:claude-haiku-4-5-20251001
target: {command: [sh, "{project}/agent.sh"], workspace: {${workspace ?? 'files: agent, without: [skills]'}}}
suites: {fast: ../evals/app.yaml}
checks: [{contains: "yes"}]
`,
    'evals/app.yaml': cases.join(''),
    'agent.sh': agent,
    'agent/AGENTS.md': 'You answer questions.',
    'agent/skills/SKILL.md': `${skill}\n`,
    ...files,
  })
}

function liftIn({ features: [feature] }: Report): LiftReport {
  assert.ok(feature?.lift)
  return feature.lift
}

const rounded = (value: number | null | undefined) => Number(value?.toFixed(9))
const inOneLine = (text: string) => text.replaceAll(/\s+/g, ' ')

test('a skill that harms some cases: lift, harm and their change, each with an interval, on the same cases', async () => {
  using project = skilled('thorough')
  commitAll(project, 'base', 'change')
  project.write({ 'agent/skills/SKILL.md': 'brief\n' })
  const { report } = await judged(project, ['gate'])
  const lift = liftIn(report)
  assert.deepEqual([lift.without, lift.cases, lift.pairs, lift.missing], [['skills'], 10, 10, 0])
  assert.deepEqual([lift.withoutMean, lift.lift.value, lift.harm.share.value].map(rounded), [0.3, 0.4, 0.3])
  assert.deepEqual([lift.harm.size.value, lift.help.share.value].map(rounded), [1, 0.7])
  assert.deepEqual(lift.harmed, ['c7', 'c8', 'c9'])
  const { baseline } = lift
  assert.deepEqual([baseline?.lift.value, baseline?.liftChange.value].map(rounded), [0.7, -0.3])
  assert.deepEqual([baseline?.harm.share.value, baseline?.harmChange.value].map(rounded), [0, 0.3])
  for (const { value, ciLow, ciHigh } of [lift.lift, lift.harm.share, lift.help.share])
    assert.ok(ciLow !== null && ciHigh !== null && ciLow < Number(value) && Number(value) < ciHigh)
  const answers = report.features[0]?.cases.map(({ output, baselineOutput }) => `${baselineOutput} ${output}`)
  assert.deepEqual(answers, [...Array<string>(7).fill('yes yes'), ...Array<string>(3).fill('yes no')])
  assert.equal(report.run?.calls, 30)

  // The run without the skill has answers of its own in the store, and so have both versions.
  const { stdout } = await project.sluice(['gate', '--report-dir', 'again'])
  const again = readReport(project, 'again')
  assert.deepEqual([again.run?.calls, again.run?.fromStore, liftIn(again)], [0, 30, lift])
  assert.match(stdout, /lift +\+0\.400 +\[[^\]]+\] +\+0\.700 +-0\.300/)
  assert.match(stdout, / harm +0\.300 +\[0\.\d+, 0\.\d+\] +0\.000 +\+0\.300/)
  assert.match(inOneLine(stdout), /a run without skills, which scores 0\.300 on 10 pairs/)
  assert.match(stdout, /Worse than without: c7, c8, c9\./)
  for (const file of ['report.md', 'report.html'])
    assert.match(readFileSync(path.join(project.root, 'again', file), 'utf8'), /size of harm/)
})

test('without a baseline, and where no score differs, which is told as a skill that is perhaps not read', async () => {
  using project = skilled('thorough')
  const lift = liftIn((await judged(project, ['eval', 'app'])).report)
  assert.deepEqual([rounded(lift.lift.value), lift.harm.share.value, lift.baseline], [0.7, 0, null])
  assert.ok(Number(lift.harm.share.ciHigh) > 0.2)
  project.write({ 'agent.sh': 'read -r line; echo yes\n' })
  const { stdout } = await project.sluice(['eval', 'app'])
  assert.match(inOneLine(stdout), /Not one score differs with and without: perhaps the agent does not read skills/)
})

test('an error without the skill is no score: the pair is left out, and below the coverage nothing is told', async () => {
  using project = skilled('brief', { files: { 'agent/broken': '' } })
  const { stdout } = await project.sluice(['eval', 'app', '--report-dir', 'report'])
  const lift = liftIn(readReport(project, 'report'))
  assert.match(lift.untold ?? '', /^9 of 10 scored cases have a score without, too: 90 %, where 98 % are needed$/)
  assert.deepEqual([lift.lift.value, lift.harm.share.value, lift.baseline, lift.harmed], [null, null, null, []])
  assert.match(inOneLine(stdout), /What skills adds is unknown: 9 of 10/)
  project.write({ 'sluice.yaml': 'sluice: 1\ngate: {minCoverage: 0.5}\n' })
  const told = liftIn((await judged(project, ['eval', 'app'])).report)
  assert.deepEqual([told.pairs, told.missing, told.untold], [9, 1, null])
  assert.deepEqual([told.withoutMean, told.lift.value].map(rounded), [rounded(1 / 3), rounded(1 / 3)])
})

test('what is not in the workspace cannot be left out: the run ends, whatever the scores', async () => {
  using project = skilled('thorough', { workspace: 'files: agent, without: [skill]' })
  const { code, stderr } = await project.sluice(['eval', 'app'])
  assert.equal(code, 4)
  assert.match(inOneLine(stderr), /workspace: without: skill matches no file of the workspace/)
  project.write({
    'prompts/app.prompt.yml': readFileSync(path.join(project.root, 'prompts/app.prompt.yml'), 'utf8').replace(
      ', without: [skill]',
      '',
    ),
  })
  const { report } = await judged(project, ['eval', 'app'])
  assert.deepEqual([report.features[0]?.lift, report.run?.calls], [undefined, 10])
})
