import { z } from 'zod'
import { notFound } from '../http/problem.ts'
import { pageHeaders } from '../http/security-headers.ts'
import { assets } from './assets.ts'
import { defineOpen } from './page-route.ts'

export const showAsset = defineOpen({
  method: 'GET',
  path: '/assets/{file}',
  quiet: true,
  params: z.object({ file: z.string() }),
  async respond({ params }) {
    const { style, script } = await assets()
    const asset = [style, script].find(({ path }) => path === `/assets/${params.file}`)
    if (!asset) throw notFound('There is no such file: reload the page.')
    const headers = {
      ...pageHeaders,
      'content-type': asset.type,
      'cache-control': 'public, max-age=31536000, immutable',
    }
    return new Response(asset.text, { headers })
  },
})
