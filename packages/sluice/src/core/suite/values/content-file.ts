import { createHash } from 'node:crypto'
import path from 'node:path'
import { SluiceError } from '../../../errors.ts'
import { formatSize } from '../../../text/format.ts'
import type { ProjectFiles } from '../project-files.ts'

/** What a message may hold beside text. */
export type FileKind = 'image' | 'pdf'

/** The largest file of a message, in bytes. Providers refuse requests that are much larger. */
const mostBytes = 20_000_000

/** The first bytes of each kind of file, as Latin-1. A name says nothing of what a file is. */
const beginnings: [kind: FileKind, mediaType: string, begins: RegExp][] = [
  ['image', 'image/png', /^\x89PNG\r\n\x1a\n/],
  ['image', 'image/jpeg', /^\xff\xd8\xff/],
  ['image', 'image/gif', /^GIF8[79]a/],
  ['image', 'image/webp', /^RIFF[\s\S]{4}WEBP/],
  ['pdf', 'application/pdf', /^%PDF-/],
]

/** What a file is by its first bytes; undefined for text and for anything that no message can hold. */
export function fileTypeOf(bytes: Uint8Array): { kind: FileKind; mediaType: string } | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  const [kind, mediaType] = beginnings.find(([, , begins]) => begins.test(start)) ?? []
  return kind === undefined || mediaType === undefined ? undefined : { kind, mediaType }
}

interface FileOrigin {
  /** The name that readers see. */
  name: string
  /** Relative to the project's root; absent for one that stands in a text. */
  path?: string
  /** Reads the bytes again when they are sent, so that a suite of images need not be held in memory. */
  load: () => Promise<Uint8Array>
}

/**
 * An image or a PDF of a message. As data it is what identifies it: the bytes themselves are read when they are sent.
 */
export class ContentFile {
  readonly kind: FileKind
  readonly mediaType: string
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** The SHA-256 of the bytes, 64 hex. */
  readonly sha256: string
  readonly #origin: FileOrigin

  private constructor(bytes: Uint8Array, type: { kind: FileKind; mediaType: string }, origin: FileOrigin) {
    this.kind = type.kind
    this.mediaType = type.mediaType
    this.name = origin.name
    this.size = bytes.length
    this.sha256 = hashOf(bytes)
    this.#origin = origin
  }

  /** The file with these bytes, or why it is none that a message can hold. */
  static of(bytes: Uint8Array, origin: FileOrigin): ContentFile | string {
    const type = fileTypeOf(bytes)
    const { name } = origin
    if (bytes.length === 0) return `${name} is empty`
    if (type === undefined)
      return `${name} is no image and no PDF by its first bytes; PNG, JPEG, GIF, WebP and PDF can be sent`
    if (bytes.length > mostBytes)
      return `${name} has ${formatSize(bytes.length)}; a file of a message may have ${formatSize(mostBytes)}, so make it smaller`
    return new ContentFile(bytes, type, origin)
  }

  get path(): string | undefined {
    return this.#origin.path
  }

  /** What readers see in its place, the judge included. */
  get placeholder(): string {
    const { kind, name, mediaType, size, sha256 } = this
    return `[${kind} ${name}, ${mediaType}, ${formatSize(size)}, sha256 ${sha256.slice(0, 12)}]`
  }

  /** The bytes as an application gets them. @throws SluiceError as `bytes` does */
  async dataUrl(): Promise<string> {
    return `data:${this.mediaType};base64,${Buffer.from(await this.bytes()).toString('base64')}`
  }

  /** @throws SluiceError if the file is no longer the one that the answer would be kept for */
  async bytes(): Promise<Uint8Array> {
    const bytes = await this.#origin.load()
    if (hashOf(bytes) === this.sha256) return bytes
    throw new SluiceError('invalid-input', `${this.name} has changed since the run began; run again`)
  }
}

/** A file of the project that was read, or why no message can hold it. */
export function projectContent(
  files: Pick<ProjectFiles, 'read'>,
  file: string,
  bytes: Uint8Array,
): ContentFile | string {
  return ContentFile.of(bytes, { name: path.posix.basename(file), path: file, load: () => files.read(file) })
}

const dataUrl = /^data:[^,;]*(?:;[^,;]*)*;base64,([A-Za-z0-9+/=\s]+)$/i

/** The file in a data: URL, or why there is none. */
export function fileOfDataUrl(url: string): ContentFile | string {
  const [, base64] = dataUrl.exec(url) ?? []
  if (base64 === undefined) return 'the data: URL is not written as data:image/png;base64,...'
  const bytes = Buffer.from(base64, 'base64')
  return ContentFile.of(bytes, { name: 'of a data: URL', load: async () => bytes })
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
