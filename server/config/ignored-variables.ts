const noEquivalent = 'it has no equivalent in Shoal; remove it'
const missingFeature = 'Shoal does not have the feature that it configures; remove it'
const authorities =
  'Shoal reads additional certificate authorities only from the file in NODE_EXTRA_CA_CERTS; set that instead'

/** Variables of Open WebUI that have no effect here, with the reason that the start reports. */
export const ignoredVariables: ReadonlyMap<string, string> = new Map([
  ...names(
    noEquivalent,
    'THREAD_POOL_SIZE ENABLE_ORJSON UVICORN_WS_PER_MESSAGE_DEFLATE DATABASE_ENABLE_SESSION_SHARING',
    'DATABASE_POOL_MAX_OVERFLOW DATABASE_POOL_TIMEOUT DATABASE_POOL_RECYCLE ENABLE_REALTIME_CHAT_SAVE',
    'CHAT_RESPONSE_STREAM_DELTA_CHUNK_SIZE CHAT_STREAM_RESPONSE_CHUNK_MAX_BUFFER_SIZE ENABLE_BASE_MODELS_CACHE',
    'AIOHTTP_POOL_CONNECTIONS AIOHTTP_POOL_CONNECTIONS_PER_HOST AIOHTTP_POOL_DNS_TTL REDIS_SOCKET_KEEPALIVE',
    'WEBSOCKET_MANAGER WEBSOCKET_REDIS_LOCK_TIMEOUT WEBSOCKET_REDIS_ROOM_CHANNELS WEBSOCKET_HEARTBEAT_INTERVAL',
    'WEBSOCKET_SERVER_PING_INTERVAL WEBSOCKET_SERVER_PING_TIMEOUT WEBSOCKET_SERVER_LOGGING',
    'WEBSOCKET_SERVER_ENGINEIO_LOGGING WEBSOCKET_EVENT_CALLER_TIMEOUT WEBSOCKET_REDIS_OPTIONS SAFE_MODE OFFLINE_MODE',
    'REDIS_RESPONSE_STREAM_TTL REDIS_TASK_TTL DATABASE_USER_ACTIVE_STATUS_UPDATE_INTERVAL',
    'ENABLE_PIP_INSTALL_FRONTMATTER_REQUIREMENTS ENABLE_COMPRESSION_MIDDLEWARE DATABASE_ENABLE_SQLITE_WAL',
    'DATABASE_SQLITE_PRAGMA_SYNCHRONOUS DATABASE_SQLITE_PRAGMA_BUSY_TIMEOUT DATABASE_SQLITE_PRAGMA_CACHE_SIZE',
    'DATABASE_SQLITE_PRAGMA_TEMP_STORE DATABASE_SQLITE_PRAGMA_MMAP_SIZE DATABASE_SQLITE_PRAGMA_JOURNAL_SIZE_LIMIT',
  ),
  ...names(
    missingFeature,
    'ENABLE_PLUGINS ENABLE_CHANNELS ENABLE_NOTES ENABLE_MEMORIES ENABLE_COMMUNITY_SHARING ENABLE_DIRECT_CONNECTIONS',
    'ENABLE_OAUTH_SIGNUP ENABLE_OAUTH_PERSISTENT_CONFIG ENABLE_TAGS_GENERATION ENABLE_FOLLOW_UP_GENERATION',
    'ENABLE_AUTOCOMPLETE_GENERATION ENABLE_AUTOMATIONS ENABLE_OTEL ENABLE_OTEL_TRACES ENABLE_OTEL_METRICS',
    'ENABLE_OTEL_LOGS STORAGE_PROVIDER DATABASE_ENABLE_IAM_TOKEN_AUTH ENABLE_USER_STATUS',
    'ENABLE_PUBLIC_ACTIVE_USERS_COUNT ENABLE_FORWARD_USER_INFO_HEADERS AUDIT_LOG_LEVEL WEBUI_BANNERS',
    'WEBUI_AUTH_TRUSTED_GROUPS_HEADER WEBUI_AUTH_TRUSTED_ROLE_HEADER WEBUI_AUTH_SIGNOUT_REDIRECT_URL',
    'WEBUI_AUTH_TRUSTED_NAME_HEADER',
  ),
  ['DATABASE_SCHEMA', 'Shoal always keeps its tables in the schema "shoal"'],
  ['REDIS_PASSWORD', 'put the password into REDIS_URL, as redis://user:password@host'],
  ['REDIS_SOCKET_TIMEOUT', 'every Redis command already has its own deadline'],
  ['REDIS_HEALTH_CHECK_INTERVAL', 'Shoal checks every Redis connection once a second'],
  ['ENABLE_WEBSOCKET_SUPPORT', 'the page detects by itself whether WebSockets work'],
  ['ENABLE_API_KEYS', 'API keys are always allowed'],
  ['ENABLE_API_KEY', 'API keys are always allowed'],
  ['WEBUI_AUTH', 'all users have to sign in; there is no mode without accounts'],
  [
    'WEBUI_AUTH_TRUSTED_EMAIL_HEADER',
    'signing in through a proxy is not supported; users sign in with a password',
  ],
  ['ALL_PROXY', 'set HTTPS_PROXY and HTTP_PROXY to use a proxy for providers'],
  ['all_proxy', 'set HTTPS_PROXY and HTTP_PROXY to use a proxy for providers'],
  ['AIOHTTP_CLIENT_SESSION_SSL', authorities],
  ['AIOHTTP_CLIENT_SSL_CERT_FILE', authorities],
  ['PASSWORD_HASH_ALGORITHM', 'passwords are always hashed with argon2id'],
])

/**
 * Variables from which other programs read certificate authorities. They are often set for a whole machine, so the
 * start reports them only if NODE_EXTRA_CA_CERTS is not set.
 */
export const authorityVariables: ReadonlyMap<string, string> = new Map(
  names(authorities, 'SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE'),
)

function names(reason: string, ...lines: string[]): [string, string][] {
  return lines.flatMap((line) => line.split(' ').map((name): [string, string] => [name, reason]))
}
