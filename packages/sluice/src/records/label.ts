import { z } from 'zod'
import { answerTraceSchema } from './answer-trace.ts'
import { conversationTurnSchema } from './conversation-turn.ts'
import { versionIdField } from './names.ts'

/** One line of text, as names of cases, items and people are. */
const name = z.string().regex(/^[^\p{Cc}]+$/u, 'must not be empty or hold control characters')
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the output: 64 hex digits')
const at = z.iso.datetime()
/** Lines of earlier versions lack it; they count as long as their case and item are there. */
const material = hash.exactOptional()

/** What a labeller says of one rubric item on one output; `unclear`: the rubric does not say. */
const labelVerdictSchema = z.enum(['yes', 'no', 'unclear'])
export type LabelVerdict = z.infer<typeof labelVerdictSchema>

/** One line of `labels/<feature>.jsonl`. */
export const labelSchema = z.strictObject({
  case: name.describe('Id of the case.'),
  item: name.describe('Id of the rubric item.'),
  verdict: labelVerdictSchema.nullable().describe('Null takes an earlier label back.'),
  labeller: name.max(100).describe('Who says so.'),
  kind: z.enum(['human', 'model']).describe('Labels of models never count towards a calibration.'),
  output: hash.describe('SHA-256 of the text that was labelled.'),
  probability: z
    .number()
    .gt(0)
    .max(1)
    .nullable()
    .describe('Probability with which the item was chosen; null if it was not drawn.'),
  at: at.describe('When, in UTC.'),
  version: versionIdField
    .nullable()
    .describe('The prompt version that wrote the output; null where that is not known.'),
  sawJudge: z.boolean().describe('Whether the labeller knew the verdict of the judge; such labels are left out.'),
  material: material.describe(
    'SHA-256 of what the question is about: variables and reference of the case, and the question. A label of other material is left out.',
  ),
})

/** What one labeller says of one item on one output. */
export type Label = z.infer<typeof labelSchema>

/** One line of `labels/<feature>.outputs.jsonl`: a text that was labelled, so that it can be judged again. */
export const labelledOutputSchema = z.strictObject({
  output: hash.describe('SHA-256 of the text.'),
  case: name.describe('Id of the case that it answers.'),
  version: versionIdField.nullable().describe('The prompt version that wrote it; null where that is not known.'),
  text: z.string().describe('The output, whole.'),
  repeat: z.int().min(1).describe('Which answer to the case it is, from 1.'),
  candidate: z.boolean().describe('Whether it was the candidate that wrote it, and not the baseline.'),
  trace: answerTraceSchema
    .exactOptional()
    .describe('What was done on the way to it, where a question about it sees that; it is then part of the hash.'),
  exchanges: z
    .array(conversationTurnSchema.pick({ user: true, output: true }))
    .min(1)
    .exactOptional()
    .describe('What was said in the conversation that it ends; it is then part of the hash.'),
})
export type LabelledOutput = z.infer<typeof labelledOutputSchema>

/** One line of `labels/<feature>.judged.jsonl`: what a judge says of a labelled output. */
export const judgedOutputSchema = z.strictObject({
  judge: name.describe('Id of the judge.'),
  case: name.describe('Id of the case.'),
  item: name.describe('Id of the rubric item.'),
  output: hash.describe('SHA-256 of the text.'),
  verdict: z.enum(['yes', 'no', 'cannot_tell']),
  repeat: z.int().min(1).describe('Which verdict of this judge on this text it is, from 1.'),
  at: at.describe('When, in UTC.'),
  material: material.describe('SHA-256 of what the judge was shown beside the output, as in a label.'),
})
export type JudgedOutput = z.infer<typeof judgedOutputSchema>
