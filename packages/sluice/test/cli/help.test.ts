import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definedCommands } from '../support/command-line.ts'

const program = await definedCommands()

/** The description of a command, or of one of its flags. */
function helpOf(names: string, flag?: string): string | undefined {
  const command = names
    .split(' ')
    .reduce((of, name) => of.commands.find((each) => each.name() === name) ?? assert.fail(names), program)
  return flag === undefined ? command.description() : command.options.find(({ long }) => long === flag)?.description
}

test('the margin of a night is one against its reference: a night has no baseline', () => {
  assert.match(helpOf('gate', '--margin') ?? '', /against the baseline, 0 to 1$/)
  assert.match(helpOf('nightly', '--margin') ?? '', /the kept answers, .* since the reference night, 0 to 1$/)
})

test('the help names what it speaks of: attacks that were injected, files, folders, strengths', () => {
  assert.match(helpOf('judge attack') ?? '', /^add injected instructions and fake verdicts to outputs that fail/)
  assert.match(helpOf('import', '--root') ?? '', /^refuse files outside this folder/)
  assert.equal(
    program.commands.find((each) => each.name() === 'import')?.registeredArguments[1]?.description,
    'the file to import; for prompts also a folder',
  )
  assert.match(helpOf('eval') ?? '', /^print the scores of one feature; with --compare: of one or several features/)
  assert.match(helpOf('judge rubric') ?? '', /^find questions whose verdicts depend on their wording/)
  assert.match(
    helpOf('rollout start', '--settings') ?? '',
    /\(default: the version's settings; those that it leaves open are/,
  )
  assert.match(helpOf('drill', '--tag') ?? '', /^for the strength one-tag: use only this tag/)
})
