import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { guards } from '../core/suite/guard.ts'
import type { Host } from './host.ts'
import { addIncidents } from './incident-commands.ts'
import { addPlan } from './plan-command.ts'
import { addReleases } from './release-commands.ts'
import { addSimulate } from './simulate-command.ts'
import { withVisibleOutput } from './visible-output.ts'

const checkFormats = ['text', 'github', 'sarif']
const reportFormats = ['terminal', 'markdown', 'html', 'junit', 'json']
const logLevels = ['debug', 'info', 'warn', 'error']
const onInconclusive = ['tiebreak', 'block', 'warn']

/**
 * Runs one command and resolves to its exit code: 0 pass, 1 fail, 2 inconclusive, 3 invalid input, 4 could not run,
 * 130 interrupted. Commands are loaded when they are called, so that `--help` stays fast.
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
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 3
    const { reportError } = await import('./report-error.ts')
    return reportError(error, host)
  }
}

function buildProgram(host: Host, done: (exitCode: number) => void): Command {
  const program = new Command('sluice')
  const write = (stream: { write(text: string): unknown }) => (text: string) => void stream.write(text)
  program
    .description(
      'CI/CD for LLM features: gates every prompt and model change on golden cases, and releases it so that it can be taken back.',
    )
    .version(manifest.version, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: write(host.stdout), writeErr: write(host.stderr) })
    .showHelpAfterError('(run with --help for the options)')
    .addHelpText('afterAll', footer)

  addSetup(program, host, done)

  program
    .command('check')
    .description('validate prompts, suites and config without calling a model')
    .argument('[paths...]', 'only what concerns these files or folders')
    .option('--json', 'print the findings as JSON')
    .addOption(new Option('--format <format>', 'how to print the findings (default: text)').choices(checkFormats))
    .action(async (paths, options) => done(await (await import('./check.ts')).check(paths, options, host)))

  withRunOptions(program.command('eval'))
    .description('run one feature and print its scores')
    .argument('<feature>', 'name of the feature')
    .option('--tag <tag>', 'only cases with this tag, or with one of several: --tag core --tag edge', another)
    .addOption(new Option('--repeats <n>', 'answers per case').default(1))
    .action(async (feature, options) => done(await (await import('./eval.ts')).evalCommand(feature, options, host)))

  withGateOptions(program.command('gate'))
    .description('judge the changed features against their baseline: the pull-request gate')
    .option('--base <ref>', 'compare with this commit (default: where this branch left the default branch)')
    .option('--changed-files <file>', 'take the changed files from this list, one path a line, instead of from git')
    .option('--all', 'every feature, changed or not')
    .option('--explain', 'only say which files each feature depends on, and why it is affected or not')
    .option('--expect-features <n>', 'exit 3 unless at least so many features were judged')
    .option('--allow-removed', 'features of the base commit may be gone (default: exit 3)')
    .addOption(
      new Option('--guard <guard>', 'what becomes of a change to its own measure, whatever the files say').choices(
        guards,
      ),
    )
    .option('--approved-by <text>', 'who allowed --guard, for the report')
    .action(async (options) => done(await (await import('./gate.ts')).gate(options, host)))

  withGateOptions(program.command('compare'))
    .description('judge two versions of a feature, or two files of scores, head to head')
    .argument('[feature]', 'name of the feature; none with files of scores')
    .option('--candidate <ref or file>', 'git reference or prompt file')
    .option('--baseline <ref or file>', 'git reference or prompt file')
    .option('--candidate-scores <file>', 'JSONL of {"id", "score"}; no model is called')
    .option('--baseline-scores <file>', 'JSONL of {"id", "score"}; no model is called')
    .action(async (feature, options) => done(await (await import('./compare.ts')).compare(feature, options, host)))

  addLookups(program, host, done)
  program.commandsGroup('Releases:')
  const visible = withVisibleOutput(host)
  addControlPlane(program, visible, done)
  addReleases(program, visible, done)
  addIncidents(program, visible, done)
  addPlan(program, visible, done)
  addSimulate(program, visible, done)
  return program
}

function addSetup(program: Command, host: Host, done: (exitCode: number) => void): void {
  program
    .command('init')
    .description('write a working project: prompt, golden cases, sluice.yaml, GitHub workflows')
    .argument('[dir]', 'where to', '.')
    .option('--feature <name>', 'what the feature is called', 'ticket-triage')
    .option('--provider <name>', 'recorded (no key needed), anthropic, openai, google or local (default: recorded)')
    .option('--model <id>', "provider:model, e.g. anthropic:claude-haiku-4-5-20251001 (default: the provider's)")
    .option('--force', 'replace files that exist')
    .option('-y, --yes', 'accepted for scripts; nothing is ever asked')
    .action(async (dir, options) => done(await (await import('./init.ts')).init(dir, options, host)))

  program
    .command('ci')
    .description('run inside a CI system')
    .command('github')
    .description('all that the GitHub Action does: check, gate, annotations, summary, comment (inputs from INPUT_*)')
    .action(async () => done(await (await import('./ci.ts')).ciGithub(runCommandLine, host)))
}

function addControlPlane(program: Command, host: Host, done: (exitCode: number) => void): void {
  program
    .command('serve')
    .description('run the control plane: releases, canaries, audit; the state in --data, or where DATABASE_URL says')
    .option('--host <address>', 'where to listen; other than loopback only with SLUICE_ADMIN_TOKEN', '127.0.0.1')
    .option('--port <n>', 'port to listen on, 0 for any free one', portNumber, 4050)
    .option('--data <dir>', 'folder of the state', '.sluice')
    .option('--keep-log <duration>', 'how long outcomes are kept, at least as long as their rollout runs', '90d')
    .addOption(new Option('--log-level <level>', 'from which level on to log').choices(logLevels).default('info'))
    .action(async (options) => done(await (await import('./serve.ts')).serveCommand(options, host)))

  program
    .command('backup')
    .description('copy the state of the control plane to a file, verified, also while it runs (SQLite)')
    .requiredOption('--to <file>', 'where to; a file that exists is left as it is')
    .option('--data <dir>', 'folder of the state', '.sluice')
    .action(async (options) => done((await import('./backup.ts')).backup(options, host)))

  program
    .command('restore')
    .description('put a backup back, with the server stopped; for PostgreSQL, after pg_restore, without --from')
    .option('--from <file>', 'what sluice backup has written')
    .option('--data <dir>', 'folder of the state', '.sluice')
    .action(async (options) => done(await (await import('./backup.ts')).restore(options, host)))
}

/** Commands about what was measured and stored before; none of them asks a model. */
function addLookups(program: Command, host: Host, done: (exitCode: number) => void): void {
  program
    .command('report')
    .description('show the report of a run once more, in any format')
    .argument('[run]', 'id of a stored run or how it begins, a report.json or its folder (default: the last run)')
    .addOption(new Option('--format <format>', 'how to show it (default: terminal)').choices(reportFormats))
    .option('--out <file>', 'write it there instead of to stdout')
    .option('--open', 'open the HTML report in the browser')
    .action(async (run, options) => done(await (await import('./report.ts')).showReport(run, options, host)))

  const night = withGateOptions(program.command('nightly'), 'full, else fast')
    .description('ask every feature in production anew and tell drift of provider, judge and suite apart')
    .option('--night <day>', 'which night this is; the same night again pays only for what is missing (default: today)')
    .option('--new-reference', "compare later nights with tonight's answers")
    .option('--no-notify', 'tell nobody')
    .action(async (options) => done(await (await import('./nightly.ts')).nightly(options, host)))
  night
    .command('export')
    .description('write the history of nights as JSON Lines')
    .argument('[file]', 'where to (default: stdout)')
    .action(async (file) => done(await (await import('./nightly-history.ts')).exportHistory(file, host)))
  night
    .command('import')
    .description('add the nights of a file that export wrote')
    .argument('<file>', 'JSON Lines')
    .action(async (file) => done(await (await import('./nightly-history.ts')).importHistory(file, host)))

  program
    .command('costs')
    .description('what evaluation has cost, by feature, day, model and command')
    .option('--since <day>', 'only from this day on: 2026-11-01, or 30d for the last 30 days')
    .option('--production-usd <x>', 'what production cost over the same days, to compare with')
    .option('--svg <file>', 'write a picture of the days')
    .option('--json', 'print the costs as JSON')
    .action(async (options) => done(await (await import('./costs.ts')).costs(options, host)))

  program
    .command('schema')
    .description('print the JSON Schema of a file format, for editors')
    .argument('<kind>', 'prompt, suite, config, recording, scores or report')
    .action(async (kind) => done(await (await import('./schema.ts')).schema(kind, host)))

  program
    .command('cache')
    .description('look after the stored answers')
    .command('prune')
    .description('delete stored answers')
    .addOption(new Option('--older-than <days>', 'only answers older than this many days').default(30))
    .action(async (options) => done(await (await import('./cache.ts')).pruneCache(options, host)))
}

