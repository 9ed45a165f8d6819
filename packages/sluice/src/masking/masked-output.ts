import { StringDecoder } from 'node:string_decoder'
import type { Mask } from './mask.ts'

interface Output {
  write(chunk: unknown, ...rest: unknown[]): boolean
}

/**
 * Masks whatever is written to a stream of this process from now on, by modules of the project too, which print to it
 * themselves. Returns what writes the part that had to be kept back, for the end of the process.
 */
export function maskWrites(target: Output, mask: Mask): () => void {
  const write = target.write.bind(target)
  const decoder = new StringDecoder('utf8')
  const pieces = mask.pieces()
  target.write = (chunk, ...rest) => {
    const text = typeof chunk === 'string' ? chunk : decoder.write(chunk as Buffer)
    return write(pieces.push(text), ...rest.filter((each) => typeof each === 'function'))
  }
  return () => void write(pieces.push(decoder.end()) + pieces.end())
}
