import path from 'node:path'
import { SluiceError } from '../errors.ts'
import { gitPlace, gitSteps, movedWorkflows } from '../gate/init/git-place.ts'
import { type InitRequest, planInit } from '../gate/init/initialise.ts'
import { type Needed, neededIn } from '../gate/init/kept-files.ts'
import { featureName } from '../gate/init/new-project.ts'
import { nextSteps } from '../gate/init/next-steps.ts'
import { targetKinds } from '../gate/init/target-project.ts'
import { type WrittenProject, writeProject } from '../gate/init/write-project.ts'
import { installationIn } from '../gate/installation.ts'
import { oneOf, readFlags, set, text } from './flags.ts'
import type { Host } from './host.ts'

const initFlags = {
  feature: text.optional(),
  provider: text.optional(),
  model: text.optional(),
  prompt: text.optional(),
  target: oneOf(targetKinds).optional(),
  github: set.optional(),
  force: set.optional(),
  /** Accepted for scripts; nothing is ever asked. */
  yes: set.optional(),
}

const usualFeature = 'ticket-triage'

/** `sluice init [dir]`: writes what is missing for a working project and says what comes next. Asks nothing. */
export async function init(dir: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const { feature = usualFeature, force = false, yes: _, ...flags } = readFlags('init', initFlags, given)
  if (flags.prompt !== undefined && (flags.target !== undefined || given.feature !== undefined))
    throw new SluiceError('invalid-input', '--prompt gates the feature of that file: leave out --target and --feature')
  const folder = path.resolve(host.cwd(), dir)
  const place = await gitPlace(folder, host.env)
  const name = featureName(feature)
  const request: InitRequest = {
    ...flags,
    folder,
    feature: name,
    prompt: flags.prompt === undefined ? undefined : path.resolve(host.cwd(), flags.prompt),
  }
  const { files, start, wanted, hasWorkflows } = await planInit(request, place)
  const result = await writeProject(folder, files, { force })
  host.stderr.write(listed(folder, result))
  const needed = await neededIn(folder, result.kept, wanted)
  if (name !== feature)
    host.stderr.write(`\nThe feature is called ${name}: a name has letters, digits, "-", "_" and "." only.\n`)
  host.stdout.write(neededText(needed))
  // npm sets this variable for npx. Whoever uses npx has no sluice in the PATH.
  const command = host.env.npm_command === 'exec' ? 'npx sluice' : 'sluice'
  host.stdout.write(nextSteps(start, { dir, command, installation: installationIn(folder) }))
  const committed =
    start.kind === 'workflows' ? 'every pull request' : start.kind === 'prompt' ? start.gated.feature : name
  const paths = [...result.written, ...(start.kind === 'prompt' ? [start.gated.file] : [])]
  if (paths.length > 0) host.stdout.write(gitSteps(place, { paths, feature: committed }))
  host.stdout.write(
    hasWorkflows
      ? movedWorkflows(place)
      : `\nOn GitHub? ${command} init --github adds the workflows that gate pull requests.\n`,
  )
  return 0
}

function listed(folder: string, { written, kept, unchanged }: WrittenProject): string {
  const block = (title: string, paths: readonly string[]) =>
    paths.length === 0 ? '' : `${title}:\n${paths.map((file) => `  ${file}\n`).join('')}`
  return (
    (written.length === 0 ? `Nothing had to be written to ${folder}.\n` : block(`Written to ${folder}`, written)) +
    block('There already, and the same', unchanged) +
    block('Kept as they are (--force replaces them)', kept)
  )
}

function neededText(needed: readonly Needed[]): string {
  if (needed.length === 0) return ''
  const lines = needed.flatMap(({ path: file, lines }) => [`  ${file}`, ...lines.map((line) => `    ${line}`)])
  return `\nThese files were kept, and need what follows:\n${lines.join('\n')}\n`
}
