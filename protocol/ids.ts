import { z } from 'zod'

/** An id that Shoal or a client created, such as a UUID. The pattern keeps hostile values out of keys and logs. */
export const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, - or _')
