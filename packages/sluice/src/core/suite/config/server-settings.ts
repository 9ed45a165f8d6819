import { z } from 'zod'
import { isUnreadOnTheWay } from '../../../loopback.ts'
import { approvalRulesSchema } from './approval-settings.ts'
import { oidcSchema } from './oidc-settings.ts'

/** Those of the control plane itself open it to whoever holds them. */
const ofControlPlane = /^SLUICE_(?:ADMIN_)?TOKEN$/

const githubSchema = z
  .strictObject({
    repository: z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name')
      .meta({ description: 'The repository that the prompts are in.', examples: ['acme/mail'] }),
    tokenEnv: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable, not the token itself')
      .refine((name) => !ofControlPlane.test(name), 'names a token of the control plane, which GitHub must not get')
      .meta({
        description: 'Environment variable with the token; its permissions are in docs/github.md.',
        examples: ['SLUICE_GITHUB_TOKEN'],
      }),
    apiUrl: z
      .url({ protocol: /^https?$/, error: 'must be a URL that starts with https://' })
      .refine(isUnreadOnTheWay, {
        error: 'must begin with https://; http:// is only for this machine, since the token is sent there',
      })
      .transform((url) => url.replace(/\/+$/, ''))
      .exactOptional()
      .meta({
        description:
          'Address of the API of a GitHub Enterprise server; http:// only on this machine (default https://api.github.com).',
        examples: ['https://github.acme.corp/api/v3'],
      }),
    environment: z
      .string()
      .min(1)
      .max(100)
      .exactOptional()
      .meta({
        description:
          'Environment of the deployments; {feature} stands for the name of the feature (default production).',
        examples: ['production/{feature}'],
      }),
    features: z
      .array(z.string().min(1))
      .min(1)
      .exactOptional()
      .meta({
        description: 'Only these features are told, * matches anything (default: all).',
        examples: [['email-summary', 'mail-*']],
      }),
    check: z
      .boolean()
      .exactOptional()
      .meta({
        description:
          'Whether the commit gets a check run with the evidence, or a commit status where the token allows no check run (default true).',
        examples: [false],
      }),
    revertPullRequest: z
      .boolean()
      .exactOptional()
      .meta({
        description: 'Whether a rollback opens a pull request that reverts the prompt file (default false).',
        examples: [true],
      }),
    incidentCases: z
      .boolean()
      .exactOptional()
      .meta({
        description:
          'Whether that pull request adds the worst stored answers as golden cases. It puts what users wrote, after redaction, into the repository (default false).',
        examples: [true],
      }),
  })
  .refine(({ revertPullRequest, incidentCases }) => revertPullRequest || !incidentCases, {
    error: 'has no effect without revertPullRequest: true',
    path: ['incidentCases'],
  })
  .meta({
    description: 'What GitHub is told of releases and rollouts. Absent: nothing.',
    examples: [{ repository: 'acme/mail', tokenEnv: 'SLUICE_GITHUB_TOKEN', revertPullRequest: true }],
  })

/** The `server` of sluice.yaml: settings of `sluice serve` alone. */
export const serverSettingsSchema = z
  .strictObject({
    approvals: approvalRulesSchema.exactOptional(),
    github: githubSchema.exactOptional(),
    oidc: oidcSchema.exactOptional(),
  })
  .meta({
    description: 'Settings of sluice serve, read when it starts.',
    examples: [{ github: { repository: 'acme/mail', tokenEnv: 'SLUICE_GITHUB_TOKEN' } }],
  })

export type GithubSettings = z.output<typeof githubSchema>
export type ServerFileSettings = z.output<typeof serverSettingsSchema>
