import { callsOf } from '../../records/answer-trace.ts'
import { formatAmount } from '../../text/format.ts'
import { excerpt, visibleLine } from '../../text/untrusted.ts'
import type { Choice } from './choose-cases.ts'

/** What became of each failure, as people read it. */
export function choicesText(choices: readonly Choice[], { suite, dryRun }: { suite: string; dryRun: boolean }): string {
  const added = choices.filter((choice) => 'added' in choice)
  const lacking = added.filter((choice) => choice.added.expected === undefined)
  const head = `${formatAmount(added.length, 'case')} ${dryRun ? 'would be added' : 'added'} to ${suite}`
  const skipped = choices.length - added.length
  const lines = [
    `${head}${skipped === 0 ? '' : `, ${skipped} skipped`}`,
    ...choices.flatMap(choiceLines),
    ...(lacking.length === 0 ? [] : [withoutExpected]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

const withoutExpected =
  'No expected answer was written, because what production answered is the fault. Add "expected", a check, or a question that the rubric does not ask yet.'

function choiceLines(choice: Choice): string[] {
  const { failure } = choice
  if ('duplicateOf' in choice) {
    const how = choice.similarity === 1 ? 'the same as' : `nearly the same (${choice.similarity.toFixed(2)}) as`
    return [`- skipped ${origin(failure.source)}: ${how} ${choice.duplicateOf}`]
  }
  const { added, like } = choice
  const traits = [
    `tags ${added.tags.join(', ') || 'none'}`,
    ...(added.weight === undefined ? [] : [`weight ${added.weight}`]),
    ...(added.critical ? ['critical'] : []),
    ...(failure.failed.length === 0 ? [] : [`failed ${failure.failed.join(', ')}`]),
    ...(like === undefined ? [] : [`most like ${like.id} (${like.similarity.toFixed(2)})`]),
  ]
  return [
    `- ${added.id}: ${visibleLine(traits.join(' · '))}`,
    ...calledLines(failure),
    ...(failure.output === null ? [] : [`    production answered: ${excerpt(visibleLine(failure.output), 160)}`]),
  ]
}

/** `production called: look_up, refund` */
function calledLines({ way }: Choice['failure']): string[] {
  const names = way.trajectory ? callsOf(way.trajectory).map(({ name }) => name) : []
  return names.length === 0 ? [] : [`    production called: ${excerpt(visibleLine(names.join(', ')), 160)}`]
}

function origin(source: Readonly<Record<string, unknown>>): string {
  const [[kind, id] = ['failure', '']] = Object.entries(source)
  return visibleLine(`${kind} ${String(id)}`)
}
