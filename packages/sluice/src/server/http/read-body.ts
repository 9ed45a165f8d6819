import { Problem } from './problem.ts'

/** The largest body of a request, in bytes. */
export const maxBodyBytes = 1_048_576

/**
 * The bytes of a request's body. One that is too long is refused as soon as that is known: by its announced length, else
 * while it arrives.
 * @throws Problem 413
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  const announced = request.headers.get('content-length')
  if (announced === null) return readChunks(request)
  if (!(Number(announced) <= maxBodyBytes)) throw tooLarge()
  return new Uint8Array(await request.arrayBuffer().catch(cutShort))
}

async function readChunks({ body }: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body?.getReader()
  for (
    let part = await reader?.read().catch(cutShort);
    part && !part.done;
    part = await reader?.read().catch(cutShort)
  ) {
    size += part.value.byteLength
    if (size > maxBodyBytes) {
      void reader?.cancel().catch(() => undefined)
      throw tooLarge()
    }
    chunks.push(part.value)
  }
  return Buffer.concat(chunks, size)
}

function cutShort(cause: unknown): never {
  const detail = 'The body ended before it was complete.'
  throw new Problem({ status: 400, code: 'incomplete-body', detail }, { cause, headers: { connection: 'close' } })
}

function tooLarge(): Problem {
  const detail = `The body is longer than ${maxBodyBytes} bytes: send it in parts.`
  return new Problem({ status: 413, code: 'body-too-large', detail }, { headers: { connection: 'close' } })
}
