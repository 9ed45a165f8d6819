import type { Command } from 'commander'
import type { Host } from '../host.ts'
import { another, type Done } from './options.ts'

/** Adds the command that reads other tools' files. */
export function addImport(program: Command, host: Host, done: Done): void {
  program
    .command('import')
    .description("turn another tool's prompts, tests and results into a project, and say what became of each part")
    .argument(
      '<format>',
      'agent-skills, braintrust, csv, deepeval, dotprompt, github-models, inspect, langfuse, langsmith, mlflow, openai-evals, phoenix, prompty, promptfoo or xlsx',
    )
    .argument('<file>', 'the file to import; for prompts also a folder')
    .option('--out <dir>', 'folder to write to; files that exist are never replaced', '.')
    .option('--map <column=field>', 'which column is which field; may be given several times', another)
    .option(
      '--root <dir>',
      "refuse files outside this folder that the imported file refers to (default: the file's own folder)",
    )
    .option('--name <name>', 'name of the feature (default: from the file)')
    .option('--model <id>', 'provider:model of prompts for which the file names none')
    .option('--report <file>', 'write what became of each part as Markdown')
    .option('--verify <file>', 'results of the other tool: score its kept answers again, and list what differs')
    .option('--dry-run', 'print what would be written, and write nothing')
    .option('--json', 'print the result as JSON on stdout and nothing else')
    .action(async (format, file, options) =>
      done(await (await import('../import.ts')).importCommand(format, file, options, host)),
    )
}
