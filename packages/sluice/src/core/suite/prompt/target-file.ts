import path from 'node:path'
import { z } from 'zod'
import { exactlyOne } from '../diagnostics/exactly-one.ts'
import { commandSchema } from '../values/command-line.ts'
import { environmentValueSchema, headersSchema } from '../values/header-settings.ts'

const kinds = ['http', 'command', 'module'] as const
const oneKind = exactlyOne(kinds, 'target')

/** Stands for the port of a started server. */
const port = '{port}'

function timeout(what: string, usual: string) {
  return z
    .int()
    .min(1)
    .exactOptional()
    .meta({ description: `Longest time ${what}, in milliseconds (default ${usual}).`, examples: [120_000] })
}

const addressSchema = z
  .string()
  .regex(/^https?:\/\/\S+$/, 'must be a URL that starts with http:// or https://')
  .refine((url) => URL.canParse(url.replaceAll(port, '1')), {
    error: 'must be a URL that starts with http:// or https://',
  })

const httpSchema = z.strictObject({
  url: addressSchema.meta({
    description: 'Where the application answers; {port} is the port of a server that `start` has started.',
    examples: ['http://127.0.0.1:8080/summary'],
  }),
  method: z
    .enum(['POST', 'PUT'])
    .exactOptional()
    .meta({ description: 'Method of the request (default POST).', examples: ['PUT'] }),
  headers: headersSchema.exactOptional(),
  timeoutMs: timeout('for an answer', '60000'),
})

const readyPathSchema = z.string().regex(/^\/\S*$/, 'must be a path that starts with /, e.g. /healthz')

const readySchema = z.union(
  [
    readyPathSchema,
    z.strictObject({
      path: readyPathSchema
        .exactOptional()
        .meta({ description: 'The path that answers 2xx (default: its port has to be open).', examples: ['/healthz'] }),
      timeoutMs: timeout('until the server is ready', '60000'),
    }),
  ],
  { error: 'expected a path that starts with /, or a map of path and timeoutMs' },
)

const setupSchema = z.union([commandSchema, z.array(z.array(z.string().min(1)).min(1)).min(1)], {
  error: 'expected a command line, a list of its parts, or a list of such lists',
})

const variableName = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable')

/** A path or a glob that can be found in a worktree of another commit, too. */
const relativeSchema = z
  .string()
  .min(1)
  .refine((file) => !path.isAbsolute(file), { error: 'must be relative to the folder of sluice.yaml' })

