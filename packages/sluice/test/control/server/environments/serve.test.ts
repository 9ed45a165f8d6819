import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { serve } from '../../../../src/control/server/serve/serve.ts'
import { serverSettingsSchema } from '../../../../src/core/suite/config/server-settings.ts'
import { createMask } from '../../../../src/masking/mask.ts'
import { promptVersion } from '../../../support/control-plane/control-plane.ts'
import { createProject, type Project } from '../../../support/project.ts'
import { until } from '../../../support/until.ts'

const admin = 'an-admin-token-for-tests'

/** `sluice serve` in this process, with the project's sluice.yaml and its SQLite database. */
async function serving(project: Project) {
  const events = new EventEmitter()
  let output = ''
  const done = serve(
    {
      ...{ host: '127.0.0.1', port: 0, data: 'state', keepLogMs: 86_400_000, logLevel: 'info' },
      openNights: () => ({ nightsOf: () => [], close: () => undefined }),
    },
    {
      stderr: { write: (text: string) => (output += text) },
      env: { SLUICE_ADMIN_TOKEN: admin },
      mask: createMask(),
      cwd: () => project.root,
      on: events.on.bind(events),
      off: events.off.bind(events),
    },
  )
  const url = () => /"url":"(http:[^"]+)"/.exec(output)?.[1]
  let failed = false
  done.catch(() => {
    failed = true
  })
  await until(() => failed || url() !== undefined, 'the server to listen')
  if (failed) await done
  const ask = (path: string, body: unknown) =>
    fetch(`${url()}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  return {
    ask,
    said: () => output,
    async sluice(...args: string[]) {
      const { code, stdout, stderr } = await project.sluice(args, { SLUICE_URL: url(), SLUICE_TOKEN: admin })
      return { code, text: `${stdout}${stderr}` }
    },
    async stop() {
      events.emit('SIGTERM')
      await done
    },
  }
}

const yaml = (server: string) => ({ 'sluice.yaml': `sluice: 1\nserver: ${server}\n` })

test('the server and the command line know the environments of sluice.yaml, and the last one stays the last', async () => {
  using project = createProject(yaml('{environments: [staging, production]}'))
  const server = await serving(project)
  const content = { ...promptVersion('a'), label: '3.1' }
  await server.ask('/v1/features/mail/versions', { content })
  const release = ['--reason', 'first', '--override', 'no gate here', '--wait', '0s']
  const early = await server.sluice('activate', 'mail', '3.1', ...release)
  assert.deepEqual(
    [early.code, /cannot go to production yet: it was never active in staging/.test(early.text)],
    [1, true],
  )
  assert.match((await server.sluice('activate', 'mail@stagin', '3.1', ...release)).text, /there are staging and prod/)
  assert.match(
    (await server.sluice('activate', 'mail@staging', '3.1', ...release)).text,
    /mail@staging: everybody gets/,
  )
  const status = (await server.sluice('status')).text
  assert.match(status, /mail@staging: 3\.1 \(\w+\) is active\n\nmail@production: nothing is active; 1 published\n/)
  assert.equal((await server.sluice('activate', 'mail@production', '3.1', ...release)).code, 0)
  const waits = await server.sluice('rollout', 'status', 'mail@staging')
  assert.match(waits.text, /mail@staging has had no rollout yet/)
  const made = await server.sluice('token', 'create', 'app', '--scope', 'client', '--environment', 'staging')
  assert.match(made.text, /client +all features in staging/)
  await server.stop()

  project.write(yaml('{environments: [production, staging]}'))
  await assert.rejects(
    serving(project),
    /server\.environments: the last one must stay production, not staging\. All earlier releases belong to production/,
  )
  project.write(yaml('{environments: [testing, production]}'))
  const other = await serving(project)
  assert.match(other.said(), /environments that do not exist any more.*mail@staging/)
  assert.match((await other.sluice('status')).text, /^mail@production: 3\.1 \(\w+\) is active\n\n(?!mail)/)
  assert.match((await other.sluice('audit', '_system')).text, /environments\.change/)
  await other.stop()
})

test('an environment that there is not ends the reading of sluice.yaml, with its place', () => {
  const faults = (settings: object) =>
    serverSettingsSchema.safeParse(settings).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  const environments = ['staging', 'production']
  const rule = { approvals: 1 }
  assert.equal(faults({ environments, approvals: { '*@production': rule, '*@*': rule, mail: rule } }), undefined)
  assert.deepEqual(faults({ environments, approvals: { '*@prodction': rule } }), [
    'approvals.*@prodction: there is no environment "prodction": there are staging, production',
  ])
  assert.deepEqual(faults({ approvals: { '*@production': rule } }), [
    'approvals.*@production: there is no environment "production": server.environments names none',
  ])
  const oidc = {
    ...{ issuer: 'https://login.example.com', clientId: 'sluice', groupsClaim: 'groups' },
    roles: [{ group: 'staff', role: 'viewer', environments: ['testing'] }],
  }
  assert.match(
    String(faults({ environments, oidc })),
    /^oidc\.roles\.0\.environments: there is no environment "testing"/,
  )
  assert.match(String(faults({ environments: ['a', 'a'] })), /names an environment twice/)
  for (const odd of [['production'], ['Staging', 'production'], ['a@b', 'production'], ['', 'production']])
    assert.ok(faults({ environments: odd }), String(odd))
})
