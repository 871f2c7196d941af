/**
 * Who may call a route. `open`: everybody who reaches the port. `read`: everybody on loopback, elsewhere the read token or the write
 * token. `write`: the write token, on loopback too.
 */
export type Access = 'open' | 'read' | 'write';

/** One route below the base URL; its shapes are in `shapes/routes`. */
export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Parameters are written `{name}`. */
  readonly path: string;
  /** `environment` routes live under `/p/{project}/{environment}` and, bare, for the only environment; `process` routes only bare. */
  readonly scope: 'environment' | 'process';
  readonly access: Access;
  readonly summary: string;
  /** Greatest body in bytes; 64 KiB unless said. */
  readonly maxBody?: number;
  /** Header a caller must send beside the token. */
  readonly header?: 'If-Match';
  /** Processes on one database hand such requests on to the one that answers them. */
  readonly handedOn?: true;
  /** Media type of a success that is no JSON. */
  readonly media?: `${string}/${string}`;
}
