import { type Command, Option } from 'commander'
import { onInconclusive } from '../../core/suite/config/on-inconclusive.ts'

/** Takes the exit code of the command that was run. */
export type Done = (exitCode: number) => void

/** The flags of every command that asks models. */
export function withAskOptions(command: Command): Command {
  return command
    .addOption(new Option('--concurrency <n>', 'how many calls run at the same time').default(20))
    .option('--max-wait <duration>', 'how long a call may wait for a quota, all waits together (default: 5m)')
    .option('--budget-usd <x>', 'stop before more than this is spent (default: 2)')
    .option('--allow-endpoint <name>', 'in CI, let secrets go to a new address of this provider or target', another)
}

/** The flags of every command that runs a suite. */
export function withRunOptions(command: Command, suite = 'fast'): Command {
  return withAskOptions(command.option('--suite <name>', `which suite of the feature to run (default: ${suite})`))
    .option('--report-dir <dir>', 'write report.json, report.md, report.html and junit.xml there')
    .option('--json', 'print the report as JSON on stdout and nothing else')
}

/** The flag of runs that are no nightly, which asks anew in any case. */
export function withFresh(command: Command): Command {
  return command.option('--fresh', 'use no kept answer: ask model and judge again, and keep the new answers')
}

/** The flags of every command that reaches a verdict; `drop` says what the margin limits. */
export function withGateOptions(
  command: Command,
  {
    suite,
    drop = 'largest acceptable drop of the mean score against the baseline',
  }: { suite?: string; drop?: string } = {},
): Command {
  return withRunOptions(command, suite)
    .option('--threshold <x>', 'lowest acceptable mean score, 0 to 1')
    .option('--margin <x>', `${drop}, 0 to 1`)
    .addOption(choice('--on-inconclusive <policy>', 'what an undecided run means', onInconclusive))
}

/** The flags of every command that talks to a control plane. */
export function withRemoteOptions(command: Command): Command {
  return command
    .option('--url <url>', 'address of the control plane (default: SLUICE_URL, else http://127.0.0.1:4050)')
    .option('--json', 'print the answer as JSON on stdout and nothing else')
    .addHelpText('after', '\nThe token is taken from SLUICE_TOKEN.')
}

/** Collects the values of a flag that may be given several times. */
export function another(text: string, before: string[] = []): string[] {
  return [...before, text]
}

/** A flag of which `--help` lists the words. The command's schema checks them, together with its other flags. */
export function choice(flags: string, description: string, words: readonly string[]): Option {
  const option = new Option(flags, description)
  option.argChoices = [...words]
  return option
}
