import { createHash } from 'node:crypto'
import { chartStyle } from '../../../charts/style.ts'
import { operatorPageAssets } from '../../pages/page-assets.ts'

interface Asset {
  /** Holds a hash of the text, so that it may be kept for ever. */
  path: string
  type: string
  text: string
}

interface Assets {
  style: Asset
  script: Asset
}

let made: Promise<Assets> | undefined

/** Script and style of all pages, made at the first request. */
export function assets(): Promise<Assets> {
  made ??= operatorPageAssets().then(({ style, script }) => ({
    style: assetOf('css', 'text/css; charset=utf-8', `${style}${chartStyle}`),
    script: assetOf('js', 'text/javascript; charset=utf-8', script),
  }))
  return made
}

function assetOf(ending: string, type: string, text: string): Asset {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return { path: `/assets/page-${hash}.${ending}`, type, text }
}
