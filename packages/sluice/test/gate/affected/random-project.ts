import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'

/** Where something of the project lies: in its folder, elsewhere in the repository, or behind a symbolic link. */
const places = ['inside', 'outside', 'linkedFile', 'linkedFolder'] as const

/** How the project of one run is laid out, and changes, each of which is made to it as it was. */
export const layouts = fc.record({
  folder: fc.constantFrom('', 'apps/mail'),
  suite: fc.constantFrom(...places),
  recordings: fc.constantFrom(...places),
  prompt: fc.constantFrom('inside', 'submodule', 'linkedFolder'),
  answers: fc.constantFrom('recorded', 'recorded', 'recorded', 'module', 'command'),
  check: fc.constantFrom('contains', 'module', 'module', 'caseModule'),
  library: fc.constantFrom('beside', 'outside', 'workspace', 'linkedFile', 'linkedFolder', 'dynamic', 'data', 'page'),
  /** Whether the target names what it is made of. */
  paths: fc.boolean(),
  manifest: fc.boolean(),
  changes: fc.array(
    fc.record({
      which: fc.nat(1000),
      how: fc.constantFrom('edit', 'edit', 'edit', 'delete', 'add', 'rename'),
      kept: fc.constantFrom('commit', 'stage', 'leave'),
    }),
    { minLength: 6, maxLength: 6 },
  ),
})
export type Layout = typeof layouts extends fc.Arbitrary<infer Value> ? Value : never
export type Change = Layout['changes'][number]

/** What is written: content, or where a link leads. Paths are relative to the repository. */
type Written = Map<string, { text: string } | { link: string }>

const submodule = 'library'

/** The files of a layout; every text that says yes decides about scores. */
export function filesOf(layout: Layout): Written {
  const written: Written = new Map()
  const at = (file: string) => path.posix.join(layout.folder, file)
  const put = (file: string, text: string) => written.set(file, { text })
  const link = (file: string, to: string) =>
    written.set(file, { link: path.posix.relative(path.posix.dirname(file), to) })

  /** Puts a file where the layout wants it and returns its path as the project names it. */
  const placed = (place: (typeof places)[number], folder: string, name: string, text: string): string => {
    if (place === 'inside') {
      put(at(`${folder}/${name}`), text)
      return `${folder}/${name}`
    }
    put(`shared/${folder}/${name}`, text)
    put(`other/${folder}/${name}`, text.replaceAll('yes', 'no'))
    if (place === 'outside') return path.posix.relative(layout.folder, `shared/${folder}/${name}`)
    if (place === 'linkedFile') link(at(`${folder}/${name}`), `shared/${folder}/${name}`)
    else link(at(folder), `shared/${folder}`)
    return `${folder}/${name}`
  }

  put('README.md', 'yes\n')
  put(at('notes/more.md'), 'yes\n')
  const promptFolder =
    layout.prompt === 'inside' ? at('prompts') : layout.prompt === 'submodule' ? submodule : 'shared/prompts'
  if (layout.prompt !== 'inside') link(at('prompts'), promptFolder)
  const caseCheck = layout.check === 'caseModule' ? `, checks: [{module: ${fromRoot('evals', layout)}}]` : ''
  const suite = placed(
    layout.suite,
    'evals',
    'a.yaml',
    `- {id: one, tags: [t], vars: {q: a}, expected: "yes"${caseCheck}}\n- {id: two, tags: [t], vars: {q: b}, expected: "yes"}\n`,
  )
  const recordings = placed(layout.recordings, 'recorded', 'a.jsonl', recorded('a') + recorded('b'))
  put(at('evals-b/b.yaml'), '- {id: one, tags: [t], vars: {q: a}, expected: "yes"}\n')
  put(
    at('sluice.yaml'),
    `gate: {threshold: 0}\nproviders: {recorded: {kind: replay, files: ${path.posix.dirname(recordings)}/*.jsonl}}\n`,
  )
  const paths = layout.paths ? pathsOf(layout) : ''
  const target = {
    recorded: '',
    module: `target: {module: ../app/main.mjs${paths}}\n`,
    command: `target: {command: [node, app/program.mjs]${paths}}\n`,
  }
  const check = layout.check === 'module' ? ', {module: ../checks/fine.mjs}' : ''
  put(
    `${promptFolder}/a.prompt.yml`,
    `sluice: 1\nname: a\nmodel: recorded:a\nmessages: [{role: user, content: "{{q}}"}]\nchecks: [{equals: "{{expected}}"}, {contains: "yes"}${check}]\n` +
      `suites: {fast: ../${suite}}\n${target[layout.answers]}`,
  )
  put(
    `${promptFolder}/b.prompt.yml`,
    'sluice: 1\nname: b\nmodel: recorded:b\nmessages: [{role: user, content: "{{q}}"}]\nchecks: [{equals: "{{expected}}"}, {contains: "yes"}]\nsuites: {fast: ../evals-b/b.yaml}\n',
  )
  code(layout, { at, put, placed, link })
  return written
}

