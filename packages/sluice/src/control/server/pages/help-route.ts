import { trusted } from '../../../text/markup.ts'
import { operatorGuide } from '../../pages/page-assets.ts'
import { definePage } from './page-route.ts'

/** What to do at which sign: the guide of the docs, so that nobody has to look for it elsewhere at night. */
export const showHelp = definePage({
  path: '/help',
  standsAlone: true,
  show: async () => ({ title: 'Help', main: trusted(await operatorGuide()) }),
})
