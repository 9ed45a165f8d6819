import { bundledPage, type PageAssets } from '../../bundled-page.ts'

/** Script and style of all pages. From sources they are bundled when asked for; the build puts the finished texts here. */
export function operatorPageAssets(): Promise<PageAssets> {
  return bundledPage(import.meta.dirname)
}
