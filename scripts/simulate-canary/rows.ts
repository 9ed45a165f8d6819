import type { Table } from './row.ts'
import { drift } from './rows-drift.ts'
import { forecasts } from './rows-forecast.ts'
import { sizes } from './rows-sizes.ts'
import { costs, delays, nulls, promotions, tokens } from './rows-usual.ts'
import { cold, hidden, judging, reacting, times } from './rows-worlds.ts'

/** The tables of the page. */
export const tables: readonly Table[] = [
  { heading: 'Canaries that are no worse', section: 'canary', rows: nulls },
  { heading: 'No worse, and users react', section: 'canary', rows: reacting },
  { heading: 'No worse, and cold', section: 'canary', rows: cold },
  { heading: 'No worse, and judged oddly', section: 'canary', rows: judging },
  { heading: 'No worse, and times and users differ', section: 'canary', rows: times },
  { heading: 'Harm that hides', section: 'canary', rows: hidden },
  { heading: 'What traffic decides', section: 'canary', rows: sizes },
  { heading: 'Canaries that are worse', section: 'canary', rows: delays },
  { heading: 'Several tokens and processes', section: 'canary', rows: tokens },
  { heading: 'Promotion', section: 'canary', rows: promotions },
  { heading: 'Cost', section: 'canary', rows: costs },
  { heading: 'What the forecast says', section: 'forecast', rows: forecasts },
  { heading: 'Drift watch', section: 'drift', rows: drift },
]
