import { z } from 'zod'
import { errorMessage } from '../../../errors.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import { isMissingFile, type ProjectFiles, placeInProject } from '../project-files.ts'
import { ContentFile, type FileKind, fileOfDataUrl, projectContent } from '../values/content-file.ts'
import { fillTemplate, TemplateError } from '../values/template.ts'
import { type ContentPart, type Message, messageSchema } from './model.ts'

/** A part as a file has it. `from` is a path, an address, a data: URL or one {{variable}}. */
type WrittenPart = { type: 'text'; text: string } | { type: FileKind; from: string }

const address = z.string().min(1)
const textPart = z
  .strictObject({ type: z.enum(['text', 'input_text']), text: z.string() })
  .transform(({ text }): WrittenPart => ({ type: 'text', text }))
const filePart = z
  .strictObject({ type: z.enum(['image', 'pdf']), file: address })
  .transform(({ type, file }): WrittenPart => ({ type, from: file }))
const imageUrl = z
  .strictObject({
    type: z.enum(['image_url', 'input_image']),
    image_url: z.union([address, z.strictObject({ url: address }).transform(({ url }) => url)]),
  })
  .transform(({ image_url: from }): WrittenPart => ({ type: 'image', from }))
const fileData = z
  .strictObject({
    type: z.literal('file'),
    file: z.strictObject({ filename: z.string().exactOptional(), file_data: address }),
  })
  .transform(({ file }): WrittenPart => ({ type: 'pdf', from: file.file_data }))

const forms: [type: RegExp, form: string, schema: z.ZodType<WrittenPart>][] = [
  [/^(?:input_)?text$/, 'a part that is a text has "type" and "text", and nothing else', textPart],
  [
    /^(?:image|pdf)$/,
    'such a part has "type" and "file", and nothing else: {type: image, file: ./photo.png}',
    filePart,
  ],
  [
    /^(?:image_url|input_image)$/,
    'such a part is {type: image_url, image_url: {url: "..."}}, and nothing else',
    imageUrl,
  ],
  [/^file$/, 'such a part has "file" with "file_data"; or write {type: pdf, file: ./report.pdf}', fileData],
]
const partForms = 'write {type: text, text: "..."}, {type: image, file: ./photo.png} or {type: pdf, file: ./report.pdf}'

/** A part that is read, or what is wrong with it. */
function partOf(part: unknown): WrittenPart | string {
  const type = part !== null && typeof part === 'object' && 'type' in part ? String(part.type) : ''
  const [, form, schema] = forms.find(([name]) => name.test(type)) ?? []
  if (schema !== undefined) return schema.safeParse(part).data ?? form ?? partForms
  const [kind] = /audio|video/i.exec(type) ?? []
  return kind === undefined
    ? `not a part of a message: ${partForms}`
    : `a part of type ${type} is not supported; messages may hold text, images and PDFs`
}

/** What a message says, as a file has it. */
export const messageContentSchema = z
  .unknown()
  .transform((content, context): string | WrittenPart[] => {
    if (!Array.isArray(content)) {
      if (typeof content !== 'string') context.addIssue({ code: 'invalid_type', expected: 'string', input: content })
      return String(content)
    }
    const parts = content.map((part: unknown, index): WrittenPart => {
      const read = partOf(part)
      if (typeof read !== 'string') return read
      context.addIssue({ code: 'custom', path: [index], message: read })
      return { type: 'text', text: '' }
    })
    return parts.every((part) => part.type === 'text') ? parts.map(({ text }) => text).join('\n') : parts
  })
  .meta({
    type: ['string', 'array'],
    description:
      'The text; {{name}} stands for a variable of the case. Or a list of parts: {type: text, text}, {type: image, file} and {type: pdf, file}; a file is a path relative to this file, a data: URL, an address, or one {{variable}}. Texts are joined, a line each.',
    examples: [
      'Summarise this e-mail:\n{{email}}',
      [
        { type: 'text', text: 'What is the total?' },
        { type: 'image', file: '{{receipt}}' },
      ],
    ],
  })

/** A message as a file has it, whose files are not read yet. */
export const writtenMessageSchema = messageSchema
  .extend({ content: messageContentSchema })
  .superRefine(({ role, content }, context) => {
    if (role === 'user' || typeof content === 'string') return
    context.addIssue({ code: 'custom', path: ['content'], message: 'only a message of the user can hold a file' })
  })
  .meta({
    description: 'One message of the conversation sent to the model.',
    examples: [{ role: 'user', content: 'Summarise this e-mail:\n{{email}}' }],
  })

export type WrittenMessage = z.output<typeof writtenMessageSchema>

interface MessagePlace {
  files: ProjectFiles
  /** Paths are relative to it; posix, relative to the project's root. */
  folder: string
  source: Source
  /** The place of the messages in their file. */
  at: readonly PropertyKey[]
  /** Whether they are those of a case, which names its files itself. */
  isOfCase?: boolean
}

