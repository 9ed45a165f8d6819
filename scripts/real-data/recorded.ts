import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { z } from 'zod'

const folder = path.join(import.meta.dirname, '../../../shared/data')

/** Why there is nothing to read; false when there is. */
export const absent: string | false = existsSync(folder)
  ? false
  : `${folder} is absent: the recorded scores are kept outside the project, and nothing was compared`

/** All rows of a recorded data set. */
export function readRecorded<Row>(name: string, row: z.ZodType<Row>): Row[] {
  const text = gunzipSync(readFileSync(path.join(folder, `${name}.jsonl.gz`))).toString()
  return text
    .trim()
    .split('\n')
    .map((line) => row.parse(JSON.parse(line)))
}
