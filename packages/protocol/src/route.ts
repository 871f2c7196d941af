import type { z } from 'zod';

/**
 * Who may call a route. `open`: everybody who reaches the port. `read`: everybody on loopback, elsewhere the read token or the write
 * token. `write`: the write token, on loopback too.
 */
export type Access = 'open' | 'read' | 'write';

/** One route below the base URL, with the shapes it takes and gives. */
export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Parameters are written `{name}`. */
  readonly path: string;
  /** `environment` routes live under `/p/{project}/{environment}` and, bare, for the only environment; `process` routes only bare. */
  readonly scope: 'environment' | 'process';
  readonly access: Access;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Greatest body in bytes. */
  readonly maxBody?: number;
  /** Header a caller must send beside the token. */
  readonly header?: 'If-Match';
  /** Shape of a success, or the media type of what is no JSON. */
  readonly answer: z.ZodType | `${string}/${string}`;
}
