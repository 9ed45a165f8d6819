import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './packages.ts'

const deployFolder = path.join(root, 'deploy')
export const helmFolder = path.join(deployFolder, 'helm')
const chart = path.join(helmFolder, 'sluice')

/** What `npm run deploy-files` has looked at, and with what. */
export interface Rendered {
  /** E.g. `v4.1.4`. */
  helm: string
  /** The schemas of Kubernetes that every manifest was held against. */
  schemas: string
  /** Of all files of deploy/ that were looked at; another hash means that one has changed since. */
  sha256: string
}

/** The names of the examples of values, each of which is rendered. */
export function exampleNames(): string[] {
  return globSync('*.yaml', { cwd: path.join(helmFolder, 'examples') })
    .map((file) => path.basename(file, '.yaml'))
    .sort()
}

/** A hash of the Dockerfile, of compose.yaml and of all that decides what Helm renders. */
export function deployHash(): string {
  const hash = createHash('sha256')
  for (const file of globSync(['Dockerfile', 'compose.yaml', 'helm/{sluice,examples}/**/*'], {
    cwd: deployFolder,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort())
    hash.update(`${path.relative(deployFolder, file)}\0${readFileSync(file, 'utf8')}\0`)
  return hash.digest('hex')
}

/** The arguments by which an example is rendered, as an operator would type them. */
export const templateArguments = (name: string): string[] => [
  'template',
  'sluice',
  chart,
  '--namespace',
  'sluice',
  '--values',
  path.join(helmFolder, 'examples', `${name}.yaml`),
]
