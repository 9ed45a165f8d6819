// npm run screenshots: docs/images/*.png, from the demo's failing gate and from `sluice serve --demo`; `-- pages` only the latter.
import { openBrowser } from '../../packages/sluice/test/support/browser/browser.ts'
import { takeDemoPictures } from './demo-pictures.ts'
import { takeGatePictures } from './gate-pictures.ts'

const only = process.argv[2]
const browser = await openBrowser()
try {
  if (only !== 'pages') await takeGatePictures(browser)
  await takeDemoPictures(browser)
} finally {
  await browser.close()
}
