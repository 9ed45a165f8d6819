import { z } from 'zod'
import { partsOf } from '../../../core/suite/config/environments.ts'
import { publishedJudgeSchema } from '../../../core/suite/config/judge-settings.ts'
import { versionId } from '../../../core/suite/prompt/version.ts'
import { featureSummarySchema } from '../../../records/report/feature-report.ts'
import { reportSchema } from '../../../records/report/report.ts'
import { liveSettingsSchema, rolloutSettingsSchema } from '../../../records/rollout/rollout-settings.ts'
import { rubricSchema } from '../../../records/rubric.ts'
import { strengthSchema } from '../../../records/verdict.ts'
import { type GateEvidence, versionOriginSchema } from '../../../records/version.ts'
import { fallenCasesSchema } from '../../release/fallen-cases.ts'
import { refuseOtherFeature } from '../access/caller.ts'
import { refuseMoreVersions } from '../access/growth-limits.ts'
import { Problem } from '../http/problem.ts'
import { ofFeature } from '../route/fields.ts'
import { defineRoute } from '../route/route.ts'
import { type Locked, publishVersion } from './publish-version.ts'
import { promptVersion, versionView, versionViewOf } from './version-view.ts'

/** The parts of a report.json that a release needs. The report may lack its cases. */
const gateReport = reportSchema
  .pick({ schema: true, startedAt: true, exitCode: true, verdict: true })
  .extend({
    runId: z.string().max(200),
    sluiceVersion: z.string().max(100),
    features: z.array(
      featureSummarySchema
        .pick({ feature: true, verdict: true })
        .extend({
          strength: strengthSchema.nullish(),
          candidate: z.looseObject({ id: z.string() }),
          fallen: fallenCasesSchema.exactOptional().meta({
            description: 'The cases that fell most against the baseline. They are kept; `cases` are not.',
          }),
        })
        .loose(),
    ),
  })
  .loose()

/**
 * The gate's result for one version of one feature.
 * @throws Problem 400 if the report does not contain it
 */
function gateEvidence(report: z.output<typeof gateReport>, feature: string, version: string): GateEvidence {
  const part = report.features.find((part) => part.feature === feature && part.candidate.id === version)
  if (!part) throw mismatch(`The report is not about version ${version} of ${feature}: run the gate for it.`)
  if (part.verdict === null) throw mismatch('The report holds no verdict: send the report of sluice gate.')
  const { cases: _, ...summary } = part
  const { runId, startedAt, sluiceVersion } = report
  const exitCode = exitCodeOf(part.verdict, report.exitCode)
  return { verdict: part.verdict, strength: part.strength ?? null, exitCode, runId, startedAt, sluiceVersion, summary }
}

/** The exit code of a run with this feature alone, since other features of the run may have failed. */
function exitCodeOf(verdict: GateEvidence['verdict'], ofRun: number): number {
  if (verdict === 'pass') return 0
  if (verdict === 'fail') return 1
  return ofRun === 0 ? 0 : 2
}

function mismatch(detail: string): Problem {
  return new Problem({ status: 400, code: 'report-mismatch', detail, errors: [{ path: '/report', message: detail }] })
}

const publication = z.strictObject({
  content: promptVersion,
  rubric: rubricSchema.default([]),
  judge: publishedJudgeSchema.nullable().default(null),
  rollout: rolloutSettingsSchema.prefault({}),
  live: liveSettingsSchema.prefault({}),
  written: z.array(z.string().max(100)).max(100).exactOptional().meta({
    description:
      'The settings of both that the prompt file sets itself, e.g. rollout.stages. Others may be adapted to the traffic.',
  }),
  report: gateReport
    .nullable()
    .default(null)
    .meta({ description: 'The report.json of the gate, with or without its cases.' }),
  source: z.string().max(500).nullable().default(null).meta({ description: 'Where it comes from, e.g. a commit.' }),
  origin: versionOriginSchema.exactOptional().meta({
    description: 'The commit that has the prompt file as it is published; absent where none has. Told to GitHub.',
  }),
})

type Publication = z.output<typeof publication>

const published = versionView.extend({
  changes: z
    .array(
      z.object({
        setting: z.string(),
        before: z.unknown(),
        after: z.unknown(),
        effect: z.enum(['now', 'nextRelease', 'nextRollout', 'kept']).meta({
          description:
            "When the change takes effect: at once, or with the version's next release or rollout; kept: the old value stays.",
        }),
      }),
    )
    .meta({ description: 'How settings differ from those that held before.' }),
  notes: z.array(z.string()).meta({ description: 'Consequences of the changes, as texts for people.' }),
})

export const publish = defineRoute({
  method: 'POST',
  path: '/v1/features/{feature}/versions',
  summary: 'Publish a version with its settings and the report of its gate; of a known version the settings may be new',
  scopes: ['ci'],
  params: ofFeature,
  body: publication,
  answers: {
    200: {
      description: 'Known already; report and settings that came with it replace those before.',
      schema: published,
    },
    201: { description: 'New.', schema: published },
  },
  async handle({ params: { feature }, body, caller }, services) {
    refuseOneEnvironment(feature)
    refuseOtherFeature(caller, feature)
    refuseWrongId(body)
    await refuseMoreVersions(services, feature, body.content.id)
    const report = body.report && gateEvidence(body.report, feature, body.content.id)
    const { record, isNew, changes, notes, locked } = await publishVersion(
      services,
      feature,
      { ...body, report },
      caller,
    )
    if (locked) throw lockedProblem(locked, notes)
    return { status: isNew ? 201 : 200, body: { ...versionViewOf(record), changes, notes } }
  },
})

/** Environments share versions, and what a publication changes holds in all of them. */
function refuseOneEnvironment(key: string): void {
  const { feature, environment } = partsOf(key)
  if (environment === null) return
  const detail = `A version is published once for all environments: publish it as ${feature}, then release it in ${environment}.`
  throw new Problem({ status: 400, code: 'invalid-request', detail, errors: [{ path: '/feature', message: detail }] })
}

function refuseWrongId({ content }: Publication): void {
  const id = versionId(content)
  if (id === content.id) return
  const detail = `The id ${content.id} is not that of the content, which is ${id}.`
  const errors = [{ path: '/content/id', message: `expected ${id}` }]
  throw new Problem({ status: 400, code: 'wrong-version-id', detail, errors })
}

/** Both arms of a rollout are judged by the same questions until it ends. */
function lockedProblem({ rolloutId, changes }: Locked, notes: readonly string[]): Problem {
  const names = changes.map(({ setting }) => setting).join(', ')
  const rest = notes.length === 0 ? '' : ` All other settings are changed. ${notes.join(' ')}`
  const detail = `Rollout ${rolloutId} is running with this version, so ${names} cannot change. Publish again when it has ended.${rest}`
  const errors = changes.map(({ setting, before, after }) => ({
    path: `/${setting.replaceAll('.', '/')}`,
    message: `is ${JSON.stringify(before)}, and would be ${JSON.stringify(after)}`,
  }))
  return new Problem({ status: 409, code: 'settings-locked', detail, errors })
}
