import type { FeatureReport } from '../packages/sluice/src/records/report/feature-report.ts'
import type { LiftReport } from '../packages/sluice/src/records/report/lift-report.ts'
import { expect, gated } from './gate.ts'
import type { Stage } from './stage.ts'
import { bold, detail, dim, heading, indent, oneLine, paragraph, say, showChange } from './tell.ts'

const skill = 'agent/skills/release-notes/SKILL.md'
const shorter = '- Write at most three lines: nobody reads more.\n'
const together = '- Put all fixes into one line: nobody reads a long list.\n'

/** A change of a skill that makes an agent worse than it is without the skill. Returns what to say of it in short. */
export async function tellTheSkill(stage: Stage, isSmall: boolean): Promise<string[]> {
  if (isSmall) keepFewCases(stage)
  say(bold('The skill that was worse than none'))
  say(
    dim('The agent, its skill and the commits were written for this demo; its model is simulated. No network, no key.'),
  )

  heading('1  A shorter skill')
  say(paragraph('An agent on the command line writes release notes, as skills/release-notes/SKILL.md says:'))
  detail('', indent(stage.readText(skill), 5))
  say(paragraph('Its notes are too long for some. So a line is added to the skill:'))
  showChange(stage.edit(skill, (text) => text + shorter, 'Write at most three lines'))

  heading('2  The gate')
  say(paragraph('Each case runs three times: with the skill of this change, with that of main, and without it.'))
  const failed = await gated(stage, 1, 'verdict')
  const worse = liftOf(failed)
  showLift(worse)
  const { harmed } = worse
  const large = failed.cases.filter(({ tags }) => tags.includes('large')).map(({ id }) => id)
  expect(harmed.length > 0 && harmed.every((id) => large.includes(id)), 'the harmed cases are not the large versions')
  say(paragraph(`Worse than without the skill: ${harmed.join(', ')}. All of them are versions with many changes.`))

  heading('3  The fix')
  say(paragraph('The notes become shorter in another way, which leaves nothing out:'))
  showChange(stage.edit(skill, (text) => text.replace(shorter, together), 'Put all fixes into one line'))
  const mended = liftOf(await gated(stage, 0, 'verdict'))
  showLift(mended)
  expect(mended.harm.share.value === 0, 'the mended skill still harms')

  return [
    `The mean alone would say that the first change still helps: lift ${mark(worse.lift.value)}. It harmed ${harmed.length} of ${worse.pairs} cases.`,
    `No harm in ${mended.pairs} cases is no proof of none: the interval says how much it may still be.`,
  ]
}

/** All large versions, in which the harm is, and every second of the others. */
function keepFewCases(stage: Stage): void {
  const isKept = (text: string, index: number) => text.includes('[large]') || index % 2 === 0
  const few = (text: string) =>
    text
      .split(/\n(?=- id: )/)
      .filter(isKept)
      .join('\n')
  stage.edit('evals/release-notes.yaml', few, 'Keep few cases')
  stage.startBranch('few')
}

function liftOf({ lift }: FeatureReport): LiftReport {
  if (!lift) throw new Error('the report says nothing of lift and harm')
  expect(lift.untold === null && lift.baseline !== null, `the lift is not told: ${lift.untold}`)
  return lift
}

function showLift({ lift, harm, withoutMean, pairs, baseline }: LiftReport): void {
  const range = ({ ciLow, ciHigh }: typeof lift, print: (value: number | null) => string) =>
    `95 % interval ${print(ciLow)} to ${print(ciHigh)}`
  const share = (value: number | null) => value?.toFixed(3) ?? 'unknown'
  say(oneLine(`     without it the mean is ${share(withoutMean)}, over ${pairs} cases`))
  say(oneLine(`     lift  ${mark(lift.value)}, ${range(lift, mark)}; main ${mark(baseline?.lift.value ?? null)}`))
  say(
    oneLine(
      `     harm   ${share(harm.share.value)}, ${range(harm.share, share)}; main ${share(baseline?.harm.share.value ?? null)}`,
    ),
  )
}

function mark(value: number | null): string {
  return value === null ? 'unknown' : `${value < 0 ? '' : '+'}${value.toFixed(3)}`
}
