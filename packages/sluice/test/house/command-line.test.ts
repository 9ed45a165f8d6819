import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { type Argument, Command, type Option } from 'commander'
import { runCommandLine } from '../../src/cli/program.ts'
import { type ErrorCode, SluiceError } from '../../src/errors.ts'
import { createMask } from '../../src/masking/mask.ts'
import { assertAsRecorded } from './recorded.ts'

const [on, off] = [new EventEmitter(), new EventEmitter()].map((emitter) => emitter.on.bind(emitter))

/** Runs the command line in a folder that is not there; resolves to its exit code and what it printed. */
async function run(...args: string[]): Promise<{ code: number; printed: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const host = { stdout, stderr, env: {}, mask: createMask(), cwd: () => '/nowhere', on, off }
  const code = await runCommandLine(args, host as unknown as Parameters<typeof runCommandLine>[1])
  return { code, printed: `${stdout.read() ?? ''}${stderr.read() ?? ''}` }
}

/** The commands as they are defined: what would be parsed is caught before it is. */
async function definedCommands(): Promise<Command> {
  const { parseAsync } = Command.prototype
  const caught: Command[] = []
  Command.prototype.parseAsync = async function catchIt(this: Command) {
    caught.push(this)
    return this
  }
  try {
    await run()
  } finally {
    Command.prototype.parseAsync = parseAsync
  }
  const [program] = caught
  assert.ok(program)
  return program
}

/** A default that is said in the description alone, where it is one word. */
function defaultInWords(description: string): string | undefined {
  return /\(default: ([^\s)]+)\)/.exec(description)?.[1]
}

function argumentOf(argument: Argument): unknown {
  const { required, variadic, defaultValue, argChoices, description } = argument
  const said = defaultInWords(description)
  return { name: argument.name(), required, variadic, default: defaultValue, choices: argChoices, said }
}

function optionOf({ flags, mandatory, hidden, defaultValue, argChoices, envVar, description }: Option): unknown {
  const said = defaultInWords(description)
  return { flags, mandatory, hidden, default: defaultValue, choices: argChoices, env: envVar, said }
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

test('the help of every command says the exit codes, each error has its own, and wrong usage is invalid input', async () => {
  const codes: ErrorCode[] = ['refused', 'invalid-input', 'cannot-run', 'interrupted']
  const program = await definedCommands()
  const helps = [[], ...program.commands.map((command) => [command.name()])]
  for (const names of helps) {
    const { code, printed } = await run(...names, '--help')
    assert.equal(code, 0)
    const [, said = ''] = printed.split('Exit codes: ')
    assert.deepEqual(said.split('\n')[0]?.match(/\d+/g), ['0', '1', '2', '3', '4', '130'], names.join(' '))
  }
  assert.deepEqual(
    codes.map((code) => new SluiceError(code, '').exitCode),
    [1, 3, 4, 130],
  )
  assert.equal((await run('no-such-command')).code, 3)
  assert.equal((await run('gate', '--no-such-flag')).code, 3)
})
