import { StringDecoder } from 'node:string_decoder'
import type { Mask } from './mask.ts'

interface Output {
  write(chunk: unknown, ...rest: unknown[]): boolean
}

/** A stream whose text is masked on the way, and the writing of what had to be kept back. */
export interface MaskedOutput<S> {
  stream: S
  /** Writes the rest; for the end of the process. */
  flush(): void
}

/** The stream itself in everything but what it writes, so that a terminal stays one. */
export function maskedOutput<S extends Output>(target: S, mask: Mask): MaskedOutput<S> {
  const decoder = new StringDecoder('utf8')
  const pieces = mask.pieces()
  const write = (chunk: unknown, ...rest: unknown[]) => {
    const text = typeof chunk === 'string' ? chunk : decoder.write(chunk as Buffer)
    return target.write(pieces.push(text), ...rest.filter((each) => typeof each === 'function'))
  }
  const stream = new Proxy(target, {
    get(_, key) {
      if (key === 'write') return write
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { stream, flush: () => void target.write(pieces.push(decoder.end()) + pieces.end()) }
}
