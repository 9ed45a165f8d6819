import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { Command } from 'commander'
import { runCommandLine } from '../../src/cli/program.ts'
import { createMask } from '../../src/masking/mask.ts'

const [on, off] = [new EventEmitter(), new EventEmitter()].map((emitter) => emitter.on.bind(emitter))

/** Runs the command line in a folder that is not there; resolves to its exit code and what it printed. */
export async function runNowhere(...args: string[]): Promise<{ code: number; printed: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const host = { stdout, stderr, env: {}, mask: createMask(), cwd: () => '/nowhere', on, off }
  const code = await runCommandLine(args, host as unknown as Parameters<typeof runCommandLine>[1])
  return { code, printed: `${stdout.read() ?? ''}${stderr.read() ?? ''}` }
}

/** The commands as they are defined: what would be parsed is caught before it is. */
export async function definedCommands(): Promise<Command> {
  const { parseAsync } = Command.prototype
  const caught: Command[] = []
  Command.prototype.parseAsync = async function catchIt(this: Command) {
    caught.push(this)
    return this
  }
  try {
    await runNowhere()
  } finally {
    Command.prototype.parseAsync = parseAsync
  }
  const [program] = caught
  if (program === undefined) throw new Error('the command line defines no commands')
  return program
}
