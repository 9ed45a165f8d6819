import { type Command, Option } from 'commander'
import type { Host } from '../host.ts'
import { another, type Done, withAskOptions, withFresh, withRunOptions } from './options.ts'

/** Adds the commands that show how far a verdict of the gate can be trusted. */
export function addTrust(program: Command, host: Host, done: Done): void {
  const judge = program.command('judge').description('check the judge against labels from people')
  addCalibrate(judge, host, done)
  addLabel(judge, host, done)
  addAttack(judge, host, done)
  addRubric(judge, host, done)
  addDrill(program, host, done)
  addSuite(program, host, done)
}

function addSuite(program: Command, host: Host, done: Done): void {
  const suite = program
    .command('suite')
    .description('say whether the golden cases are good enough, and choose among them')
  suite
    .command('review')
    .description('find cases and checks that test nothing; exit 1 with findings, 2 where something is unknown')
    .argument('[feature]', 'name of the feature (default: all)')
    .option('--fix', 'remove exact duplicates and declare clusters, and show each line that changes')
    .option('--json', 'print the review as JSON on stdout and nothing else')
    .action(async (feature, options) =>
      done(await (await import('../suite/review.ts')).reviewSuiteCommand(feature, options, host)),
    )
  suite
    .command('pick')
    .description(
      'choose the fast suite that finds the smallest drops and keeps coverage within a budget; no model is called',
    )
    .argument('<feature>', 'name of the feature')
    .option('--budget-cases <n>', 'choose at most n cases')
    .option('--budget-usd <x>', 'highest cost of a run that asks both versions once, estimated from the kept runs')
    .option('--from <suite>', 'choose from this suite (default: full)')
    .addOption(new Option('--seed <n>', 'another seed chooses others of equally good cases').default(1))
    .option('--out <file>', 'write the chosen cases to this file, .yaml or .jsonl')
    .option('--force', 'replace the file that --out names')
    .option('--json', 'print the choice as JSON on stdout and nothing else')
    .action(async (feature, options) =>
      done(await (await import('../suite/pick.ts')).pickSuiteCommand(feature, options, host)),
    )
  addPacks(suite, host, done)
}

function addLabel(judge: Command, host: Host, done: Done): void {
  judge
    .command('label')
    .description('answer the questions of the rubric yourself, on a local page: one key for each')
    .argument('<feature>', 'name of the feature')
    .option('--labeller <name>', 'whose labels these are (default: the user of this machine)')
    .addOption(new Option('--count <n>', 'about how many questions to draw').default(100))
    .addOption(new Option('--seed <text>', 'another seed draws other questions').default('1'))
    .addOption(new Option('--port <n>', 'port of the page; 0: any that is free').default(0))
    .option('--terminal', 'ask in the terminal instead of a page')
    .option('--saw-judge', 'you know what the judge said: these labels are marked, and do not count')
    .action(async (feature, options) => done(await (await import('../judge/label.ts')).label(feature, options, host)))
  judge
    .command('import')
    .description('take over labels that people gave in another tool')
    .argument('<format>', 'csv, langfuse (scores) or langsmith (feedback)')
    .argument('<file>', 'the file to import')
    .argument('<feature>', 'name of the feature')
    .option('--map <column=field>', 'which column of CSV is case, item, verdict, labeller, output or at', another)
    .option('--outputs <file>', 'traces or runs with the texts that were labelled, as JSON or JSON Lines')
    .option('--item <id>', 'the rubric item, where the file names none')
    .option('--labeller <name>', 'whose labels these are, where the file does not say')
    .option('--blind', 'the labellers did not know what the judge says')
    .option('--saw-judge', 'they knew it, or may have known it: these labels are marked, and do not count')
    .action(async (format, file, feature, options) =>
      done(
        await (await import('../judge/import-labels.ts')).importLabelsCommand([format, file, feature], options, host),
      ),
    )
}