/** The messages with their files read, as far as they are at hand, and every fault at the part that has it. */
export async function resolveMessages(
  written: readonly WrittenMessage[],
  { files, folder, source, at, isOfCase = false }: MessagePlace,
): Promise<{ messages: Message[]; faults: Diagnostic[] }> {
  const faults: Diagnostic[] = []
  const messages: Message[] = []
  for (const [index, { role, content }] of written.entries()) {
    if (typeof content === 'string') {
      messages.push({ role, content })
      continue
    }
    const parts: ContentPart[] = []
    for (const [number, part] of content.entries()) {
      const found = part.type === 'text' ? part : await resolvePart(part, files, folder)
      const read = isOfCase && typeof found !== 'string' && 'variable' in found ? ownFile : found
      if (typeof read !== 'string') parts.push(read)
      else faults.push(located(source, [...at, index, 'content', number], read))
    }
    messages.push(messageOf(role, parts))
  }
  return { messages, faults }
}

const ownFile = 'a case names its file itself, relative to the suite: {type: image, file: photos/1.png}'

const onlyVariable = /^\{\{([^{}]+)\}\}$/

async function resolvePart(
  { type, from }: Exclude<WrittenPart, { type: 'text' }>,
  files: ProjectFiles,
  folder: string,
): Promise<ContentPart | string> {
  const [, variable] = onlyVariable.exec(from) ?? []
  if (variable !== undefined) return { type, variable }
  if (from.includes('{{')) return 'a file is one variable alone, such as "{{photo}}"; its case has {file: photos/1.png}'
  const given = givenPart(type, from)
  if (given !== undefined) return given
  const { file, fault } = await placeInProject(files, folder, from)
  if (file === undefined || fault !== undefined) return fault ?? `there is no file ${from}`
  try {
    return partOfFile(type, projectContent(files, file, await files.read(file)))
  } catch (error) {
    if (isMissingFile(error)) return `there is no file ${file}`
    return `${file} cannot be read: ${errorMessage(error)}`
  }
}

/** The part for an address or a data: URL; undefined for any other text. */
function givenPart(type: FileKind, text: string): ContentPart | string | undefined {
  if (/^data:/i.test(text)) return partOfFile(type, fileOfDataUrl(text))
  if (!/^https?:\/\//i.test(text)) return undefined
  return URL.canParse(text) ? { type, url: text } : `${text} is no address`
}

function partOfFile(type: FileKind, file: ContentFile | string): ContentPart | string {
  if (typeof file === 'string' || file.kind === type) return typeof file === 'string' ? file : { type, file }
  return `${file.name} is ${file.kind === 'pdf' ? 'a PDF' : 'an image'} by its first bytes; write type: ${file.kind}`
}

function messageOf(role: Message['role'], parts: readonly ContentPart[]): Message {
  return { role, content: parts.map(textOfPart).join('\n'), parts }
}

/**
 * Messages as a prompt file has them, which needs no other file: the bytes of images and PDFs stand in it as data:
 * URLs.
 */
export function writtenMessages(
  messages: readonly Message[],
): Promise<{ role: Message['role']; content: string | Awaited<ReturnType<typeof writtenPart>>[] }[]> {
  return Promise.all(
    messages.map(async ({ role, content, parts }) => ({
      role,
      content: parts ? await Promise.all(parts.map(writtenPart)) : content,
    })),
  )
}

async function writtenPart(
  part: ContentPart,
): Promise<{ type: 'text'; text: string } | { type: FileKind; file: string }> {
  if (part.type === 'text') return part
  if ('file' in part) return { type: part.type, file: await part.file.dataUrl() }
  return { type: part.type, file: 'url' in part ? part.url : `{{${part.variable}}}` }
}

function textOfPart(part: ContentPart): string {
  if (part.type === 'text') return part.text
  if ('file' in part) return part.file.placeholder
  return 'url' in part ? `[${part.type} at ${part.url}]` : `[${part.type} {{${part.variable}}}]`
}

/**
 * A message with the case's variables in it, each substituted once.
 * @throws TemplateError also for a variable that should hold a file and does not
 */
export function renderMessage(
  { role, content, parts }: Message,
  vars: Readonly<Record<string, unknown>>,
  { strict }: { strict: boolean },
): Message {
  if (parts === undefined) return { role, content: fillTemplate(content, vars, { strict }) }
  const rendered = parts.map((part): ContentPart => {
    if (part.type === 'text') return { type: 'text', text: fillTemplate(part.text, vars, { strict }) }
    if (!('variable' in part)) return part
    const name = part.variable.trim()
    const read = partOfValue(part.type, vars[name])
    if (typeof read !== 'string') return read
    throw Object.hasOwn(vars, name) ? new TemplateError(name, {}, `{{${name}}} ${read}`) : new TemplateError(name)
  })
  return messageOf(role, rendered)
}

/** The part that the value of a variable makes, or why it makes none. */
export function partOfValue(type: FileKind, value: unknown): ContentPart | string {
  if (value instanceof ContentFile) return partOfFile(type, value)
  const given = typeof value === 'string' ? givenPart(type, value) : undefined
  const example = type === 'pdf' ? 'reports/1.pdf' : 'photos/1.png'
  return given ?? `is not ${type === 'pdf' ? 'a PDF' : 'an image'}: write {file: ${example}}, a data: URL or an address`
}
