import { row } from './key-table.ts'

const pages: [file: string, subject: string][] = [
  ['sluice-yaml.md', 'every key of `sluice.yaml`: gate, judge, providers, nights, notifications, prices'],
  ['prompt.md', 'every key of a prompt file'],
  ['cases.md', 'every key of a golden case, in YAML, JSON, JSON Lines and CSV'],
  ['checks.md', 'every check type, with outputs and their scores'],
  ['recordings.md', 'recorded answers, for a provider of `kind: replay`'],
  ['scores.md', 'scores of your own, for `sluice compare --candidate-scores`'],
  ['providers.md', 'names of models, kinds of API, parameters as they are sent, when models end'],
  ['environment.md', 'every variable of the environment that Sluice reads'],
  ['exit-codes.md', 'every exit code, for any command and for each one'],
  ['report-json.md', 'every key of `report.json`'],
]

/** The first page of the reference. */
export function indexPage(): string {
  return [
    '# Reference',
    'Every key that a file may have, every check, every variable of the environment: what it takes, its default, what it means, and an example. The pages are made from the same schemas that `sluice check` checks your files with.',
    [
      row(['page', 'has']),
      row(['---', '---']),
      ...pages.map(([file, subject]) => row([`[${file.slice(0, -3)}](${file})`, subject])),
    ].join('\n'),
    'A key is written with all keys around it: search the page for `gate.repeats`. `<name>` stands for a name of your own, `[]` for each entry of a list.',
    `Editors that know YAML schemas show the same while you write. Put this above a file, with the way to your \`node_modules\`:

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/sluice/schemas/config.schema.json
gate: {threshold: 0.9}
\`\`\``,
    'The schemas are `config`, `prompt`, `suite`, `recording`, `scores` and `report`. `sluice init` writes that line.',
    'Flags of commands: `sluice <command> --help`, and [commands](../commands.md). HTTP: [protocol](../protocol.md).',
  ].join('\n\n')
}
