import { z } from 'zod'
import { isUnreadOnTheWay } from '../../../loopback.ts'
import { matchesWildcards } from '../models/wildcards.ts'
import { type ApprovalRules, approvalRulesSchema } from './approval-settings.ts'
import { environmentNameSchema, partsOf } from './environments.ts'
import { type OidcSettings, oidcSchema } from './oidc-settings.ts'

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
          'Environment of the deployments; {feature} stands for the name of the feature, {environment} for one of server.environments. Without {environment} it names the last one, and earlier ones keep their names (default production, or the name of the environment).',
        examples: ['production/{feature}'],
      }),
    name: z
      .string()
      .regex(
        /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u,
        'must begin with a letter or a digit, and hold letters, digits, spaces, ".", "_" and "-"',
      )
      .max(50)
      .exactOptional()
      .meta({
        description:
          'What this control plane is called in the checks of commits, where several tell one repository (default the environment, without {feature}).',
        examples: ['staging-eu'],
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

const environmentsSchema = z
  .array(environmentNameSchema)
  .min(2)
  .max(6)
  .refine((names) => new Set(names).size === names.length, 'names an environment twice')
  .meta({
    description:
      'Where a version is released, in this order: to each one only after it was active in the one before. The last one is where everything was before there were environments, and it must stay the last (default: there are none).',
    examples: [['staging', 'production']],
  })

/** What names an environment, and in what place; a pattern may match several. */
function environmentsNamed({ approvals = {}, oidc }: Pick<ServerFileSettings, 'approvals' | 'oidc'>) {
  const ofRules = Object.keys(approvals).map((pattern) => ({
    path: ['approvals', pattern],
    pattern: partsOf(pattern).environment,
  }))
  const ofRoles = (oidc?.roles ?? []).flatMap(({ environments = [] }, index) =>
    environments.map((pattern) => ({ path: ['oidc', 'roles', index, 'environments'], pattern })),
  )
  return [...ofRules, ...ofRoles].flatMap(({ path, pattern }) => (pattern === null ? [] : [{ path, pattern }]))
}

/** Whoever mistypes an environment would ask nobody for approval, or let people see nothing. */
function refuseUnknownEnvironments(settings: ServerFileSettings, context: z.core.$RefinementCtx): void {
  const { environments: names = [] } = settings
  for (const { path, pattern } of environmentsNamed(settings)) {
    if (names.some((name) => matchesWildcards(pattern, name))) continue
    const there = names.length === 0 ? 'server.environments names none' : `there are ${names.join(', ')}`
    context.addIssue({ code: 'custom', path, message: `there is no environment "${pattern}": ${there}` })
  }
}

/** The `server` of sluice.yaml: settings of `sluice serve` alone. */
export const serverSettingsSchema = z
  .strictObject({
    approvals: approvalRulesSchema.exactOptional(),
    environments: environmentsSchema.exactOptional(),
    github: githubSchema.exactOptional(),
    oidc: oidcSchema.exactOptional(),
  })
  .superRefine(refuseUnknownEnvironments)
  .meta({
    description: 'Settings of sluice serve, read when it starts.',
    examples: [{ github: { repository: 'acme/mail', tokenEnv: 'SLUICE_GITHUB_TOKEN' } }],
  })

export type GithubSettings = z.output<typeof githubSchema>
/** What `server` says. */
export interface ServerFileSettings {
  approvals?: ApprovalRules
  environments?: string[]
  github?: GithubSettings
  oidc?: OidcSettings
}
