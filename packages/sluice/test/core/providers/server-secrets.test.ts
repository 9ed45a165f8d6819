import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configuredSecrets, reservedVariables } from '../../../src/core/providers/configured-secrets.ts'

test('secrets of the server are masked, and no code of the project may see them', () => {
  const oidc = { issuer: 'https://login.example.com', clientId: 'sluice', groupsClaim: 'groups', roles: [] }
  const server = {
    oidc: { ...oidc, clientSecretEnv: 'OIDC_CLIENT' },
    github: { repository: 'acme/mail', tokenEnv: 'GITHUB_OF_SERVER' },
  }
  const env = { OIDC_CLIENT: ' of the client\n', GITHUB_OF_SERVER: 'of github' }
  const found = configuredSecrets({ providers: {}, server }, [], env)
  assert.deepEqual(found.map(({ value }) => value).sort(), ['of github', 'of the client'])
  assert.deepEqual(reservedVariables({ server }).sort(), ['GITHUB_OF_SERVER', 'OIDC_CLIENT'])
  assert.deepEqual(reservedVariables({ server: { oidc } }), [])
})
