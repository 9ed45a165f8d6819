import { type Command, Option } from 'commander'
import type { Host } from '../host.ts'
import { another, type Done } from './options.ts'

/** Adds the commands that turn failures of production into golden cases. */
export function addCaseCommands(program: Command, host: Host, done: Done): void {
  const cases = program.command('case').description('turn failures of production into golden cases')
  cases
    .command('add')
    .description('add a golden case for each failure of production that the suite does not have yet')
    .argument('<feature>', 'name of the feature')
    .requiredOption('--from <origin>', 'outcome:<id>, rollout:<id> (its worst judged answers) or file:<json or jsonl>')
    .option('--suite <name>', 'which suite of the feature (default: fast)')
    .addOption(new Option('--limit <n>', 'how many failures of a rollout at most, 1 to 500').default(10))
    .option('--expected <text>', 'what the right answer would have been')
    .option('--ask <question>', 'a question that a good answer satisfies; may be given several times', another)
    .option('--tags <tags>', 'separated by commas (default: those of similar cases, and incident)')
    .option('--weight <x>', 'weight of the case in every mean (default: as similar cases)')
    .option('--critical', 'the case must not regress (default: where a "must" failed, or the score was 0)')
    .option('--no-critical', 'the case may regress')
    .option('--incident <id>', 'kept as the source of the case')
    .option('--redact <module>', "removes private data (default: the prompt's live.redact)")
    .option('--keep-similar', 'also add cases that are nearly the same as one of the suite')
    .option('--dry-run', 'print what would be added, and write nothing')
    .option('--url <url>', 'address of the control plane (default: SLUICE_URL, else http://127.0.0.1:4050)')
    .option('--json', 'print the cases as JSON on stdout and nothing else')
    .addHelpText('after', fileHelp)
    .action(async (feature, options) => done(await (await import('../case-add.ts')).addCase(feature, options, host)))
}

const fileHelp = `
A file holds one or more of {"input" or "vars", "output", "expected"?, "score"?, "source"?}. What production answered
is never used as the expected answer. The token of the control plane is taken from SLUICE_TOKEN.`
