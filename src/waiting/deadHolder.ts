/**
 * Settings of a PostgreSQL session that holds a lock. A holder whose machine is gone says no goodbye: by itself the server would keep its session, and
 * the lock, for two hours. With these it is ten seconds or so.
 */
export const NOTICE_DEAD_HOLDER = '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3'
