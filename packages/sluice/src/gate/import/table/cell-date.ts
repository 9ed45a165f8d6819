import { dayMs } from '../../../time-units.ts'

/** Whether a number format of Excel shows a date or a time. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if ((id >= 14 && id <= 22) || (id >= 45 && id <= 47)) return true
  // Texts in quotes, colours in brackets and characters behind a backslash are no parts of a date.
  return (
    code !== undefined &&
    /[ymdhs]/i.test(code.replaceAll(/"[^"]*"|\[(?!h|m|s)[^\]]*\]|\\./gi, '').replace(/general/i, ''))
  )
}

/** A number of days as an ISO date, with the time where there is one. Without a day it is a time alone. */
export function dateText(days: number, isFrom1904: boolean): string {
  // Excel counts 29 February 1900, which never was.
  const epoch = isFrom1904 ? Date.UTC(1904, 0, 1) : days < 60 ? Date.UTC(1899, 11, 31) : Date.UTC(1899, 11, 30)
  const moment = new Date(epoch + Math.round((days * dayMs) / 1000) * 1000)
  if (Number.isNaN(moment.getTime())) return String(days)
  const iso = moment.toISOString()
  if (days < 1) return iso.slice(11, 19)
  return Number.isInteger(days) ? iso.slice(0, 10) : iso.slice(0, 19)
}
