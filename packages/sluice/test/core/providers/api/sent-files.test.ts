import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestKey } from '../../../../src/core/answers/answer-keys.ts'
import { createProviders } from '../../../../src/core/providers/registry.ts'
import { renderMessage } from '../../../../src/core/suite/models/content-parts.ts'
import type { Message } from '../../../../src/core/suite/models/model.ts'
import type { ProviderSettings } from '../../../../src/core/suite/models/provider-settings.ts'
import { ContentFile } from '../../../../src/core/suite/values/content-file.ts'
import { faultServer, json } from '../../../support/providers/fault-server.ts'
import { ask, contextOf, noFiles } from '../../../support/providers/model-call.ts'

const pngBytes = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from('a cat')])
const pdfBytes = Buffer.from('%PDF-1.7 a report')

function fileOf(bytes: Uint8Array, load = async () => bytes): ContentFile {
  const file = ContentFile.of(bytes, { name: 'a-file', load })
  assert.ok(file instanceof ContentFile)
  return file
}

const messageOf = (image: ContentFile): Message => ({
  role: 'user',
  content: '',
  parts: [
    { type: 'text', text: 'What is this?' },
    { type: 'image', file: image },
    { type: 'pdf', file: fileOf(pdfBytes) },
  ],
})

/** The body that a provider is sent. */
async function sentBody(kind: ProviderSettings['kind'], message: Message): Promise<string> {
  await using server = await faultServer(json({ error: { message: 'no' } }, 400))
  const env = { OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', GOOGLE_GENERATIVE_AI_API_KEY: 'k' }
  const providers = createProviders({ providers: { p: { kind, baseURL: server.url } } }, { env, files: noFiles })
  const request = ask('p:m', '', { messages: [message] })
  await assert.rejects((await providers.get('p')).complete(request, contextOf(request)), /no/)
  return JSON.stringify(server.requests[0]?.body)
}

const png = pngBytes.toString('base64')
const pdf = pdfBytes.toString('base64')

const forms: [ProviderSettings['kind'], ...string[]][] = [
  [
    'openai',
    `{"type":"input_image","image_url":"data:image/png;base64,${png}"`,
    `"data:application/pdf;base64,${pdf}"`,
  ],
  ['anthropic', `{"type":"base64","media_type":"image/png","data":"${png}"}`, `"application/pdf","data":"${pdf}"`],
  ['google', `{"inlineData":{"mimeType":"image/png","data":"${png}"}}`, `"application/pdf","data":"${pdf}"`],
  ['openai-compatible', `"image_url":{"url":"data:image/png;base64,${png}"}`, `"data:application/pdf;base64,${pdf}"`],
]
for (const [kind, ...expected] of forms) {
  test(`${kind}: text, image and PDF are sent in this order, in the form of the provider`, async () => {
    const body = await sentBody(kind, renderMessage(messageOf(fileOf(pngBytes)), {}, { strict: true }))
    const places = ['What is this?', ...expected].map((part) => body.indexOf(part))
    assert.ok(
      places.every((place, index) => place > (places[index - 1] ?? -1)),
      `${places} in ${body}`,
    )
  })
}

test('an image at an address is sent as the address', async () => {
  const message: Message = { role: 'user', content: '', parts: [{ type: 'image', variable: 'photo' }] }
  const rendered = renderMessage(message, { photo: 'https://example.org/cat.png' }, { strict: true })
  assert.equal(rendered.content, '[image at https://example.org/cat.png]')
  assert.match(
    await sentBody('openai-compatible', rendered),
    /"image_url":\{"url":"https:\/\/example\.org\/cat\.png"\}/,
  )
})

test('the key of a request holds the bytes of its files', () => {
  const keyOf = (bytes: Uint8Array) => requestKey(ask('p:m', '', { messages: [messageOf(fileOf(bytes))] }), 1)
  assert.equal(keyOf(pngBytes), keyOf(Buffer.from(pngBytes)))
  assert.notEqual(keyOf(pngBytes), keyOf(Buffer.concat([pngBytes, Buffer.from('!')])))
})

test('a file that changed after it was read is not sent', async () => {
  const changed = fileOf(pngBytes, async () => Buffer.concat([pngBytes, Buffer.from('!')]))
  await assert.rejects(changed.bytes(), /a-file has changed since the run began; run again/)
})
