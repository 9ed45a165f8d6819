import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { deployHash, exampleNames, helmFolder } from '../../../../scripts/release/deploy-files.ts'

const read = (file: string) => readFileSync(path.join(helmFolder, file), 'utf8')

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal('http') }) })
const deployment = z.looseObject({
  kind: z.literal('Deployment'),
  spec: z.looseObject({
    replicas: z.int(),
    strategy: z.looseObject({ type: z.string() }),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        automountServiceAccountToken: z.literal(false),
        enableServiceLinks: z.literal(false),
        securityContext: z.looseObject({ runAsNonRoot: z.literal(true), runAsUser: z.literal(1000) }),
        containers: z.tuple([
          z.looseObject({
            image: z.string(),
            args: z.array(z.string()),
            env: z.array(z.looseObject({ name: z.string() })).nullable(),
            livenessProbe: probe,
            readinessProbe: probe,
            securityContext: z.looseObject({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
            }),
          }),
        ]),
      }),
    }),
  }),
})

/** The manifests that Helm has rendered of an example. */
const manifests = (name: string): Record<string, unknown>[] =>
  parseAllDocuments(read(`rendered/${name}.yaml`)).map((document) => document.toJS())

const deploymentOf = (name: string) => deployment.parse(manifests(name).find(({ kind }) => kind === 'Deployment'))

test('what Helm has rendered is of the chart as it is now, and was held against Kubernetes', () => {
  const made = JSON.parse(read('rendered/made-from.json'))
  assert.equal(made.sha256, deployHash(), 'a file of deploy/ has changed since it was looked at: npm run deploy-files')
  assert.match(made.helm, /^v[34]\./)
  assert.match(made.schemas, /^kubernetes-models@\d/)
  for (const name of exampleNames()) assert.ok(existsSync(path.join(helmFolder, `rendered/${name}.yaml`)), name)
})

test('each example asks the right address whether it lives and is ready, and runs with as few rights as there are', () => {
  for (const name of exampleNames()) {
    const { spec } = deploymentOf(name)
    const [container] = spec.template.spec.containers
    assert.equal(container.livenessProbe.httpGet.path, '/healthz')
    assert.equal(container.readinessProbe.httpGet.path, '/readyz')
    assert.deepEqual(container.args.slice(0, 5), ['serve', '--host', '0.0.0.0', '--data', '/data'])
    for (const [label, value] of Object.entries(spec.selector.matchLabels))
      assert.equal(spec.template.metadata.labels[label], value)
  }
})

test('no secret is in a manifest: the address of the database and the first token come from Secrets', () => {
  const [container] = deploymentOf('postgres').spec.template.spec.containers
  assert.deepEqual(container.env, [
    { name: 'SLUICE_ADMIN_TOKEN', valueFrom: { secretKeyRef: { name: 'sluice-admin', key: 'SLUICE_ADMIN_TOKEN' } } },
    { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'sluice-database', key: 'DATABASE_URL' } } },
  ])
  for (const name of exampleNames()) assert.ok(!manifests(name).some(({ kind }) => kind === 'Secret'), name)
})

test('SQLite has one process that ends before the next begins; several replicas are drained one at a time', () => {
  const sqlite = deploymentOf('sqlite').spec
  assert.deepEqual([sqlite.replicas, sqlite.strategy.type], [1, 'Recreate'])
  assert.equal(deploymentOf('postgres').spec.strategy.type, 'RollingUpdate')
  const kinds = (name: string) => manifests(name).map(({ kind }) => kind)
  assert.ok(!kinds('sqlite').includes('PodDisruptionBudget'))
  assert.ok(kinds('postgres').includes('PodDisruptionBudget'))
  assert.deepEqual(
    ['postgres', 'everything'].map((name) => kinds(name).includes('Ingress')),
    [false, true],
  )
})

test('the schema of the values takes the defaults and each example, and refuses a key that the chart does not know', () => {
  const takes = new Ajv({ strict: false }).compile(JSON.parse(read('sluice/values.schema.json')))
  const defaults = parse(read('sluice/values.yaml'))
  const image = { image: { ...defaults.image, repository: 'r' } }
  assert.ok(takes({ ...defaults, ...image }), JSON.stringify(takes.errors))
  assert.ok(!takes(defaults), 'no image is named')
  assert.ok(!takes({ ...defaults, ...image, replica: 2 }))
  for (const name of exampleNames())
    for (const key of Object.keys(parse(read(`examples/${name}.yaml`)))) assert.ok(key in defaults, `${name}: ${key}`)
})
