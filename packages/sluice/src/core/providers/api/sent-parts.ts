import type { ContentPart, Message } from '../../suite/models/model.ts'
import { TemplateError } from '../../suite/values/template.ts'
import type { LanguageModel } from './connection.ts'

type SentMessage = Parameters<LanguageModel['doGenerate']>[0]['prompt'][number]
type SentPart = Extract<SentMessage, { role: 'user' }>['content'][number]

/** The parts of a message, as the AI SDK takes them, with the bytes of their files. */
export async function sentParts({ content, parts }: Pick<Message, 'content' | 'parts'>): Promise<SentPart[]> {
  return parts === undefined ? [{ type: 'text', text: content }] : Promise.all(parts.map(sentPart))
}

/** @throws SluiceError if a file is no longer what it was when its project was read */
async function sentPart(part: ContentPart): Promise<SentPart> {
  if (part.type === 'text') return part
  if ('variable' in part) throw new TemplateError(part.variable)
  if ('url' in part) {
    const mediaType = part.type === 'pdf' ? 'application/pdf' : 'image'
    return { type: 'file', mediaType, data: { type: 'url', url: new URL(part.url) } }
  }
  return { type: 'file', mediaType: part.file.mediaType, data: { type: 'data', data: await part.file.bytes() } }
}
