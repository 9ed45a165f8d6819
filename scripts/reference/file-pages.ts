import { jsonSchemaOf, type SchemaKind } from '../../packages/sluice/src/core/suite/shipped-schemas.ts'
import { filePage } from './file-page.ts'
import { keyTable } from './key-table.ts'
import { type JsonSchema, type Key, keysOf } from './keys.ts'

const schemaOf = (kind: SchemaKind): JsonSchema => jsonSchemaOf(kind)

/** The pages on the files that users write, by their names. */
export const filePages: Record<string, () => string> = {
  'sluice-yaml.md': () =>
    filePage({
      title: 'sluice.yaml',
      introduction: `\`\`\`yaml
# sluice.yaml
model: anthropic:claude-haiku-5-5
judge: {model: openai:gpt-5.4-mini-2026-03-17}
gate: {threshold: 0.9, margin: 0.05}
\`\`\`

The configuration of a project, in its folder. Every key may be left out, and so may the file.`,
      schema: schemaOf('config'),
      file: 'sluice.yaml',
      kind: 'config',
      guides: {
        judge: '[what can be a judge](../checks.md#what-can-be-a-judge)',
        embedding: '[similarity](../checks.md#similarity)',
        gate: '[which test decides what](../statistics.md#which-test-decides-what), [tie-break](../statistics.md#tie-break), [`guard`](../guard.md#gateguard)',
        nightly: '[nightly](../nightly.md)',
        notify: '[of a night](../nightly.md#notifications), [of releases](../live.md#notifications)',
        providers:
          '[providers](../providers.md), [parameters as they are sent](providers.md#parameters-as-they-are-sent)',
        prices: '[costs](../costs.md)',
        retirements: '[when models end](../upgrade.md#when-models-end)',
      },
      next: 'Next: the [prompt file](prompt.md). How providers are asked, and what a quota does: [providers](../providers.md).',
    }),
  'prompt.md': () =>
    filePage({
      title: 'Prompt file',
      introduction: `\`\`\`yaml
# prompts/email-summary.prompt.yml
sluice: 1
model: anthropic:claude-haiku-5-5
messages:
  - {role: system, content: You summarise e-mails in two sentences.}
  - {role: user, content: "{{email}}"}
suites: {fast: ../evals/email-summary.yaml}
checks:
  - {maxWords: 180}
rubric:
  - {id: actions, ask: Does the summary state every action item of the e-mail?}
\`\`\`

One feature: what the model is asked, and how its answers are measured. The name ends in \`.prompt.yml\` or
\`.prompt.yaml\`. GitHub's own files have no \`sluice: 1\` and only the keys from \`name\` to \`evaluators\`
([suites](../suites.md#githubs-promptyml)).`,
      schema: schemaOf('prompt'),
      file: 'prompts/email-summary.prompt.yml',
      kind: 'prompt',
      guides: {
        modelParameters: '[parameters as they are sent](providers.md#parameters-as-they-are-sent)',
        messages: '[variables and literal braces](../suites.md#variables-and-literal-braces)',
        evaluators: "[GitHub's files](../suites.md#githubs-promptyml)",
        testData: '[suites and cases](cases.md), for more than a few',
        suites: '[suites and cases](cases.md)',
        inputs: '[what variables must be](../suites.md#what-variables-must-be)',
        defaults: '[variables from files, and defaults](../suites.md#variables-from-files-and-defaults)',
        rubric: '[the score of a case](../checks.md#the-score-of-a-case)',
        expect: '[answers that never came](../checks.md#answers-that-never-came)',
        reasoning: '[reasoning](../checks.md#reasoning)',
        gate: '[which test decides what](../statistics.md#which-test-decides-what)',
        target: '[an application in place of a prompt](../providers.md#an-application-in-place-of-a-prompt)',
        rollout: '[canary](../canary.md), [before a rollout](../canary.md#before-a-rollout)',
        live: '[what is judged](../live.md#what-is-judged), [what is stored](../live.md#what-is-stored-and-for-how-long)',
        production: '[nightly](../nightly.md)',
      },
      elsewhere: { checks: 'Every check type, with what passes and what fails: [checks](checks.md).' },
      next: 'Next: the [cases](cases.md). A first file is written by [`sluice init`](../init.md).',
    }),
  'cases.md': () =>
    filePage({
      title: 'Suites and cases',
      introduction: `\`\`\`yaml
# evals/email-summary.yaml
- id: late-order-03
  vars: {email: "Where is order 1182?"}
  expected: Asks where order 1182 is.
  checks: [{contains: "1182"}]
  tags: [core]
\`\`\`

A suite is a file of cases: a list in YAML (\`.yaml\`) or JSON (\`.json\`), one case a line in JSON Lines (\`.jsonl\`), or
one case a record in CSV (\`.csv\`, \`.tsv\`). The prompt file names it under [\`suites\`](prompt.md#suites). In CSV the
columns \`id\`, \`expected\`, \`expect\`, \`tags\`, \`weight\`, \`critical\` and \`cluster\` are the keys of that name, and every
other column is a variable ([suites](../suites.md#csv)). The keys of a case:`,
      schema: caseSchema(),
      file: 'evals/email-summary.yaml',
      kind: 'suite',
      guides: {
        vars: '[variables from files](../suites.md#variables-from-files-and-defaults), [values as they are written](../suites.md#values-are-sent-as-they-are-written)',
        expect: '[answers that never came](../checks.md#answers-that-never-came)',
        rubric: '[the score of a case](../checks.md#the-score-of-a-case)',
        cluster: '[formulas](../statistics.md#formulas)',
      },
      example: (name, value) => [name === 'id' ? { id: value } : { id: 'late-order-03', [name]: value }],
      elsewhere: { checks: 'Every check type, with what passes and what fails: [checks](checks.md).' },
      next: 'Next: the [check types](checks.md). How values, variables and numbers are read: [suites](../suites.md).',
    }),
  'recordings.md': () =>
    linesPage('recording', {
      title: 'Recordings',
      introduction: `\`\`\`jsonl
{"case": "late-order-03", "model": "small", "output": "Order 1182 is late.", "outputTokens": 6}
\`\`\`

A provider of [\`kind: replay\`](sluice-yaml.md#providers) answers from recordings: JSON Lines, one answer a line.`,
      next: 'Next: how a recording is chosen, and what happens after an edit of the prompt: [checks](../checks.md#recordings).',
    }),
  'scores.md': () =>
    linesPage('scores', {
      title: 'Scores of your own',
      introduction: `\`\`\`jsonl
{"id": "late-order-03", "score": 0.8, "tags": ["core"]}
{"id": "late-order-04", "error": "timeout"}
\`\`\`

\`\`\`sh
sluice compare --candidate-scores candidate.jsonl --baseline-scores baseline.jsonl
\`\`\`

Scores that another tool or a script has made, one a line in JSON Lines, for a verdict of the gate on them.`,
      next: 'Next: results files of other tools are read as they are: [compare](../compare.md).',
    }),
}

/** Every key of a case, those of its checks too. */
export function caseKeys(): Key[] {
  return keysOf(caseSchema())
}

/** Every key of a kind of file. */
export function fileKeys(kind: SchemaKind): Key[] {
  return keysOf(schemaOf(kind))
}

function caseSchema(): JsonSchema {
  const [, single] = schemaOf('suite').anyOf ?? []
  if (single === undefined) throw new Error('the schema of a suite is no list of cases or case')
  return single
}

function linesPage(kind: SchemaKind, { title, introduction, next }: Record<'title' | 'introduction' | 'next', string>) {
  const schema = `\`sluice schema ${kind}\` prints the same as a JSON Schema. Keys without a value may be \`null\` or left out.`
  return [`# ${title}`, introduction, keyTable(keysOf(schemaOf(kind)), JSON.stringify), schema, next].join('\n\n')
}
