import { z } from 'zod'
import { isUnreadOnTheWay } from '../../../loopback.ts'
import { featureField } from '../../../records/names.ts'
import { roles } from '../../../records/token-scopes.ts'
import { secretVariableSchema } from '../values/header-settings.ts'
import { environmentNameSchema } from './environments.ts'

/** Claims that people can often set themselves. Whoever does would choose their own role. */
const ownClaims = ['name', 'given_name', 'family_name', 'nickname', 'preferred_username', 'email', 'profile', 'website']

const issuerSchema = z
  .url({ error: 'must be the address of the identity provider, e.g. https://login.example.com' })
  .refine(isUnreadOnTheWay, {
    error: 'must begin with https://; http:// is only for this machine, since secrets are sent there',
  })
  .refine((text) => !/[?#@]/.test(text), { error: 'must be an address without a user, a query and a fragment' })

const roleEntrySchema = z
  .strictObject({
    group: z
      .string()
      .min(1)
      .meta({
        description: 'One of the values in the claim of groups, letter by letter.',
        examples: ['sluice-on-call'],
      }),
    role: z.enum(roles).meta({ description: 'What people of the group may do.', examples: ['operator'] }),
    features: z
      .array(featureField)
      .min(1)
      .exactOptional()
      .meta({ description: 'Only these features (default: all).', examples: [['email-summary']] }),
    environments: z
      .array(environmentNameSchema)
      .min(1)
      .exactOptional()
      .meta({ description: 'Only these of server.environments (default: all).', examples: [['staging']] }),
  })
  .meta({ description: 'A group and its role.', examples: [{ group: 'sluice-on-call', role: 'operator' }] })

const example = {
  issuer: 'https://login.example.com',
  clientId: 'sluice',
  clientSecretEnv: 'OIDC_CLIENT_SECRET',
  groupsClaim: 'groups',
  roles: [{ group: 'sluice-on-call', role: 'operator' as const }],
}

/** Where people sign in, and which of their groups has which role. */
export const oidcSchema = z
  .strictObject({
    issuer: issuerSchema.meta({
      description: 'The identity provider, as it writes its own address in its tokens.',
      examples: ['https://login.example.com/realms/staff'],
    }),
    clientId: z
      .string()
      .min(1)
      .meta({
        description: 'By what the identity provider knows this control plane.',
        examples: ['sluice'],
      }),
    clientSecretEnv: secretVariableSchema('the secret')
      .exactOptional()
      .meta({
        description:
          'Environment variable that holds the secret of the client (default: a public client, which has none).',
        examples: ['OIDC_CLIENT_SECRET'],
      }),
    clientAuthentication: z
      .enum(['client_secret_post', 'client_secret_basic'])
      .exactOptional()
      .meta({
        description: 'How the secret is sent: in the form or in a header (default client_secret_post).',
        examples: ['client_secret_basic'],
      }),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be the name of a scope'))
      .exactOptional()
      .meta({
        description: 'What is asked of the identity provider beside openid (default profile, email).',
        examples: [['profile', 'groups']],
      }),
    groupsClaim: z
      .string()
      .min(1)
      .refine((claim) => !ownClaims.includes(claim), {
        error: ({ input }) =>
          `${input} is often chosen by people themselves, who would choose their role with it; name a claim that only the identity provider sets, e.g. groups`,
      })
      .meta({
        description: 'The claim that names the groups of a person: a text, or a list of texts.',
        examples: ['groups'],
      }),
    roles: z
      .array(roleEntrySchema)
      .min(1)
      .meta({
        description:
          'What each group may do. The first entry with a group of the person decides on the features and environments; further ones with the same add their roles.',
        examples: [
          [
            { group: 'sluice-admins', role: 'admin' },
            { group: 'mail-team', role: 'operator', features: ['email-summary'] },
          ],
        ],
      }),
  })
  .meta({
    description: 'Sign-in of people by OpenID Connect.',
    examples: [example],
  })

export type OidcSettings = z.output<typeof oidcSchema>
