import { destination, pino } from 'pino';
import type { Logger } from './logger.js';

/**
 * JSON lines on stderr; stdout belongs to the program's answers. `ANNULUS_LOG_LEVEL` sets the level:
 * `debug`, `info` (default), `warn`, `error` or `silent`.
 */
export function createPinoLogger(name: string, level?: string): Logger {
  const chosen = level ?? process.env.ANNULUS_LOG_LEVEL ?? 'info';
  return pino({ name, level: chosen }, destination({ fd: 2, sync: true }));
}
