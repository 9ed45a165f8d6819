import path from 'node:path'
import { bundledPage, type PageAssets } from '../../bundled-page.ts'
import { renderedGuide } from './guide.ts'

/**
 * Script and style of all pages. From sources they are bundled when asked for; the build puts the finished texts here.
 */
export function operatorPageAssets(): Promise<PageAssets> {
  return bundledPage(import.meta.dirname)
}

/** The guide for whoever is on call, as markup; likewise. */
export function operatorGuide(): Promise<string> {
  return renderedGuide(path.join(import.meta.dirname, '../../../../../docs/operators.md'))
}
