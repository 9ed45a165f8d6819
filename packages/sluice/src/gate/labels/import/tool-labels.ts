import { z } from 'zod'
import { SluiceError } from '../../../errors.ts'
import { jsonIn } from '../../../json.ts'
import type { ForeignLabel, ForeignOutput } from './foreign-label.ts'

const text = z.string().nullish()
const object = z.record(z.string(), z.unknown())

/** A score of `GET /api/public/v2/scores` of Langfuse. */
const langfuseScore = z.object({
  name: z.string(),
  value: z.unknown().optional(),
  stringValue: text,
  source: text,
  traceId: text,
  authorUserId: text,
  timestamp: text,
  createdAt: text,
})

/** A feedback of `GET /feedback` of LangSmith, or of `list_feedback` of its SDK. */
const langsmithFeedback = z.object({
  key: z.string(),
  score: z.unknown().optional(),
  value: z.unknown().optional(),
  run_id: text,
  created_at: text,
  feedback_source: z.object({ type: text, user_id: text, user_name: text, metadata: object.nullish() }).nullish(),
})

/** Scores of Langfuse. Only those with the source ANNOTATION are of people: API and EVAL may be of programs. */
export function langfuseLabels(content: string, file: string): ForeignLabel[] {
  return rowsOf(content, file).map((row, index) => {
    const score = read(langfuseScore, row, `${file}: score ${index + 1}`)
    return {
      place: `score ${index + 1}`,
      item: score.name,
      verdict: score.stringValue ?? score.value,
      labeller: score.authorUserId ?? undefined,
      isHuman: score.source === 'ANNOTATION',
      text: undefined,
      trace: score.traceId ?? undefined,
      case: undefined,
      at: score.timestamp ?? score.createdAt ?? undefined,
    }
  })
}

/** Feedback of LangSmith. Only that from its app is of people: from the API and of models it may be of programs. */
export function langsmithLabels(content: string, file: string): ForeignLabel[] {
  return rowsOf(content, file).map((row, index) => {
    const feedback = read(langsmithFeedback, row, `${file}: feedback ${index + 1}`)
    const { feedback_source: source } = feedback
    return {
      place: `feedback ${index + 1}`,
      item: feedback.key,
      verdict: feedback.score ?? feedback.value,
      labeller: source?.user_name ?? source?.user_id ?? undefined,
      isHuman: source?.type === 'app',
      text: undefined,
      trace: feedback.run_id ?? undefined,
      case: undefined,
      at: feedback.created_at ?? undefined,
    }
  })
}

/**
 * Outputs by the id of their trace or run: of Langfuse's traces, of LangSmith's runs, or of any rows with `id`,
 * `output` and `case`.
 */
export function foreignOutputs(content: string, file: string): Map<string, ForeignOutput> {
  const rows = rowsOf(content, file).map((row, index) => read(object, row, `${file}: row ${index + 1}`))
  return new Map(
    rows.flatMap((row): [string, ForeignOutput][] => {
      if (typeof row.id !== 'string') return []
      const extra = object.safeParse(row.extra).data?.metadata
      const metadata = object.safeParse(row.metadata ?? extra).data ?? {}
      const id = [row.case, metadata.case, metadata.case_id, row.datasetItemId].find((each) => typeof each === 'string')
      return [[row.id, { text: textOf(row.output ?? row.outputs), case: id }]]
    }),
  )
}

/** The text of an output: itself, or the only text among its values. */
function textOf(output: unknown): string | undefined {
  if (typeof output === 'string') return output
  const texts = Object.values(object.safeParse(output).data ?? {}).filter((each) => typeof each === 'string')
  return texts.length === 1 ? texts[0] : undefined
}

/** The rows of JSON, of pages of it, or of JSON Lines. */
function rowsOf(content: string, file: string): unknown[] {
  const parsed = jsonIn(content) ?? content.split('\n').flatMap((line) => (line.trim() === '' ? [] : [jsonIn(line)]))
  const rows = (Array.isArray(parsed) ? parsed : [parsed]).flatMap((row) => {
    const { data } = object.safeParse(row)
    return Array.isArray(data?.data) ? data.data : [row]
  })
  if (rows.length > 0 && rows.every((row) => object.safeParse(row).success)) return rows
  throw new SluiceError('invalid-input', `${file}: this is neither a JSON list of records nor JSON Lines`)
}

function read<T>(schema: z.ZodType<T>, row: unknown, place: string): T {
  const { data, error } = schema.safeParse(row)
  if (error === undefined) return data as T
  const [issue] = error.issues
  throw new SluiceError('invalid-input', `${place}: ${issue?.path.join('.')}: ${issue?.message}`)
}
