import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command, Option } from 'commander'
import manifest from '../../../../package.json' with { type: 'json' }
import { shippedScenarios } from '../../src/control/simulate/load-scenario.ts'
import { importerOf } from '../../src/gate/import/formats.ts'
import { hint } from '../../src/text/did-you-mean.ts'
import { definedCommands, runNowhere } from '../support/command-line.ts'
import { allPages, type CodeBlock, type PageOfDocs, pageOf } from '../support/pages.ts'
import { commandsOf } from './shell-words.ts'

/** Spans that begin like a command and are none: a message, and a command that a reader is to add. */
const noCommands = ['sluice does not run gate on …', 'sluice greet']

const program = await definedCommands()
const scenarios = await shippedScenarios()

/** What stands for something else in a page: `<feature>`, `[dir]`, `FILE`, `…`, `$VERSION`. */
const isPlaceholder = (word: string) => /^[<[$]|…|\.\.\.|^[A-Z_]+$/.test(word)

/** A shown command may be copied, so it must be whole; one named in a sentence may be the beginning. */
interface Shown {
  isWhole: boolean
}

/** What is wrong with the words after `sluice`; undefined if nothing is. */
async function commandFault(words: readonly string[], shown: Shown): Promise<string | undefined> {
  let command: Command = program
  let rest = [...words]
  while (command.commands.length > 0) {
    const [name, ...others] = rest
    // A command with flags of its own, as nightly, does something by itself.
    if (name === undefined && shown.isWhole && command.options.length === 0) return incomplete(command)
    if (name === undefined || name.startsWith('-')) break
    if (isPlaceholder(name)) return undefined
    const choices = name.split('|')
    const found = choices.map((one) => command.commands.find((inner) => inner.name() === one))
    const unknown = choices.find((_, index) => found[index] === undefined)
    const names = command.commands.map((inner) => inner.name())
    if (unknown !== undefined) return `${titleOf(command)} has no command "${unknown}"${hint(unknown, names)}`
    command = found[0] ?? command
    rest = others
  }
  return flagFault(command, rest, shown)
}

const incomplete = (command: Command) =>
  `${titleOf(command)} needs one of ${command.commands.map((inner) => inner.name()).join(', ')}`

const titleOf = (command: Command): string =>
  command.parent === null ? command.name() : `${titleOf(command.parent)} ${command.name()}`

async function flagFault(command: Command, words: readonly string[], { isWhole }: Shown): Promise<string | undefined> {
  const left = words.flatMap((word) => (word.startsWith('[--') ? commandsOf(word.slice(1, -1)).flat() : [word]))
  const args: string[] = []
  const given = new Set<Option>()
  while (left.length > 0) {
    const word = left.shift() ?? ''
    if (!/^--?\w/.test(word)) {
      if (!/^(…|\.\.\.)$/.test(word)) args.push(word)
      continue
    }
    const [flag = '', inline] = word.split(/=(.*)/s)
    if (/^(--help|-h)$/.test(flag)) return undefined
    const option = command.options.find(({ long, short }) => flag === long || flag === short)
    const flags = command.options.flatMap((one) => one.long ?? [])
    if (option === undefined) {
      return `${titleOf(command)} has no flag ${flag}${hint(flag, flags)}`
    }
    given.add(option)
    const fault = valueFault(option, inline, left, isWhole)
    if (fault !== undefined) return `${titleOf(command)}: ${fault}`
  }
  const isOpen = !isWhole || words.some(isPlaceholder)
  const missing = command.options.find((option) => option.mandatory && !given.has(option))
  if (missing !== undefined && !isOpen) return `${titleOf(command)} needs ${missing.flags}`
  return argumentFault(command, args, isOpen)
}

function valueFault(option: Option, inline: string | undefined, left: string[], isWhole: boolean): string | undefined {
  if (!option.required && !option.optional) return inline === undefined ? undefined : `${option.long} takes no value`
  const values = inline === undefined ? [] : [inline]
  while (left.length > 0 && !/^--?\w/.test(left[0] ?? '') && (values.length === 0 || option.variadic))
    values.push(left.shift() ?? '')
  if (values.length === 0) return option.required && isWhole ? `${option.flags} needs its value` : undefined
  const wrong = values.find((value) => option.argChoices?.includes(value) === false && !isPlaceholder(value))
  return wrong === undefined ? undefined : `${option.long} is one of ${option.argChoices?.join(', ')}, not ${wrong}`
}

async function argumentFault(command: Command, args: readonly string[], isOpen: boolean): Promise<string | undefined> {
  const known = command.registeredArguments
  const most = known.some(({ variadic }) => variadic) ? Number.POSITIVE_INFINITY : known.length
  const names = known.map((argument) => argument.name()).join(', ') || 'none'
  if (args.length > most) return `${titleOf(command)} has the arguments ${names}; "${args[most]}" is one too many`
  const least = known.filter(({ required }) => required).length
  if (args.length < least && !isOpen) return `${titleOf(command)} needs the arguments ${names}`
  const [first] = args
  if (first === undefined || isPlaceholder(first)) return undefined
  if (command.name() === 'schema') {
    const { code, printed } = await runNowhere('schema', first)
    return code === 0 ? undefined : printed.trim()
  }
  if (command.name() === 'simulate' && !/[/\\.]/.test(first) && !scenarios.includes(first))
    return `there is no scenario "${first}"; use ${scenarios.join(', ')}`
  return command.name() === 'import' && command.parent === program ? importFault(first) : undefined
}

async function importFault(format: string): Promise<string | undefined> {
  try {
    await importerOf(format)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

interface Named extends Shown {
  line: number
  words: string[]
}

const starters = /^(npx|exec|time|sudo|then|do|if|else|!|while|pnpm|yarn|bunx|\{|-y|--yes|--no-install)$/
const launcher = /(^|\/)sluice$/

/** The words after `sluice` in a simple command that runs it, or undefined. */
function ofSluice(words: readonly string[]): string[] | undefined {
  const start = words.findIndex((word) => !/^\w+=/.test(word) && !starters.test(word))
  const first = words[start] ?? ''
  if (launcher.test(first)) return words.slice(start + 1)
  // docker exec sluice sluice --version: the second is the command.
  const inContainer =
    /^(docker|podman|kubectl)$/.test(first) && words.includes('exec') ? words.lastIndexOf('sluice') : -1
  return inContainer > 0 && inContainer < words.length - 1 ? words.slice(inContainer + 1) : undefined
}

function ofScript(text: string, line: number, isWhole: boolean): Named[] {
  // A command that goes on in the next line is one.
  const parts = text.split(/(?<!\\)\n/)
  let at = line
  return parts.flatMap((part) => {
    const here = at
    at += part.split('\n').length
    const inQuotes = [...part.matchAll(/"[^"]*\$\(([^)]*)\)/g)].flatMap(([, inner = '']) => commandsOf(inner))
    return [...commandsOf(part), ...inQuotes].flatMap((words) => {
      const own = ofSluice(words)
      return own === undefined ? [] : [{ line: here, words: own, isWhole }]
    })
  })
}

/** The commands of Sluice in a block, whatever its language: in a script, after a prompt, in YAML, in quotes. */
function ofBlock({ language, text, line }: CodeBlock): Named[] {
  if (language === 'sh' || language === 'bash') return ofScript(text, line + 1, true)
  if (language === 'text' || language === 'console' || language === 'yaml' || language === 'dockerfile') {
    const prompt = language === 'yaml' ? /^\s*(-\s+)?(\w+:\s+)?(?=(npx )?sluice )/ : /^\s*(\$ |RUN |(?=(npx )?sluice ))/
    // The name of a job may be Sluice's and is no command.
    const script = text.split('\n').map((part) => {
      const isCommand = prompt.test(part) && !/^\s*(-\s+)?name:/.test(part)
      return isCommand || (language === 'console' && /^\s*>/.test(part)) ? part.replace(prompt, '') : ''
    })
    return ofScript(script.join('\n'), line + 1, true)
  }
  return text.split('\n').flatMap((part, index) => {
    const quoted = part.matchAll(/(['"`])((?:npx )?sluice .*?)\1/g)
    return [...quoted].flatMap(([, , script = '']) => ofScript(script, line + 1 + index, true))
  })
}

/** The commands of Sluice that a page shows or names. */
function commandsNamed({ pieces }: PageOfDocs): Named[] {
  return pieces.flatMap((piece) => {
    if (piece.kind === 'code') return ofBlock(piece)
    if (piece.kind !== 'span' || noCommands.includes(piece.text)) return []
    return ofScript(piece.text.replaceAll('\n', ' '), piece.line, false)
  })
}

async function faultsOf(page: PageOfDocs): Promise<string[]> {
  const faults = commandsNamed(page).map(async ({ line, words, isWhole }) => {
    const fault = await commandFault(words, { isWhole })
    return fault === undefined ? [] : [`${page.file}:${line}: sluice ${words.join(' ')}: ${fault}`]
  })
  return [...(await Promise.all(faults)).flat(), ...scriptFaults(page)]
}

const scripts = Object.keys(manifest.scripts)

/** The scripts of npm that a page names. */
function scriptsNamed({ pieces }: PageOfDocs): { line: number; name: string }[] {
  return pieces.flatMap((piece) => {
    if (piece.kind !== 'code' && piece.kind !== 'span') return []
    return [...piece.text.matchAll(/\bnpm run (?:-\S+ )*([a-z][\w:-]*)/g)].map(([, name = '']) => {
      const first = piece.line + (piece.kind === 'code' ? 1 : 0)
      return { line: first + lineWithin(piece.text, 'npm run', name), name }
    })
  })
}

/** Scripts of npm that neither this project nor a package.json on the page has. */
function scriptFaults(page: PageOfDocs): string[] {
  const shown = page.pieces.flatMap((piece) => (piece.kind === 'code' && piece.language === 'json' ? [piece.text] : []))
  return scriptsNamed(page)
    .filter(({ name }) => !scripts.includes(name) && !shown.some((text) => text.includes(`"${name}":`)))
    .map(
      ({ line, name }) =>
        `${page.file}:${line}: npm run ${name}: package.json has no such script${hint(name, scripts)}`,
    )
}

function lineWithin(text: string, ...needles: string[]): number {
  const index = text.split('\n').findIndex((part) => needles.every((needle) => part.includes(needle)))
  return Math.max(index, 0)
}

const pages = allPages()

test('every command that a page names is there, with its flags and arguments', async () => {
  const named = pages.flatMap(commandsNamed)
  const whole = named.filter(({ isWhole }) => isWhole)
  const ofNpm = pages.flatMap(scriptsNamed)
  assert.ok(
    named.length > 700 && whole.length > 200 && ofNpm.length > 120,
    `only ${named.length} commands, ${whole.length} of them in blocks, and ${ofNpm.length} scripts of npm were found`,
  )
  assert.deepEqual((await Promise.all(pages.map(faultsOf))).flat(), [])
})

test('a fault of a command is named with its line and the way out', async () => {
  const faults = async (text: string) => (await faultsOf(pageOf('a.md', text))).join('\n')
  const block = (info: string, text: string) => faults(`# A\n\n\`\`\`${info}\n${text}\n\`\`\`\n`)
  const wrong: [info: string, text: string, said: RegExp][] = [
    [
      'sh',
      'ls\nnpx sluice gtae --all',
      /^a\.md:5: sluice gtae --all: sluice has no command "gtae"; did you mean "gate"\?/,
    ],
    ['sh', 'sluice gate \\\n  --al', /^a\.md:4: .*sluice gate has no flag --al; did you mean "--all"\?/],
    ['sh', 'cd a && A=b sluice rollout strat a 1', /sluice rollout has no command "strat"; did you mean "start"/],
    ['sh', 'sluice rollout', /sluice rollout needs one of start/],
    ['sh', 'sluice rollback a', /sluice rollback needs --reason/],
    ['sh', 'sluice rollback a --reason', /needs its value/],
    ['sh', 'sluice drift a b', /"b" is one too many/],
    ['sh', 'sluice eval', /sluice eval needs the arguments feature/],
    ['sh', 'sluice gate --all=x', /--all takes no value/],
    ['sh', 'sluice token create a --scope admn', /--scope is one of client, .*, not admn/],
    ['sh', 'sluice schema prompts', /there is no schema "prompts"; did you mean "prompt"/],
    ['sh', 'sluice simulate drip', /there is no scenario "drip"; use /],
    ['sh', 'sluice import promptfu a.yaml', /promptfu/],
    ['sh', 'T=$(sluice token creat a)', /no command "creat"/],
    ['sh', 'T="$(sluice token creat a)"', /no command "creat"/],
    ['sh', 'docker exec sluice sluice tokn', /no command "tokn"/],
    ['console', '$ sluice gtae\nPASS', /no command "gtae"/],
    ['text', 'sluice gtae', /no command "gtae"/],
    ['yaml', 'script:\n  - npx sluice gtae', /^a\.md:5: .*no command "gtae"/],
    ['yaml', 'run: |\n  npm ci\n  npx sluice gtae', /^a\.md:6: .*no command "gtae"/],
    ['yaml', '- run: sluice gate --al', /no flag --al/],
    ['groovy', "sh 'npx sluice gtae'", /no command "gtae"/],
    ['json', '{"scripts": {"gate": "sluice gtae"}}', /no command "gtae"/],
    ['sh', 'ls\nnpm run no-such', /^a\.md:5: npm run no-such: package\.json has no such script; known: prepare, /],
  ]
  for (const [info, text, said] of wrong) assert.match(await block(info, text), said, `${info}\n${text}`)
  assert.match(await faults('a\n`sluice gtae`'), /^a\.md:2: sluice gtae: /)
  assert.match(await faults('`sluice gate [--al x]`'), /no flag --al/)
  assert.match(await faults('`sluice rollout status|puase <feature>`'), /no command "puase"/)
  assert.match(await faults('`npm run no-such`'), /no such script/)
  const right = ['`sluice rollout start`', '`sluice <command> --help`', '`sluice rollback <feature or id> --reason`']
  assert.equal(await faults(right.join(' ')), '')
  assert.equal(
    await block('sh', '# sluice gtae\nsluice publish a | tee b > c   # sluice gtae\nsluice upgrade … --write'),
    '',
  )
  assert.equal(await faults('```json\n{"scripts": {"dev": "x"}}\n```\n\n`npm run dev`'), '')
})

test('what is taken for no command still stands on a page', () => {
  const spans = new Set(
    pages.flatMap(({ pieces }) => pieces.flatMap((piece) => (piece.kind === 'span' ? piece.text : []))),
  )
  assert.deepEqual(
    noCommands.filter((text) => !spans.has(text)),
    [],
  )
})
