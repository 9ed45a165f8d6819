import type { CheckType } from '../../packages/sluice/src/core/suite/checks/check-spec.ts'
import { trajectoryParts } from './trajectory-demonstrations.ts'

/** An answer of a model, as far as checks look at it. */
export interface DemonstratedAnswer {
  output: string
  latencyMs?: number
  costUsd?: number
  vars?: Record<string, unknown>
  expected?: string
  /** What the application reports beside its output. */
  toolCalls?: Record<string, unknown>[]
  state?: unknown
}

/** A check as a file has it, and answers that it is tried on when the page is written. */
interface Demonstration {
  check: Record<string, unknown>
  answers: (string | DemonstratedAnswer)[]
}

interface CheckPart {
  /** What the description of the key leaves open, in Markdown. */
  detail: string
  demonstrations: Demonstration[]
}

const alike =
  'Upper and lower case are alike unless `caseSensitive: true`; Unicode is normalised and line ends are alike.'
const variables = 'May hold `{{variables}}` of the case, and `{{expected}}`.'

/** What the page of checks says of each type beside its schema. */
export const checkParts: Record<CheckType, CheckPart> = {
  ...trajectoryParts,
  equals: {
    detail: `White space around the text is ignored. ${alike} ${variables}`,
    demonstrations: [
      { check: { equals: 'refund refused' }, answers: ['Refund refused', 'The refund is refused.'] },
      {
        check: { equals: '{{expected}}' },
        answers: [
          { output: 'yes', expected: 'yes' },
          { output: 'no', expected: 'yes' },
        ],
      },
    ],
  },
  contains: {
    detail: `${alike} ${variables}`,
    demonstrations: [
      { check: { contains: 'invoice 1182' }, answers: ['Please pay invoice 1182.', 'Please pay invoice 1128.'] },
      { check: { notContains: 'as an AI', must: true }, answers: ['Please pay.', 'As an AI, I cannot pay.'] },
    ],
  },
  containsAll: {
    detail: `The score is the share of the texts that occur. ${alike}`,
    demonstrations: [
      {
        check: { containsAll: ['invoice 1182', 'Friday'] },
        answers: ['Pay invoice 1182 by Friday.', 'Pay invoice 1182.', 'Pay soon.'],
      },
    ],
  },
  containsAny: {
    detail: alike,
    demonstrations: [
      { check: { containsAny: ['Friday', 'tomorrow'] }, answers: ['It comes on Friday.', 'It comes soon.'] },
    ],
  },
  startsWith: {
    detail: `White space before the text is ignored. ${alike} ${variables}`,
    demonstrations: [{ check: { startsWith: 'Summary:' }, answers: ['Summary: all is well.', 'All is well.'] }],
  },
  endsWith: {
    detail: `White space after the text is ignored. ${alike} ${variables}`,
    demonstrations: [{ check: { endsWith: 'Kind regards' }, answers: ['Done. Kind regards', 'Kind regards, Ann'] }],
  },
  matches: {
    detail:
      'A JavaScript regular expression in Unicode mode, anywhere in the output unless it has `^` and `$` ([what it may hold](../suites.md#regular-expressions)). Case is ignored unless `caseSensitive: true`. In YAML write it without quotes or in single quotes. A match that takes longer than a quarter of a second, or more for long outputs, is an error, never a score.',
    demonstrations: [{ check: { matches: 'invoice \\d{4}' }, answers: ['Pay invoice 1182.', 'Pay invoice A7.'] }],
  },
  equalsAny: {
    detail: 'Each text is compared as by `equals`.',
    demonstrations: [{ check: { equalsAny: ['yes', 'no'] }, answers: ['Yes', 'Maybe'] }],
  },
  json: {
    detail: 'The whole output has to be JSON; in a Markdown fence it is not (`containsJson` looks there too).',
    demonstrations: [{ check: { json: true }, answers: ['{"total": 12}', '{total: 12}'] }],
  },
  jsonSchema: {
    detail: 'JSON Schema draft 2020-12, or draft 07 if the schema says so. `format` is not enforced.',
    demonstrations: [
      {
        check: { jsonSchema: { type: 'object', required: ['total'], properties: { total: { type: 'number' } } } },
        answers: ['{"total": 12}', '{"total": "12"}'],
      },
    ],
  },
  containsJson: {
    detail:
      'With `true` an object counts, with a JSON Schema an object or a list that meets it ([formats](../checks.md#formats)).',
    demonstrations: [
      {
        check: { containsJson: { type: 'object', required: ['total'] } },
        answers: ['Here it is: {"total": 12}', 'The total is 12.'],
      },
    ],
  },
  xml: {
    detail: 'With `true` any well-formed document ([formats](../checks.md#formats)).',
    demonstrations: [
      {
        check: { xml: { elements: ['order.item'] } },
        answers: ['<order><item>pen</item></order>', '<order><item>pen</order>', '<order/>'],
      },
    ],
  },
  containsXml: {
    detail: 'With `true` any element ([formats](../checks.md#formats)).',
    demonstrations: [{ check: { containsXml: true }, answers: ['The order: <order/>', 'The order is empty.'] }],
  },
  html: {
    detail: 'What a browser would read without repairing it ([formats](../checks.md#formats)).',
    demonstrations: [{ check: { html: true }, answers: ['<p>Paid.</p>', 'Paid.'] }],
  },
  containsHtml: {
    detail: 'Closed or not ([formats](../checks.md#formats)).',
    demonstrations: [{ check: { notContainsHtml: true }, answers: ['Paid.', 'Paid.<br>'] }],
  },
  sql: {
    detail: 'The dialect alone, or a map that also limits what may be used ([formats](../checks.md#formats)).',
    demonstrations: [
      {
        check: { sql: { dialect: 'postgresql', tables: ['orders'] } },
        answers: ['SELECT id FROM orders', 'SELECT id FROM users', 'SELECT id FORM orders'],
      },
    ],
  },
  containsSql: {
    detail: 'As `sql`, for an output with prose around a code fence ([formats](../checks.md#formats)).',
    demonstrations: [
      { check: { containsSql: 'postgresql' }, answers: ['SELECT id FROM orders', 'There are no orders.'] },
    ],
  },
  refusal: {
    detail:
      'A list of phrases in eight languages, looked for in the first sentences ([refusals](../checks.md#refusals-in-plain-words)).',
    demonstrations: [
      {
        check: { notRefusal: true, must: true },
        answers: ['Pay by Friday.', "I'm sorry, but I can't help with that."],
      },
    ],
  },
  similarity: {
    detail: 'It passes or fails; what each metric counts: [similarity](../checks.md#similarity).',
    demonstrations: [
      {
        check: { similarity: { to: 'The order arrives on Friday.', min: 0.6 } },
        answers: ['Your order arrives on Friday.', 'Thank you for waiting.'],
      },
      {
        check: { similarity: { to: '4711-AB', metric: 'levenshtein', maxDistance: 1 } },
        answers: ['4711-AC', '4117-AC'],
      },
    ],
  },
  jsonPath: {
    detail:
      'Exactly one of `equals`, `matches` and `exists` beside `path`. At least one value has to be selected, and all of them have to meet the condition.',
    demonstrations: [
      {
        check: { jsonPath: { path: '$.items[0].name', equals: 'pencil' } },
        answers: ['{"items": [{"name": "pencil"}]}', '{"items": []}'],
      },
      { check: { jsonPath: { path: '$.error', exists: false } }, answers: ['{"ok": 1}', '{"error": "none"}'] },
    ],
  },
  minWords: {
    detail: 'A word is a run without white space that holds a letter or a digit.',
    demonstrations: [{ check: { minWords: 3 }, answers: ['Pay by Friday.', 'Pay.'] }],
  },
  maxWords: {
    detail: 'A word is a run without white space that holds a letter or a digit; limit Chinese or Thai by `maxChars`.',
    demonstrations: [{ check: { maxWords: 3 }, answers: ['Pay by Friday.', 'Please pay it by Friday.'] }],
  },
  maxChars: {
    detail: 'Characters are code points of Unicode.',
    demonstrations: [{ check: { maxChars: 10 }, answers: ['Pay now.', 'Please pay it now.'] }],
  },
  latencyMs: {
    detail: 'The time of the answer when it was first given, not that of reading it from the store.',
    demonstrations: [
      {
        check: { latencyMs: 2000 },
        answers: [
          { output: 'Paid.', latencyMs: 1400 },
          { output: 'Paid.', latencyMs: 3100 },
        ],
      },
    ],
  },
  costUsd: {
    detail:
      'The cost of the answer when it was first given. Without a known price it is an error, not a pass ([prices](sluice-yaml.md#prices)).',
    demonstrations: [
      {
        check: { costUsd: 0.01 },
        answers: [
          { output: 'Paid.', costUsd: 0.004 },
          { output: 'Paid.', costUsd: 0.02 },
        ],
      },
    ],
  },
  expression: {
    detail:
      'The language is [CEL](https://cel.dev); a number from 0 to 1 is the score ([expressions](../checks.md#expressions)).',
    demonstrations: [
      {
        check: { expression: 'size(output) < 40 && output.contains(vars.name)' },
        answers: [
          { output: 'Dear Ann, it is paid.', vars: { name: 'Ann' } },
          { output: 'It is paid.', vars: { name: 'Ann' } },
        ],
      },
      {
        check: { expression: 'json.items.all(i, i.price > 0)' },
        answers: ['{"items": [{"price": 3}]}', '{"items": [{"price": -3}]}'],
      },
    ],
  },
  label: {
    detail:
      'The score is 1 for the expected class, else 0. White space around the label is ignored. With `labels` an answer that is none of them is an unknown label, which has its own column in the [confusion table](../metrics.md).',
    demonstrations: [
      {
        check: { label: { expected: 'refund', labels: ['refund', 'delivery', 'other'] } },
        answers: ['Refund', 'delivery', 'I would say: refund'],
      },
      { check: { label: { expected: 'refund', path: '$.category' } }, answers: ['{"category": "refund"}', 'refund'] },
    ],
  },
  fields: {
    detail:
      'The score is the share of fields that are right. An output that is no JSON has none right. 01/02/2026 is two days, so it is no date ([metrics](../metrics.md)).',
    demonstrations: [
      {
        check: { fields: { expected: { total: 41.5, due: '2026-12-01' }, kinds: { due: 'date' }, tolerance: 0.01 } },
        answers: ['{"total": 41.5, "due": "1 December 2026"}', '{"total": 45.1, "due": "2026-12-01"}', 'It is 41.50.'],
      },
      {
        check: { fields: { expected: { 'customer.name': 'Ann', items: ['pen', 'ink'] }, kinds: { items: 'set' } } },
        answers: ['{"customer": {"name": "Ann"}, "items": ["ink", "pen"]}'],
      },
    ],
  },
  retrieval: {
    detail:
      'The score is recall@k: of the relevant documents the share among the first k that the application reports as `retrieved`. An application that reports none makes it an error, never a 0 ([metrics](../metrics.md)).',
    demonstrations: [{ check: { retrieval: { relevant: ['returns-2', 'returns-5'], k: 5 } }, answers: [] }],
  },
  module: {
    detail: `Without \`#name\` the default export. It gets \`{output, vars, expected, case}\` and returns a boolean, a number from 0 to 1
or \`{score, reason}\`; it may be async.

\`\`\`ts
// checks/tone.ts
export const polite = ({ output }: { output: string }) => ({
  score: /please/i.test(output) ? 1 : 0,
  reason: 'says please or not',
})
\`\`\``,
    demonstrations: [{ check: { module: '../checks/tone.ts#polite' }, answers: [] }],
  },
  command: {
    detail:
      'A command line or a list of words, run without a shell in the folder of `sluice.yaml`: the answer as JSON on stdin, `true`, `false`, a number or `{"score": .., "reason": ..}` on stdout ([programs](../checks.md#programs)).',
    demonstrations: [
      { check: { command: 'python3 checks/tone.py' }, answers: [] },
      { check: { command: ['node', 'checks/tone.mjs', '--strict'] }, answers: [] },
    ],
  },
}
