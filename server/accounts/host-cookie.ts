export interface CookieConfig {
  readonly sameSite: 'lax' | 'strict' | 'none'
  /** Over HTTPS only. */
  readonly secure: boolean
  /** The path below which this server is, where other applications share its host; else `/`. */
  readonly path?: string
}

/** Where a cookie goes. */
export interface CookieRequest {
  /** It came over https for certain: the cookie is `Secure`, and its name says so (`__Host-`). */
  https: boolean
  /** The `Cookie` header that it sent. */
  cookies?: string | undefined
}

/** A cookie of one name for the whole host, with the prefix `__Host-` where it travels over https only; below a path, for that path. */
export interface HostCookie {
  /** Its value in a `Cookie` header. */
  read(cookies: string): string | undefined
  /** The `Set-Cookie` lines. */
  set(value: string, maxAgeSeconds: number, request: CookieRequest): string[]
  clear(request: CookieRequest): string[]
}

export function createHostCookie(
  plainName: string,
  { sameSite, secure: always, path = '/' }: CookieConfig,
): HostCookie {
  // Browsers take `__Host-` for the path / only. Below another path, the other applications of the host get none of it.
  const secureName = `${path === '/' ? '__Host-' : '__Secure-'}${plainName}`
  const site = `${sameSite[0]?.toUpperCase() ?? ''}${sameSite.slice(1)}`
  const isSecure = ({ https }: CookieRequest): boolean => https || always

  const line = (
    name: string,
    value: string,
    { maxAge, secure }: { maxAge: number; secure: boolean },
  ): string =>
    `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=${site}${secure ? '; Secure' : ''}`

  /** A cookie of this name that was sent, or would be now, is taken away. */
  function cleared(name: string, request: CookieRequest): string {
    return line(name, '', { maxAge: 0, secure: name === secureName || isSecure(request) })
  }

  return {
    read: (cookies) => valueOf(secureName, cookies) ?? valueOf(plainName, cookies),
    set(value, maxAge, request) {
      const secure = isSecure(request)
      // One that was set over plain HTTP would live on beside it.
      const isStale = secure && valueOf(plainName, request.cookies ?? '') !== undefined
      return [
        line(secure ? secureName : plainName, value, { maxAge, secure }),
        ...(isStale ? [cleared(plainName, request)] : []),
      ]
    },
    clear(request) {
      const sent = [secureName, plainName].filter(
        (name) => valueOf(name, request.cookies ?? '') !== undefined,
      )
      const names = new Set([...sent, isSecure(request) ? secureName : plainName])
      return [...names].map((name) => cleared(name, request))
    },
  }
}

/** Our values have no character that a cookie would have to escape. */
function valueOf(name: string, cookies: string): string | undefined {
  for (const part of cookies.split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || undefined
  }
  return undefined
}
