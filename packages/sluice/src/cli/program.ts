import { Command, CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { SluiceError } from '../errors.ts'
import { exitCodeLines, exitCodes, exitCodesInWords } from '../exit-codes.ts'
import { wrap } from '../text/layout.ts'
import { visibleText } from '../text/untrusted.ts'
import { type Host, withVisibleOutput } from './host.ts'
import { addApprovals } from './usage/approvals.ts'
import { addCaseCommands } from './usage/cases.ts'
import { addControlPlane } from './usage/control-plane.ts'
import { addForecasts } from './usage/forecasts.ts'
import { addGating } from './usage/gating.ts'
import { addImport } from './usage/import.ts'
import type { Done } from './usage/options.ts'
import { addLookups, addSetup } from './usage/project.ts'
import { addRecords } from './usage/records.ts'
import { addReleases } from './usage/releases.ts'
import { addTrust } from './usage/trust.ts'

/**
 * Runs one command and resolves to its exit code. Commands are loaded when they are called, so that `--help` stays
 * fast.
 */
export async function runCommandLine(args: string[], host: Host): Promise<number> {
  let exitCode = 0
  const program = buildProgram(host, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.pass : exitCodes['invalid input']
    return reportError(error, host)
  }
}

/** Prints an error as its reader needs it and returns the exit code. Only a fault of Sluice itself shows a stack. */
export function reportError(error: unknown, host: Pick<Host, 'stderr'>): number {
  if (error instanceof SluiceError) {
    host.stderr.write(`${visibleText(error.message)}\n`)
    return error.exitCode
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  host.stderr.write(`sluice failed because of a fault of its own; please report this:\n${visibleText(detail)}\n`)
  return exitCodes['could not run']
}

function buildProgram(host: Host, done: Done): Command {
  const program = new Command('sluice')
  const write = (stream: { write(text: string): unknown }) => (text: string) => void stream.write(text)
  program
    .description(
      'CI/CD for LLM features: tests every prompt and model change on golden cases, and releases it so that it can be taken back.',
    )
    .version(manifest.version, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: write(host.stdout), writeErr: write(host.stderr) })
    .showHelpAfterError('(run with --help for the options)')
    .addHelpText('afterAll', ({ command }) => footer(command, host.stdout.columns ?? 80))

  addSetup(program, host, done, runCommandLine)
  addImport(program, host, done)
  addGating(program, host, done)
  addTrust(program, host, done)
  addLookups(program, host, done)
  program.commandsGroup('Releases:')
  const visible = withVisibleOutput(host)
  addControlPlane(program, visible, done)
  addReleases(program, visible, done)
  addApprovals(program, visible, done)
  addRecords(program, visible, done)
  addCaseCommands(program, visible, done)
  addForecasts(program, visible, done)
  return program
}

/** The codes, and what they say of the command beyond that. The help of all commands sends to that of each. */
function footer(command: Command, columns: number): string {
  const codes = `\nExit codes: ${exitCodesInWords}.`
  const name = nameBelowSluice(command)
  if (name === undefined) return `${codes}\nThe help of a command says what they mean there.`
  const lines = exitCodeLines(name).flatMap((line) =>
    wrap(line, columns - 5).map((text, index) => (index === 0 ? `  ${text}` : `     ${text}`)),
  )
  return [codes, ...lines].join('\n')
}

/** `rollout` of `sluice rollout start`: exit codes are told by it. Undefined for `sluice` itself. */
function nameBelowSluice(command: Command): string | undefined {
  if (!command.parent) return undefined
  return nameBelowSluice(command.parent) ?? command.name()
}