/** A path or a glob that stays in its folder. */
const insideSchema = relativeSchema
  .refine((file) => !file.split('/').includes('..'), { error: 'must not lead out of its folder by ..' })
  .refine((file) => !/^!(?!\()/.test(file), { error: 'names what is not meant; name what is' })

const workspaceSchema = z.strictObject({
  files: z
    .union([insideSchema, z.array(insideSchema).min(1)], { error: 'expected a folder, or a list of files and globs' })
    .meta({
      description:
        'What is copied: a folder, whose content lies in the workspace itself, or a list of files, folders and globs, which keep their places; both relative to the folder of sluice.yaml. .git and node_modules are left out unless they are named.',
      examples: ['agent', ['AGENTS.md', '.claude/skills/**', 'fixtures/**']],
    }),
  state: z
    .array(insideSchema)
    .min(1)
    .exactOptional()
    .meta({
      description:
        'Globs of the files that are the end state once the program has ended, relative to the workspace: for the check `state`, by path.',
      examples: [['out/**'], ['report.md']],
    }),
  without: z
    .array(insideSchema)
    .min(1)
    .exactOptional()
    .meta({
      description:
        'Files and folders of the workspace, relative to it, whose use is measured: every case is run once more without them, and the report says what they add (lift) and where they harm.',
      examples: [['AGENTS.md'], ['.claude/skills/refund']],
    }),
})

const writtenSchema = z.strictObject({
  http: httpSchema.exactOptional().meta({
    description: "A server that receives the case's variables as JSON and answers with text or JSON.",
    examples: [{ url: 'http://127.0.0.1:8080/summary', timeoutMs: 120_000 }],
  }),
  command: commandSchema.exactOptional().meta({
    description:
      'A program, started once a case without a shell in the folder of sluice.yaml; it reads the variables as JSON on stdin and writes text or JSON.',
    examples: ['python app.py', ['node', 'app.mjs', '--once']],
  }),
  module: z
    .string()
    .min(1)
    .exactOptional()
    .meta({
      description:
        'An async function that takes the variables: path relative to this file, with #name for an export of that name.',
      examples: ['../app/summary.ts#summarise'],
    }),
  setup: setupSchema.exactOptional().meta({
    description:
      'What prepares a checkout of another commit, e.g. installs its packages; a list of lists is several commands, one after the other.',
    examples: [
      ['npm', 'ci'],
      [
        ['npm', 'ci'],
        ['npm', 'run', 'build'],
      ],
    ],
  }),
  start: commandSchema.exactOptional().meta({
    description:
      'Starts the server behind http.url for the run, and ends it afterwards. Its port is {port} in the arguments and in http.url, and PORT in its environment.',
    examples: [['node', 'server.mjs'], 'python -m flask run --port {port}'],
  }),
  ready: readySchema.exactOptional().meta({
    description: 'When a started server may be asked: as soon as this path answers 2xx (default: its port is open).',
    examples: ['/healthz', { path: '/healthz', timeoutMs: 120_000 }],
  }),
  env: z
    .record(variableName, environmentValueSchema)
    .exactOptional()
    .meta({
      description: `Variables for the application, and for \`setup\`. \${NAME} takes a value from the environment; a server of \`start\` and \`setup\` get no other credentials.`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a setting.
      examples: [{ LOG_LEVEL: 'warn', OPENAI_API_KEY: '${OPENAI_API_KEY}' }],
    }),
  cwd: relativeSchema.exactOptional().meta({
    description:
      'Folder in which the application runs, and `setup`; relative to that of sluice.yaml (default: that folder). With `workspace`, relative to the workspace, and `setup` runs in the folder of sluice.yaml.',
    examples: ['services/summary'],
  }),
  paths: z
    .array(
      relativeSchema.refine((glob) => !glob.startsWith('!'), { error: 'names what counts; leave out what does not' }),
    )
    .min(1)
    .exactOptional()
    .meta({
      description:
        'Globs of the files that the application is made of, relative to the folder of sluice.yaml (default: the package around it).',
      examples: [['app/**', 'lib/**']],
    }),
  workspace: workspaceSchema.exactOptional().meta({
    description:
      'Each case and repeat of a command runs in a new temporary folder with a copy of these files, which is removed afterwards; {project} in the command is the folder of sluice.yaml.',
    examples: [{ files: 'agent', state: ['out/**'] }],
  }),
  timeoutMs: timeout('for an answer', '60000'),
  concurrency: z
    .int()
    .min(1)
    .exactOptional()
    .meta({ description: 'Most calls of the application at once (default: those of the run).', examples: [4] }),
  sendVersion: z
    .boolean()
    .exactOptional()
    .meta({
      description:
        'Whether the request has the version under test beside the variables, as `sluice`: for applications that accept another key (default false).',
      examples: [true],
    }),
  baselineUrl: addressSchema.exactOptional().meta({
    description: 'Where the version of the base commit answers, for an http target that is not started here.',
    examples: ['https://staging.example.com/summary'],
  }),
})

export const targetSchema = writtenSchema
  .superRefine(oneKind.check)
  .superRefine(refuseWithoutEffect)
  .meta({
    ...oneKind.meta,
    description: 'The real application, scored in place of the bare prompt: exactly one of http, command and module.',
    examples: [{ module: '../app/summary.ts' }],
  })

type Written = z.output<typeof writtenSchema>

/** A key that would change nothing is a mistake, and so is a server that two versions cannot have side by side. */
function refuseWithoutEffect(target: Written, context: z.core.$RefinementCtx): void {
  const { http, start, timeoutMs, baselineUrl } = target
  const refuse = (at: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path: at, message })
  if (timeoutMs !== undefined && http?.timeoutMs !== undefined)
    refuse(['timeoutMs'], 'is set twice, here and in http; leave one out')
  if (start === undefined) {
    if (target.ready !== undefined) refuse(['ready'], 'has no effect without start')
    if (http?.url.includes(port)) refuse(['http', 'url'], `holds ${port}, but there is no start that starts a server`)
    for (const key of ['setup', 'env', 'cwd'] as const)
      if (http && target[key] !== undefined)
        refuse([key], 'has no effect: the server behind http.url is not started here; add start')
  } else if (http === undefined) refuse(['start'], 'starts the server behind http.url; add http: {url: ...}')
  else refuseForeignServer(http.url, refuse)
  if (target.module !== undefined && target.sendVersion !== undefined)
    refuse(['sendVersion'], 'has no effect: a function has the version in its second argument')
  refuseWorkspace(target, refuse)
  const { env: given = {} } = target
  if (start !== undefined && Object.hasOwn(given, 'PORT')) refuse(['env', 'PORT'], 'is set by start; leave it out')
  if (Object.hasOwn(given, promptFileVariable)) refuse(['env', promptFileVariable], 'is set by sluice; leave it out')
  if (baselineUrl === undefined) return
  if (http === undefined) refuse(['baselineUrl'], 'has no effect without http')
  else if (start !== undefined) refuse(['baselineUrl'], 'has no effect beside start, which starts both versions')
  else if (baselineUrl.includes(port)) refuse(['baselineUrl'], `holds ${port}, but there is no start`)
}

function refuseWorkspace(target: Written, refuse: (at: PropertyKey[], message: string) => void): void {
  const { command, workspace, cwd } = target
  if (workspace === undefined) return
  if (command === undefined) refuse(['workspace'], 'has no effect without command')
  if (typeof workspace.files === 'string' && /[*?[\]{}]/.test(workspace.files))
    refuse(['workspace', 'files'], `is one folder; write a list for globs: ["${workspace.files}"]`)
  if (cwd?.split('/').includes('..')) refuse(['cwd'], 'leads out of the workspace')
}

/** The variable that names the prompt file of the version under test. */
const promptFileVariable = 'SLUICE_PROMPT_FILE'

function refuseForeignServer(url: string, refuse: (at: PropertyKey[], message: string) => void): void {
  const parts = URL.parse(url.replaceAll(port, '61234'))
  if (!url.includes(port))
    refuse(['http', 'url'], `has no ${port}; start gives each version a port of its own: http://127.0.0.1:${port}/`)
  else if (parts?.port !== '61234') refuse(['http', 'url'], `has ${port} in another place than that of the port`)
  else if (!/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(parts.hostname))
    refuse(['http', 'url'], 'leads to another machine than the one on which start starts the server; use 127.0.0.1')
}
