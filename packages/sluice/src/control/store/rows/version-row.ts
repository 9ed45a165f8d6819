import { z } from 'zod'
import { promptVersionSchema } from '../../../records/prompt-version.ts'
import { type VersionRecord, versionSchema } from '../../../records/version.ts'
import { documentReader } from './stored-json.ts'

const versionRecord = versionSchema
  .pick({ feature: true, id: true, publishedAt: true })
  .extend({
    content: promptVersionSchema
      .pick({ id: true, model: true })
      .extend({ messages: z.array(z.looseObject({})) })
      .loose(),
    rubric: z.array(z.looseObject({ id: z.string(), ask: z.string() })),
    report: z.looseObject({ verdict: z.string(), exitCode: z.int() }).nullable(),
  })
  .loose()

export const versionOf = documentReader<VersionRecord>('version', versionRecord)
