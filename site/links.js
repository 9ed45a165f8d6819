// Links of the Markdown become addresses of the site, relative to the page, so that it works below any address and from
// files. Those that lead nowhere are found once the site is there.
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { addressOf, root } from './pages.js'

const { posix } = path
const isElsewhere = (target) => /^([a-z][a-z\d+.-]*:|#|$)/i.test(target)

/** The way from one address of the site to another. */
export function wayTo(address, from) {
  return posix.relative(posix.dirname(from), address)
}

/**
 * Rewrites the links of a page. A file of the repository that is no page is linked there, if its address is known, and
 * is otherwise only named. What is not there stays as it is, for `deadLinks` to find. `used` collects the pictures.
 */
export function rewriteLinks(html, { page, pages, repository, used }) {
  const fileOf = (target) => posix.join(posix.dirname(page.file), decodeURIComponent(target))
  const links = html.replaceAll(/<a href="([^"]*)"([^>]*)>(.*?)<\/a>/gs, (all, href, rest, words) => {
    if (isElsewhere(href)) return all
    const [target, section] = href.split('#')
    const file = fileOf(target)
    const wanted = pages.get(file) ?? pages.get(posix.join(file, 'README.md'))
    const anchor = section === undefined ? '' : `#${section}`
    if (wanted !== undefined) return `<a href="${wayTo(wanted.address, page.address)}${anchor}"${rest}>${words}</a>`
    const place = statSync(path.join(root, file), { throwIfNoEntry: false })
    if (place === undefined) return all
    if (repository === undefined) return `<span title="${file}, in the repository">${words}</span>`
    const kind = place.isDirectory() ? 'tree' : 'blob'
    return `<a href="${repository}/${kind}/main/${file}${anchor}">${words}</a>`
  })
  return links.replaceAll(/(<(?:img|source)\b[^>]*\b(?:src|srcset)=")([^"]*)"/g, (all, before, source) => {
    if (isElsewhere(source)) return all
    const file = fileOf(source)
    if (!existsSync(path.join(root, file))) return all
    used.add(file)
    return `${before}${wayTo(addressOf(file), page.address)}"`
  })
}

/** A line for each link, picture, script and style of the written site that leads nowhere, or to a third party's server. */
export function deadLinks(folder, addresses) {
  const texts = new Map(addresses.map((address) => [address, readFileSync(path.join(folder, address), 'utf8')]))
  return [...texts].flatMap(([address, text]) => {
    const targets = [...text.matchAll(/<(\w+)\b[^>]*?\s(?:href|src|srcset)="([^"]*)"/g)]
    return targets.flatMap(([, tag, target]) => {
      if (/^[a-z][a-z\d+.-]*:/i.test(target))
        return tag === 'a' || target.startsWith('data:')
          ? []
          : [`${address}: <${tag}> asks another server for ${target}; put the file into the site`]
      const [before, section] = decodeURIComponent(target).split('#')
      const wanted = before === '' ? address : posix.join(posix.dirname(address), before)
      if (wanted.startsWith('..') || before.startsWith('/') || !existsSync(path.join(folder, wanted)))
        return [`${address}: ${target}: the site has no ${wanted}; mend the link in its Markdown`]
      if (section === undefined || texts.get(wanted)?.includes(` id="${section}"`)) return []
      return [`${address}: ${target}: ${wanted} has no section #${section}; mend the link in its Markdown`]
    })
  })
}