function withRunOptions(command: Command, suite = 'fast'): Command {
  return command
    .option('--suite <name>', `which suite of the feature (default: ${suite})`)
    .addOption(new Option('--concurrency <n>', 'calls under way at a time').default(20))
    .option('--max-wait <duration>', 'how long a call may wait for a quota to come back, in all (default: 5m)')
    .option('--budget-usd <x>', 'stop before spending more than this (default: 2)')
    .option('--allow-endpoint <name>', 'in CI, let secrets go to a new address of this provider or target', another)
    .option('--report-dir <dir>', 'write report.json, report.md, report.html and junit.xml there')
    .option('--json', 'print the report as JSON on stdout and nothing else')
}

function withGateOptions(command: Command, suite?: string): Command {
  return withRunOptions(command, suite)
    .option('--threshold <x>', 'absolute floor for the mean score, 0 to 1')
    .option('--margin <x>', 'largest acceptable drop against the baseline, 0 to 1')
    .addOption(new Option('--on-inconclusive <policy>', 'what an undecided run means').choices(onInconclusive))
}

function portNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('Expected a port: 0 to 65535.')
  return value
}

function another(text: string, before: string[] = []): string[] {
  return [...before, text]
}

const footer = `
Exit codes: 0 pass, 1 fail, 2 inconclusive, 3 invalid input, 4 could not run, 130 interrupted.
Releases: 0 recorded, 1 refused by the state of the feature, or by --verify.`
