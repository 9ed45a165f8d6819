import path from 'node:path'
import { z } from 'zod'
import { openProjectDatabase } from '../core/answers/project-database.ts'
import { readSpending } from '../core/answers/spending.ts'
import { findRoot } from '../core/suite/project/project.ts'
import { costsSvg } from '../gate/costs/costs-svg.ts'
import { costsText } from '../gate/costs/costs-text.ts'
import { summarizeCosts } from '../gate/costs/summarize-costs.ts'
import { utcDay } from '../text/format.ts'
import { dayMs } from '../time-units.ts'
import { readFlags, set, text, usd } from './flags.ts'
import type { Host } from './host.ts'
import { writeOutput } from './session/write-output.ts'

const costsFlags = {
  since: z
    .string()
    .refine((since) => daysOf(since) !== null || isDay(since), {
      error: 'give a day as 2026-11-01, or a number of days as 30d',
    })
    .optional(),
  productionUsd: usd.optional(),
  svg: text.optional(),
  json: set.optional(),
}

/** `sluice costs`: what evaluation has cost, from the store. Exit 0. */
export async function costs(given: Record<string, unknown>, host: Host): Promise<number> {
  const { since, productionUsd, svg, json } = readFlags('costs', costsFlags, given)
  const first = since === undefined ? undefined : firstDay(since, Date.now())
  const database = openProjectDatabase(await findRoot(host.cwd()))
  try {
    const report = summarizeCosts(readSpending(database, first), productionUsd)
    if (svg !== undefined) await writeOutput(path.resolve(host.cwd(), svg), costsSvg(report))
    host.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : costsText(report, host.stdout.columns))
    return 0
  } finally {
    database.close()
  }
}

/** `2026-11-01`, or `30d` for the last 30 days with today. */
function firstDay(since: string, now: number): string {
  const days = daysOf(since)
  return days === null ? since : utcDay(now - (days - 1) * dayMs)
}

function daysOf(since: string): number | null {
  const days = Number(/^(\d{1,4})d$/.exec(since)?.[1])
  return days > 0 ? days : null
}

function isDay(since: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(since) && !Number.isNaN(Date.parse(since))
}