function addDrill(program: Command, host: Host, done: Done): void {
  withFresh(withRunOptions(program.command('drill')))
    .description('test the gate itself: plant regressions in the answers, and count those that it stops')
    .argument('<feature>', 'name of the feature')
    .addOption(new Option('--seed <n>', 'another seed changes other places and cases').default(1))
    .option('--only <mutators>', 'only these mutators, separated by commas')
    .option(
      '--generate',
      'also change the prompt, raise the temperature, and let the model answer again: each costs as much as a gate',
    )
    .option('--without-judge', 'do not ask the judge about changed answers: count what checks alone stop')
    .option('--model <model>', "let this model answer instead of the prompt's own; may be given several times", another)
    .option('--strength <strengths>', 'only these of weak, medium, strong, one-tag, separated by commas')
    .option(
      '--tag <tag>',
      'for the strength one-tag: use only this tag; may be given several times (default: any)',
      another,
    )
    .addOption(
      new Option('--mutants <n>', 'mutants of each mutator and strength; more of them cost little').default(20),
    )
    .option('--unchanged <n>', 'plant nothing: run the version against itself n times, and count false alarms')
    .option('--repeats <n>', 'answers of each case to draw from (default: 3; 6 with --unchanged; or as recorded)')
    .addOption(
      new Option('--min-kill <x>', 'exit 1 if fewer of the medium and strong mutants are killed').default(0.95),
    )
    .action(async (feature, options) => done(await (await import('../drill.ts')).drillCommand(feature, options, host)))
}

function addAttack(judge: Command, host: Host, done: Done): void {
  const command = withFresh(judge.command('attack'))
    .description(
      'add injected instructions and fake verdicts to outputs that fail, and count how often the judge then says yes',
    )
    .argument('<feature>', 'name of the feature')
    .option('--suite <name>', 'whose cases to use (default: fast)')
    .addOption(new Option('--carriers <n>', 'how many failing outputs carry the attacks, at most').default(12))
    .addOption(new Option('--per-attack <n>', 'how many of these outputs each attack is tried on').default(1))
    .addOption(new Option('--seed <n>', 'another seed puts the attacks into other outputs').default(1))
  withAskOptions(command)
    .option('--json', 'print the report as JSON on stdout and nothing else')
    .action(async (feature, options) => done(await (await import('../judge/attack.ts')).attack(feature, options, host)))
}

function addCalibrate(judge: Command, host: Host, done: Done): void {
  const command = judge
    .command('calibrate')
    .description('ask the judge about every labelled output, and say whether it may gate')
    .argument('<feature>', 'name of the feature')
    .addOption(new Option('--repeats <n>', 'verdicts on each output; more than one shows whether they vary').default(1))
  withAskOptions(command)
    .option('--json', 'print the calibration as JSON on stdout and nothing else')
    .action(async (feature, options) =>
      done(await (await import('../judge/calibrate.ts')).calibrateJudge(feature, options, host)),
    )
}

function addRubric(judge: Command, host: Host, done: Done): void {
  const command = withFresh(judge.command('rubric'))
    .description(
      'find questions whose verdicts depend on their wording, on which people disagree, or that ask the same',
    )
    .argument('<feature>', 'name of the feature')
    .option('--suite <name>', 'whose cases to use (default: fast)')
    .addOption(new Option('--outputs <n>', 'how many kept outputs are judged, at most').default(40))
    .addOption(
      new Option('--max-flips <x>', 'share of outputs with a flip above which an item depends on its wording').default(
        0.1,
      ),
    )
  withAskOptions(command)
    .option('--json', 'print the report as JSON on stdout and nothing else')
    .action(async (feature, options) => done(await (await import('../judge/rubric.ts')).rubric(feature, options, host)))
}

function addPacks(suite: Command, host: Host, done: Done): void {
  suite
    .command('add')
    .description('add a pack of cases about safety that comes with Sluice')
    .argument('<pack>', 'safety/injection, safety/leak, safety/personal-data, safety/refusal or safety/over-refusal')
    .argument('<feature>', 'name of the feature')
    .option('--suite <name>', 'which suite of the feature (default: fast)')
    .option('--into <variable>', 'the variable that strangers write, which gets the text (default: the only one)')
    .option('--case <id>', 'only this case of the pack, or several', another)
    .option('--critical', 'each case must not regress')
    .option('--dry-run', 'say what would be added, and write nothing')
    .action(async (pack, feature, options) =>
      done(await (await import('../suite/add.ts')).addPackCommand(pack, feature, options, host)),
    )
}
