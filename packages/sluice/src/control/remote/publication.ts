import path from 'node:path'
import { z } from 'zod'
import type { Config } from '../../core/suite/config/config.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { SluiceError } from '../../errors.ts'
import type { Report } from '../../records/report/report.ts'
import { liveSettingsSchema, rolloutSettingsSchema } from '../../records/rollout/rollout-settings.ts'
import type { VersionOrigin, VersionRecord } from '../../records/version.ts'
import { fallenCases } from '../release/fallen-cases.ts'

/** The body of `POST /v1/features/{f}/versions`. */
export interface Publication
  extends Pick<VersionRecord, 'content' | 'rubric' | 'judge' | 'written' | 'source' | 'origin'> {
  /** Both as in a prompt file, `redact` relative to the project's root. */
  rollout: unknown
  live: unknown
  report: Report | null
}

/**
 * A prompt as it is published, with what the gate said about it.
 * @throws SluiceError for a prompt whose messages hold files: what clients render is text
 */
export function publicationOf(
  prompt: Prompt,
  {
    config,
    report,
    source,
    origin,
  }: {
    config: Pick<Config, 'root' | 'judge'>
    report: Report | null
    source: string | null
    origin?: VersionOrigin | undefined
  },
): Publication {
  const { id, label, model, parameters, messages, format, strict, inputs, rubric, rollout, live, written } = prompt
  const { tools, toolChoice, maxSteps } = prompt
  if (messages.some(({ parts }) => parts !== undefined)) throw withFiles(prompt)
  const { redact } = live
  const stored = redact === undefined ? live : { ...live, redact: relativeTo(config.root, redact) }
  return {
    content: {
      ...{ id, ...(label !== undefined && { label }), model, parameters, messages, format, strict },
      ...(inputs && { inputs }),
      ...(tools && { tools, ...(toolChoice && { toolChoice }), ...(maxSteps !== undefined && { maxSteps }) }),
    },
    rubric,
    judge: rubric.length === 0 ? null : config.judge,
    rollout: z.encode(rolloutSettingsSchema, rollout),
    live: z.encode(liveSettingsSchema, stored),
    ...(written && { written }),
    report: report && withoutCases(report, prompt.feature),
    source,
    ...(origin && { origin }),
  }
}

function withFiles({ file }: Prompt): SluiceError {
  const message =
    `${file}: its messages hold images or PDFs, and clients render text alone, so that it cannot be published: ` +
    'release it with the code of the application, or let the application add the files and gate it as a target'
  return new SluiceError('invalid-input', message)
}

/**
 * What a release rests on: the feature's part of the report. Of its cases only the names and scores of those that fell
 * most; a report that has none of them any more does not say which.
 */
function withoutCases(report: Report, feature: string): Report {
  const features = report.features
    .filter((part) => part.feature === feature)
    .map((part) => ({
      ...part,
      ...(part.cases.length > 0 && { fallen: fallenCases(part.cases) }),
      cases: [],
    }))
  return { ...report, features }
}

function relativeTo(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/')
}
