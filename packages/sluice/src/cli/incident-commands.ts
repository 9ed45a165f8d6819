import { type Command, InvalidArgumentError } from 'commander'
import type { Host } from './host.ts'

/** Adds the commands that make golden cases of what went wrong in production. */
export function addIncidents(program: Command, host: Host, done: (exitCode: number) => void): void {
  const cases = program.command('case').description('turn failures of production into golden cases')
  cases
    .command('add')
    .description('add a golden case for a failure of production; what the suite has already is skipped')
    .argument('<feature>', 'name of the feature')
    .requiredOption('--from <origin>', 'outcome:<id>, rollout:<id> (its worst judged answers) or file:<json or jsonl>')
    .option('--suite <name>', 'which suite of the feature (default: fast)')
    .option('--limit <n>', 'at most so many of a rollout', wholeNumber, 10)
    .option('--expected <text>', 'what should have been answered')
    .option('--ask <question>', 'what a good answer is answered with yes; may be given again', another)
    .option('--tags <tags>', 'separated by commas (default: those of similar cases, and incident)', tagList)
    .option('--weight <x>', 'share in every mean (default: as similar cases)', positive)
    .option('--critical', 'the case may not regress (default: where a "must" failed, or the score was 0)')
    .option('--no-critical', 'it may')
    .option('--incident <id>', 'kept as the source of the case')
    .option('--redact <module>', "takes out what is private (default: the prompt's live.redact)")
    .option('--keep-similar', 'add also what is nearly the same as a case of the suite')
    .option('--dry-run', 'say what would be added, and write nothing')
    .option('--url <url>', 'the control plane (default: SLUICE_URL, else http://127.0.0.1:4050)')
    .option('--json', 'print the cases as JSON on stdout and nothing else')
    .addHelpText('after', fileHelp)
    .action(async (feature, options) => done(await (await import('./case-add.ts')).addCase(feature, options, host)))
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 500)
    throw new InvalidArgumentError('Expected a whole number from 1 to 500.')
  return value
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('Expected a number above 0.')
  return value
}

function another(text: string, before: string[] = []): string[] {
  return [...before, text]
}

function tagList(text: string): string[] {
  return text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}

const fileHelp = `
A file holds {"input" or "vars", "output", "expected"?, "score"?, "source"?}, one or many. What production answered is
never taken for the expected answer. The token of the control plane is taken from SLUICE_TOKEN.`
