export interface CookieConfig {
  readonly sameSite: 'lax' | 'strict' | 'none'
  /** Always set `Secure`, so that browsers send the cookie over HTTPS only. */
  readonly secure: boolean
  /** The path under which this server is reached if other applications share its host. Default `/`. */
  readonly path?: string
}

/** The facts about a request that decide the name and attributes of its cookies. */
export interface CookieRequest {
  /** The request certainly came over HTTPS: its cookies get `Secure` and the name prefix `__Host-` or `__Secure-`. */
  https: boolean
  /** The `Cookie` header of the request. */
  cookies?: string | undefined
}

/**
 * A cookie for the whole host, or for one path of it. A cookie for HTTPS only has the name prefix `__Host-`, or
 * `__Secure-` below a path.
 */
export interface HostCookie {
  /** The value of this cookie in a `Cookie` header. */
  read(cookies: string): string | undefined
  /** The `Set-Cookie` lines. */
  set(value: string, maxAgeSeconds: number, request: CookieRequest): string[]
  clear(request: CookieRequest): string[]
}

export function createHostCookie(
  plainName: string,
  { sameSite, secure: always, path = '/' }: CookieConfig,
): HostCookie {
  // Browsers accept `__Host-` only with the path `/`. With another path, other applications on the host do not get the
  // cookie.
  const secureName = `${path === '/' ? '__Host-' : '__Secure-'}${plainName}`
  const site = `${sameSite[0]?.toUpperCase() ?? ''}${sameSite.slice(1)}`
  const isSecure = ({ https }: CookieRequest): boolean => https || always

  const line = (
    name: string,
    value: string,
    { maxAge, secure }: { maxAge: number; secure: boolean },
  ): string =>
    `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=${site}${secure ? '; Secure' : ''}`

  /** The `Set-Cookie` line that deletes the cookie of this name. */
  function cleared(name: string, request: CookieRequest): string {
    return line(name, '', { maxAge: 0, secure: name === secureName || isSecure(request) })
  }

  return {
    read: (cookies) => valueOf(secureName, cookies) ?? valueOf(plainName, cookies),
    set(value, maxAge, request) {
      const secure = isSecure(request)
      // The browser would otherwise keep a cookie that was set over plain HTTP.
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

/** The values are not unescaped, because Shoal's cookie values contain no characters that need escaping. */
function valueOf(name: string, cookies: string): string | undefined {
  for (const part of cookies.split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || undefined
  }
  return undefined
}
