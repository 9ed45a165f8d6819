import { type Command, Option } from 'commander'
import { guards } from '../../core/suite/config/guard.ts'
import { checkFormats } from '../../gate/ci/annotations.ts'
import { resultsFormats } from '../../gate/results/results-formats.ts'
import type { Host } from '../host.ts'
import { another, choice, type Done, withFresh, withGateOptions, withRunOptions } from './options.ts'

/** Adds the commands that check, evaluate and judge the versions of a project. */
export function addGating(program: Command, host: Host, done: Done): void {
  program
    .command('check')
    .description('validate prompts, suites and config without calling a model')
    .argument('[paths...]', 'report only what concerns these files or folders')
    .option('--json', 'print the findings as JSON')
    .addOption(choice('--format <format>', 'how to print the findings (default: text)', checkFormats))
    .action(async (paths, options) => done(await (await import('../check.ts')).check(paths, options, host)))

  withFresh(withRunOptions(program.command('eval')))
    .description(
      'print the scores of one feature; with --compare: of one or several features, each with several models',
    )
    .argument('<feature...>', 'name of the feature; with --compare one or several')
    .option(
      '--compare <models>',
      'models to compare with those of the prompts, separated by commas; --report-dir then gets matrix.html',
    )
    .option('--tag <tag>', 'only cases with this tag, or with one of several: --tag core --tag edge', another)
    .addOption(new Option('--repeats <n>', 'answers per case').default(1))
    .action(async (features, options) => done(await (await import('../eval.ts')).evalCommand(features, options, host)))

  withFresh(withGateOptions(program.command('gate')))
    .description('judge the changed features against their baseline: the pull-request gate')
    .option('--base <ref>', 'compare with this commit (default: where this branch left the default branch)')
    .option('--changed-files <file>', 'take the changed files from this list, one path per line, instead of from git')
    .option('--all', 'judge every feature, changed or not')
    .option('--explain', 'only print which files each feature depends on, and why it is affected or not')
    .option('--expect-features <n>', 'exit 3 if fewer features than this were judged')
    .option('--allow-removed', 'accept that features of the base commit are gone (default: exit 3)')
    .addOption(
      choice(
        '--guard <guard>',
        'how a change of checks, cases, judge or thresholds is treated; overrides the files',
        guards,
      ),
    )
    .option('--watch', 'while you write: judge again after each change, one line a run; Ctrl-C ends it')
    .option('--approved-by <text>', 'who allowed this --guard; the report shows it')
    .action(async (options) => done(await (await import('../gate.ts')).gate(options, host)))

  withFresh(withGateOptions(program.command('compare')))
    .description('judge two versions of a feature, or two results files of any tool, against each other')
    .argument('[feature]', 'name of the feature; leave it out for results files and files of scores')
    .option('--candidate <ref or file>', 'git reference or prompt file; without a feature: a results file')
    .option('--baseline <ref or file>', 'git reference or prompt file; without a feature: a results file')
    .addOption(
      choice(
        '--format <tool>',
        'which tool wrote the results files (default: recognised by their content)',
        resultsFormats,
      ),
    )
    .option('--metric <name>', "which score of the results files to compare (default: the tool's overall score)")
    .option('--scale <worst,best>', 'the worst and the best score of the results files (default: 0,1)')
    .option('--cluster <field>', 'a field in the results files: cases with the same value of it belong together')
    .option('--candidate-scores <file>', 'JSONL of {"id", "score"}; no model is called')
    .option('--baseline-scores <file>', 'JSONL of {"id", "score"}; no model is called')
    .action(async (feature, options) => done(await (await import('../compare.ts')).compare(feature, options, host)))

  withRunOptions(program.command('upgrade'))
    .description('replace a model: try others on every feature that uses it, and write the change')
    .option('--from <model>', 'the model to replace (default: the one of this project that ends soon)')
    .option(
      '--to <model>',
      'a model to try, may be given several times (default: what its provider recommends)',
      another,
    )
    .option(
      '--repeats <n>',
      'answers per case and model (default: the last number of gate.repeats if that is set, else 3)',
    )
    .option('--margin <x>', 'largest acceptable drop of the mean score, 0 to 1')
    .option('--write', 'write the proposed models into the files')
    .option('--pull-request', 'open a pull request on GitHub with the change')
    .action(async (options) => done(await (await import('../upgrade.ts')).upgradeCommand(options, host)))

  addNightly(program, host, done)
}

function addNightly(program: Command, host: Host, done: Done): void {
  const night = withGateOptions(program.command('nightly'), {
    suite: 'full, else fast',
    drop: 'largest acceptable drop against the kept answers, and change of their scores since the reference night',
  })
    .description('ask every feature in production again, and find drift of provider, judge and suite')
    .option('--night <day>', 'which night this is; a repeated night pays only for what is missing (default: today)')
    .option('--new-reference', "compare later nights with tonight's answers")
    .option('--no-notify', 'send no messages')
    .action(async (options) => done(await (await import('../nightly/nightly.ts')).nightly(options, host)))
  night
    .command('export')
    .description('write the history of nights as JSON Lines')
    .argument('[file]', 'file to write to (default: stdout)')
    .action(async (file) => done(await (await import('../nightly/history.ts')).exportHistory(file, host)))
  night
    .command('import')
    .description('add the nights of a file that export wrote')
    .argument('<file>', 'JSON Lines')
    .action(async (file) => done(await (await import('../nightly/history.ts')).importHistory(file, host)))
}