/** All that an application of this layout reads; nothing where it lies in other folders than the project's. */
function pathsOf({ library, manifest }: Layout): string {
  if (library === 'outside' || library === 'workspace') return ''
  const beside = { data: 'word.txt', page: 'docs/word.md' }[library as string] ?? 'lib/**'
  const isInside = manifest && ['data', 'page', 'dynamic'].includes(library)
  return `, paths: [${isInside ? 'app' : `app/**, ${beside}`}]`
}

function fromRoot(folder: string, { folder: project, suite }: Layout): string {
  // Modules are found from where the suite is named, not from where a link leads.
  if (suite === 'outside') return path.posix.relative(`shared/${folder}`, path.posix.join(project, 'checks/fine.mjs'))
  return '../checks/fine.mjs'
}

function recorded(model: string): string {
  const rows = ['one', 'two'].map((id) => JSON.stringify({ case: id, model, output: 'yes' }))
  return `${rows.join('\n')}\n`
}

interface Writer {
  at(file: string): string
  put(file: string, text: string): unknown
  placed(place: (typeof places)[number], folder: string, name: string, text: string): string
  link(file: string, to: string): unknown
}

/** An application and a check, which take their word from a library. */
function code(layout: Layout, { at, put, placed, link }: Writer): void {
  if (layout.manifest) {
    put(at('app/package.json'), '{"type": "module"}\n')
    put(at('checks/package.json'), '{"type": "module"}\n')
  }
  const word = libraryOf(layout, { at, put, placed, link })
  put(at('app/main.mjs'), `${word}export default async () => word\n`)
  put(at('app/program.mjs'), `${word}process.stdin.resume().on('end', () => process.stdout.write(word))\n`)
  put(at('checks/fine.mjs'), `${word}export default ({ output }) => output === word\n`)
}

/** The lines that bring the library in; folders of the importing modules are one deep. */
function libraryOf({ library, manifest }: Layout, { at, put, placed, link }: Writer): string {
  const text = "export const word = 'yes'\n"
  if (library === 'workspace') {
    put('packages/words/package.json', '{"name": "words", "type": "module", "main": "index.mjs"}\n')
    put('packages/words/index.mjs', "export { word } from './deep.mjs'\n")
    put('packages/words/deep.mjs', text)
    link(at('node_modules/words'), 'packages/words')
    return "import { word } from 'words'\n"
  }
  if (library === 'data' || library === 'page') {
    const name = library === 'data' ? 'word.txt' : 'docs/word.md'
    put(at(manifest ? `app/${name}` : name), 'yes')
    put(at(manifest ? `checks/${name}` : name), 'yes')
    // In parts, so that nothing but the page's name tells that it is no mere documentation.
    const parts = [manifest ? '.' : '..', ...name.split('/')].map((part) => `'${part}'`).join(', ')
    const file = library === 'data' ? `'${manifest ? '.' : '..'}/${name}'` : `[${parts}].join('/')`
    return `import { readFileSync } from 'node:fs'\nconst word = readFileSync(new URL(${file}, import.meta.url), 'utf8').trim()\n`
  }
  if (library === 'dynamic') {
    for (const each of manifest ? ['app', 'checks'] : ['lib']) put(at(`${each}/word.mjs`), text)
    return `const name = 'word'\nconst { word } = await import(\`${manifest ? '.' : '../lib'}/\${name}.mjs\`)\n`
  }
  const file = placed(library === 'beside' ? 'inside' : library, 'lib', 'word.mjs', text)
  return `import { word } from '../${file}'\n`
}

/** Writes a project into a folder and commits it; a prompt library becomes a repository of its own. */
export function createRepository(root: string, written: Written): void {
  for (const [file, entry] of written) write(root, file, entry)
  // What node_modules holds is nothing of the repository's, as usual.
  writeFileSync(path.join(root, '.gitignore'), 'node_modules\n')
  const inner = path.join(root, submodule)
  if (existsSync(inner)) {
    commit(inner)
    writeFileSync(
      path.join(root, '.gitmodules'),
      `[submodule "${submodule}"]\n\tpath = ${submodule}\n\turl = ./${submodule}\n`,
    )
  }
  commit(root)
  git(root, 'checkout', '-qb', 'change')
}

function write(root: string, file: string, entry: { text: string } | { link: string }): void {
  const place = path.join(root, file)
  mkdirSync(path.dirname(place), { recursive: true })
  if ('link' in entry) symlinkSync(entry.link, place)
  else writeFileSync(place, entry.text)
}

/** Makes the one change and returns a sentence about it. */
export function change(root: string, written: Written, { which, how, kept }: Change): string {
  const files = [...written.keys()].filter((file) => !file.includes('node_modules/'))
  // Most changes are to what decides: words that are compared, and links on the way to them.
  const deciding = files.filter((name) => isDeciding(name, written))
  const some = which % 4 === 0 ? files : deciding
  const file = some[(which >> 2) % some.length] ?? 'README.md'
  const place = path.join(root, file)
  const entry = written.get(file)
  if (how === 'delete') rmSync(place)
  else if (how === 'rename') renameSync(place, path.join(path.dirname(place), `z-${path.basename(place)}`))
  else if (how === 'add')
    writeFileSync(path.join(path.dirname(place), `0${path.basename(place)}`), textOf(entry).replaceAll('yes', 'no'))
  else if (entry && 'link' in entry) {
    rmSync(place)
    symlinkSync(entry.link.replace('shared/', 'other/'), place)
  } else writeFileSync(place, readFileSync(place, 'utf8').replaceAll('yes', 'no'))
  const inner = path.join(root, submodule)
  if (kept !== 'leave') {
    if (existsSync(inner)) commit(inner)
    if (kept === 'commit') commit(root)
    else git(root, 'add', '-A')
  }
  return `${how} ${file}, ${kept}`
}

function isDeciding(file: string, written: Written): boolean {
  const entry = written.get(file)
  const isShadow = file.startsWith('other/') || (file.endsWith('.md') && !file.endsWith('docs/word.md'))
  return !isShadow && entry !== undefined && ('link' in entry || entry.text.includes('yes'))
}

function textOf(entry: { text: string } | { link: string } | undefined): string {
  return entry && 'text' in entry ? entry.text : ''
}

/** As one process, in a repository that is made where there is none. */
function commit(root: string): void {
  const commands = [
    ...(existsSync(path.join(root, '.git')) ? [] : ['git init -q']),
    'git add -A',
    'git commit -qm state --allow-empty',
  ]
  git(root, '-c', `alias.keep=!${commands.join(' && ')}`, 'keep')
}

function git(root: string, ...args: string[]): void {
  const settings = [
    'user.name=Ann',
    'user.email=ann@example.com',
    'init.defaultBranch=main',
    'gc.auto=0',
    'advice.addEmbeddedRepo=false',
  ]
  execFileSync('git', [...settings.flatMap((each) => ['-c', each]), ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
