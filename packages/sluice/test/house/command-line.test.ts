import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Argument, Command, Option } from 'commander'
import { type ErrorCode, SluiceError } from '../../src/errors.ts'
import { commandExitCodes, exitCodes } from '../../src/exit-codes.ts'
import { definedCommands, runNowhere } from '../support/command-line.ts'
import { assertAsRecorded } from './recorded.ts'

/** A default that is said in the description alone, where it is one word. */
function defaultInWords(description: string): string | undefined {
  return /\(default: ([^\s)]+)\)/.exec(description)?.[1]
}

function argumentOf(argument: Argument): unknown {
  const { required, variadic, defaultValue, argChoices, description } = argument
  const defaultWord = defaultInWords(description)
  return { name: argument.name(), required, variadic, default: defaultValue, choices: argChoices, said: defaultWord }
}

function optionOf({ flags, mandatory, hidden, defaultValue, argChoices, envVar, description }: Option): unknown {
  const defaultWord = defaultInWords(description)
  return { flags, mandatory, hidden, default: defaultValue, choices: argChoices, env: envVar, said: defaultWord }
}

type Tree = { [name: string]: unknown }

function treeOf(command: Command): Tree {
  const options = command.options.map((option) => [option.long ?? option.flags, optionOf(option)])
  return {
    aliases: command.aliases(),
    arguments: command.registeredArguments.map(argumentOf),
    options: Object.fromEntries(options),
    commands: Object.fromEntries(command.commands.map((inner) => [inner.name(), treeOf(inner)])),
  }
}

test('every command has the arguments, flags and defaults that were recorded', async () => {
  const tree = treeOf(await definedCommands())
  assert.ok(Object.keys(tree.commands as Tree).length > 20)
  assertAsRecorded('command-line.json', tree)
})

test('every exit code, and which of them each command can end with, is as recorded', () => {
  const ends = commandExitCodes.flatMap(({ commands, codes }) => {
    const never = Object.entries(codes).flatMap(([word, says]) => (says === null ? [word] : []))
    return commands.map((command): [string, string[]] => [command, never])
  })
  assertAsRecorded('exit-codes.json', { codes: exitCodes, never: Object.fromEntries(ends) })
})

test('the help of every command says the exit codes, each error has its own, and wrong usage is invalid input', async () => {
  const codes: ErrorCode[] = ['refused', 'invalid-input', 'cannot-run', 'interrupted']
  const program = await definedCommands()
  const helps = [[], ...program.commands.map((command) => [command.name()])]
  for (const names of helps) {
    const { code, printed } = await runNowhere(...names, '--help')
    assert.equal(code, 0)
    const [, said = ''] = printed.split('Exit codes: ')
    assert.deepEqual(said.split('\n')[0]?.match(/\d+/g), ['0', '1', '2', '3', '4', '130'], names.join(' '))
  }
  assert.deepEqual(
    codes.map((code) => new SluiceError(code, '').exitCode),
    [1, 3, 4, 130],
  )
  assert.equal((await runNowhere('no-such-command')).code, 3)
  assert.equal((await runNowhere('gate', '--no-such-flag')).code, 3)
})
