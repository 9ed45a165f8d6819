import type { Command } from 'commander'
import { defaultJudge } from '../../core/suite/models/default-judge.ts'
import { targetKinds } from '../../gate/init/target-project.ts'
import { reportFormats } from '../../gate/report/report-formats.ts'
import type { Host } from '../host.ts'
import { choice, type Done } from './options.ts'

/** Adds the commands that set a project up; `run` runs one command line. */
export function addSetup(
  program: Command,
  host: Host,
  done: Done,
  run: (args: string[], host: Host) => Promise<number>,
): void {
  program
    .command('init')
    .description('write what a gate needs: a first project, or what is missing around a prompt or an application')
    .argument('[dir]', 'folder to write to', '.')
    .option('--prompt <file>', "gate this prompt file, GitHub's .prompt.yml too; it is not changed")
    .addOption(choice('--target <kind>', 'gate an application: how it is asked', targetKinds))
    .option('--github', 'write the GitHub workflows (default, unless all remotes are elsewhere)')
    .option('--no-github', 'write no workflows')
    .option('--feature <name>', 'name of the new feature (default: ticket-triage)')
    .option('--provider <name>', 'recorded (no key needed), anthropic, openai, google or local (default: recorded)')
    .option('--model <id>', `provider:model, e.g. ${defaultJudge.model} (default: the provider's)`)
    .option('--force', 'replace files that exist; without it they are kept')
    .option('-y, --yes', 'accepted for scripts; init never asks a question')
    .action(async (dir, options) => done(await (await import('../init.ts')).init(dir, options, host)))

  program
    .command('ci')
    .description('run inside a CI system')
    .command('github')
    .description('do what the GitHub Action does: check, gate, annotations, summary, comment (inputs from INPUT_*)')
    .action(async () => done(await (await import('../ci.ts')).ciGithub(run, host)))
}

/** Adds the commands about what was measured and stored before; none of them asks a model. */
export function addLookups(program: Command, host: Host, done: Done): void {
  program
    .command('report')
    .description('show the report of an earlier run, in any format')
    .argument(
      '[run]',
      'id of a stored run or the beginning of its id, a report.json or its folder (default: the last run)',
    )
    .addOption(choice('--format <format>', 'how to show it (default: terminal)', reportFormats))
    .option('--out <file>', 'write the report to this file instead of stdout')
    .option('--open', 'open the HTML report in the browser')
    .action(async (run, options) => done(await (await import('../report.ts')).showReport(run, options, host)))

  program
    .command('trends')
    .description('show scores, drift, cost and latency of all stored nights and runs on one time axis')
    .argument('[feature]', 'only this feature (default: all with stored runs or nights)')
    .option('--out <file>', 'write the page to this file (default: .sluice/trends.html)')
    .option('--svg <file>', 'write the picture alone too, e.g. for a comment')
    .option('--history <file>', 'also the nights in this file of sluice nightly export')
    .option('--open', 'open the page in the browser')
    .action(async (feature, options) => done(await (await import('../trends.ts')).trends(feature, options, host)))

  program
    .command('costs')
    .description('show what evaluation has cost, by feature, day, model and command')
    .option('--since <day>', 'only from this day on: 2026-11-01, or 30d for the last 30 days')
    .option('--production-usd <x>', 'what production cost over the same days, for comparison')
    .option('--svg <file>', 'write a chart of the days')
    .option('--json', 'print the costs as JSON')
    .action(async (options) => done(await (await import('../costs.ts')).costs(options, host)))

  program
    .command('schema')
    .description('print the JSON Schema of a file format, for editors')
    .argument(
      '<kind>',
      'prompt, suite, config, recording, scores, report, matrix, drill, judge-attack, judge-rubric, gate-plan, calibration, unchanged, suite-review or suite-pick',
    )
    .action(async (kind) => done(await (await import('../schema.ts')).schema(kind, host)))

  program
    .command('cache')
    .description('manage the stored answers')
    .command('prune')
    .description('delete stored answers')
    .option('--older-than <days>', 'only answers older than this many days (default: 30)')
    .option('--all', 'all answers: the next run pays for everything again')
    .action(async (options) => done(await (await import('../cache.ts')).pruneCache(options, host)))
}
