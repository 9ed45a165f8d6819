import { z } from 'zod'

/** A moment of the control plane. */
export const timeField = z.number().meta({ description: 'ms since the epoch' })
