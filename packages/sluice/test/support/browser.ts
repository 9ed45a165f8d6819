import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'

/** Chromium as npm carries it; it needs no system package. Its sandbox does not work for root, in a container. */
export async function openBrowser(): Promise<Browser> {
  const args = sparticuz.args.filter((arg) => arg !== '--single-process' && arg !== '--disable-web-security')
  return chromium.launch({ executablePath: await sparticuz.executablePath(), args: [...args, '--no-sandbox'] })
}

/** Everything that a page complains about: refused by its policy, thrown, logged as an error, or asked of the network. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) complaints.push(`asked for ${request.url()}`)
  })
  return complaints
}
